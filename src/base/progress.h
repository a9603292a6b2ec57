/*
 * A progress line on a terminal: how much, how fast, how long still. Silent when standard error is
 * no terminal, when told to be, and in the first half second.
 */
#ifndef MUSTER_BASE_PROGRESS_H
#define MUSTER_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool shown, on;
    int64_t started_us, printed_us;
};

void progress_start(struct progress *progress, bool quiet);
/* label: what is being read; total 0 = not known; bytes. Cheap to call often. */
void progress_update(struct progress *progress, const char *label, uint64_t done, uint64_t total);
void progress_clear(struct progress *progress); /* before other output, and at the end */

#endif
