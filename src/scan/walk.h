/*
 * The regular files below some paths, in the order of names, so that the same tree gives the same;
 * and reading one of them. Symbolic links are not followed, special files never opened for good, a
 * file of any size costs WALK_FILE_MOST bytes of memory at most; what was not looked at is counted
 * by why.
 *
 * Finding and reading are apart, so that several threads may read.
 */
#ifndef MUSTER_SCAN_WALK_H
#define MUSTER_SCAN_WALK_H

#include "base/text.h"

#include <stddef.h>

enum { WALK_FILE_MOST = 16 << 20, WALK_DEPTH_MOST = 200 };

struct walk_counts {
    uint64_t files, bytes; /* read */
    uint64_t links, special, unreadable;
    uint64_t cut;     /* files of which only the first WALK_FILE_MOST bytes were looked at */
    uint64_t changed; /* files that grew, shrank or went while they were read */
    uint64_t deep;    /* folders below WALK_DEPTH_MOST others */
    char first_unreadable[256];
};

/* Hands on the path of each file, and from which byte on it is below the path it was found under.
 * False when one of the paths itself cannot be used; *why says which and why (the rest is walked).
 */
bool walk(const char *const *paths, unsigned len, struct walk_counts *counts,
          void (*file)(void *context, const char *path, size_t below), void *context,
          char why[300]);

/* What tells, without reading, that a file is still the same; the kernel alone sets `changed_ns`.
 */
struct walk_stamp {
    uint64_t size;
    int64_t modified_ns, changed_ns;
};

enum walk_outcome { WALK_READ, WALK_KNOWN, WALK_SPECIAL, WALK_UNREADABLE };
struct walk_file {
    struct text bytes; /* of WALK_READ; live until the reader's next */
    struct walk_stamp stamp;
    int why; /* errno of WALK_UNREADABLE */
    bool cut, changed;
};

struct walk_reader {
    char *room;
    size_t room_len;
};

/* known(context, path, stamp): whether it need not be read; NULL = read it. */
enum walk_outcome walk_read(struct walk_reader *reader, const char *path,
                            bool (*known)(const void *context, const char *path,
                                          const struct walk_stamp *stamp),
                            const void *context, struct walk_file *ret);
void walk_reader_free(struct walk_reader *reader);

/* Adds what came of a file to the counts. */
void walk_count(struct walk_counts *counts, const char *path, enum walk_outcome outcome,
                const struct walk_file *file);

#endif
