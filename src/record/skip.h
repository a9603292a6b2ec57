/*
 * Counters of what could not be used, by reason (skip.list). They add up over shards and are shown
 * at the end of every run and kept in `coverage`.
 */
#ifndef MUSTER_RECORD_SKIP_H
#define MUSTER_RECORD_SKIP_H

#include <stdint.h>

enum skip {
#define SKIP(name, text) SKIP_##name,
#include "record/skip.list"
#undef SKIP
    SKIPS
};

struct skips {
    uint64_t count[SKIPS];
};

extern const char *const skip_name[SKIPS]; /* "link_type" */
extern const char *const skip_text[SKIPS]; /* "packets of a link type that is not read yet" */

void skips_add(struct skips *to, const struct skips *from);

#endif
