/*
 * Contact rows that are too many to wait in memory for the end of their source. A shard that holds
 * SPILL_ROWS writes them, sorted, as the store will be fed with them, to a file without a name (it
 * is gone when it is closed, also by a crash). Without a folder to write in (no store) they are
 * only counted: nobody would read them.
 *
 * When rows are spilled depends on the shard's own rows alone, so the number of workers shows
 * nowhere.
 */
#ifndef MUSTER_SPILL_H
#define MUSTER_SPILL_H

#include "record/sighting.h"
#include "record/skip.h"

#include <stdio.h>

enum { SPILL_ROWS = 8192 };

/* What all rows of a source have in common. Lives as long as the source is read. */
struct spill_about {
    const char *folder; /* the store's; NULL = there is none */
    struct text sensor, source;
    const char *unit; /* as in struct findings */
    const struct text *part;
    unsigned parts;
};

struct spill {
    FILE *file;
    uint64_t rows;
    uint64_t demoted, relabelled, flagged; /* evidence in them, by warning lists */
};

/* Sorts the rows and writes them. What cannot be written (the disk is full) is counted in skips. */
void spill_write(struct spill *spill, const struct spill_about *about, struct contact *row,
                 size_t len, struct skips *skips);
/* Ready to be read from the start. */
void spill_rewind(struct spill *spill);
void spill_free(struct spill *spill);

/* "SOURCE#line=N" or, in a source of several files, "FILE#line=N". */
struct text spill_where(const struct spill_about *about, struct arena *arena, uint64_t number);
/* Evidence says so too, in a source whose numbers are no packets. */
void spill_tell_where(const struct spill_about *about, struct arena *arena,
                      struct evidence_list *list);

#endif
