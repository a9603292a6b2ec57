/*
 * The regular files below some paths, each handed on with its bytes. Symbolic links are not
 * followed, special files never opened for good, a file of any size costs WALK_FILE_MOST bytes of
 * memory at most; what was not looked at is counted by why. In the order of names, so that the same
 * tree gives the same.
 */
#ifndef MUSTER_SCAN_WALK_H
#define MUSTER_SCAN_WALK_H

#include "base/text.h"

#include <sys/types.h>

enum { WALK_FILE_MOST = 16 << 20, WALK_DEPTH_MOST = 200 };

struct walk_counts {
    uint64_t files, bytes; /* handed on */
    uint64_t links, special, unreadable;
    uint64_t cut;     /* files of which only the first WALK_FILE_MOST bytes were looked at */
    uint64_t changed; /* files that grew, shrank or went while they were read */
    uint64_t deep;    /* folders below WALK_DEPTH_MOST others */
    char first_unreadable[256];
};

struct walk_file {
    const char *path;
    struct text bytes; /* lives until the callback returns */
    uint64_t size;
    int64_t mtime_s;
};

/* False when one of the paths itself cannot be used; *why says which and why (the rest is walked).
 */
bool walk(const char *const *paths, unsigned len, struct walk_counts *counts,
          void (*file)(void *context, const struct walk_file *file), void *context, char why[300]);

#endif
