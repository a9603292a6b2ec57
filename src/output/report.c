#include "output/report.h"

#define REPORT(name) extern const struct report_format report_##name;
#include "output/report.list"
#undef REPORT

const struct report_format *const report_formats[] = {
#define REPORT(name) &report_##name,
#include "output/report.list"
#undef REPORT
};
const unsigned report_formats_len = sizeof report_formats / sizeof report_formats[0];
