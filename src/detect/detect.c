#include "detect/detect.h"

#define DETECTOR(name) extern const struct detector detector_##name;
#include "detect/detect.list"
#undef DETECTOR

const struct detector *const detectors[] = {
#define DETECTOR(name) &detector_##name,
#include "detect/detect.list"
#undef DETECTOR
};

const unsigned detectors_len = sizeof detectors / sizeof *detectors;
