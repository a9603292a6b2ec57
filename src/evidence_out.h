/*
 * Where detectors put evidence of one pair (detect/detect.h): bounded, texts copied into an arena.
 */
#ifndef MUSTER_EVIDENCE_OUT_H
#define MUSTER_EVIDENCE_OUT_H

#include "base/arena.h"
#include "detect/detect.h"
#include "record/skip.h"

enum { EVIDENCE_EACH = 16, EVIDENCE_ALL = EVIDENCE_EACH * 8 }; /* a detector; all of them */

struct evidence_out {
    struct arena *arena;
    struct skips *skips;             /* what was too much is counted here */
    const struct detector *detector; /* whose turn it is */
    struct evidence evidence[EVIDENCE_ALL];
    uint32_t len, of_detector;
};

#endif
