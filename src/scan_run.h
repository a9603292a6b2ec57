/*
 * A scan: the files below some paths, read and looked at by several threads, told of by one, in the
 * order of names.
 */
#ifndef MUSTER_SCAN_RUN_H
#define MUSTER_SCAN_RUN_H

#include "scan/walk.h"
#include "scan_file.h"
#include "scan_memory.h"

struct scan_seen {
    const char *path;
    size_t below; /* bytes of it that were asked for; the rest is the path below that */
    enum walk_outcome outcome;
    struct walk_file file; /* without its bytes, but their length */
    uint64_t digest;       /* XXH3 of the bytes */
    struct scan_verdict verdict;
};

struct scan_run {
    const struct scan_file *scan;
    const struct scan_memory *memory; /* what was clean before; NULL = nothing is known */
    unsigned workers;                 /* threads that look */
    void (*seen)(void *context, const struct scan_seen *seen);
    void *context;
    struct walk_counts counts;   /* of all so far */
    struct scan_members members; /* likewise */
    uint64_t known; /* files that were not read, or not looked at, for they were clean */
};

/* False when one of the paths cannot be used; why says which. */
bool scan_run(struct scan_run *run, const char *const *paths, unsigned len, char why[300]);

#endif
