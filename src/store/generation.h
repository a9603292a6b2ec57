/*
 * Generations: the file names of the lake, which of them count, and who clears up. The essay is at
 * the top of lake.c.
 *
 * A stem is SOURCE-SENSOR-GENERATION-PROCEDURE (32, 8, 20 and 16 hex digits); a generation's files
 * are sighting/STEM.parquet, contact/STEM.parquet and coverage/XX/STEM.parquet, XX being the
 * stem's first two digits. Sorted as text, the generations of one source at one sensor lie
 * together, oldest first.
 */
#ifndef MUSTER_STORE_GENERATION_H
#define MUSTER_STORE_GENERATION_H

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

#include <limits.h>
#include <stddef.h>

enum {
    STEM_SOURCE = 32,
    STEM_SENSOR = 8,
    STEM_GENERATION = 20,
    STEM_PROCEDURE = 16,
    STEM_LEN = 79
};

struct stem {
    char text[STEM_LEN + 1];
};

struct stems {
    struct stem *at; /* sorted */
    size_t len;
};

/* The stem of a generation that comes after all in `standing` of the same source and sensor. */
struct stem stem_new(struct text source_id, struct text sensor, struct text procedure_id,
                     const struct stems *standing, struct instant now);
/* Same source and sensor: generations of one another. */
bool stem_same_line(const struct stem *a, const struct stem *b);
bool stem_has_procedure(const struct stem *stem, struct text procedure_id);
const char *stem_generation(const struct stem *stem); /* the 20 digits and what follows */

/* STORE/coverage/ab/ab...parquet and the like; false when the path is too long. */
bool stem_path(char out[PATH_MAX], const char *folder, const char *table, const struct stem *stem);

/* What coverage files stand: of one source, or (NULL) of all. A missing folder is an empty list. */
bool stems_list(struct stems *ret, const char *folder, const char *source_digits_or_null,
                struct err *err);
/* Keeps of each line only the last, the generation that counts. */
void stems_keep_newest(struct stems *stems);
/* The standing generation that counts of the line of (source_id, sensor); NULL when none. */
const struct stem *stems_newest(const struct stems *stems, struct text source_id,
                                struct text sensor);
void stems_free(struct stems *stems);

/* After a generation stands: deletes of its line all but the newest ones, of which a reader may
 * still hold any: it takes some tenths of a second to come from the listing to the rows, a writer
 * about one. */
enum { GENERATIONS_KEPT = 8 };
void generation_retire(const char *folder, const struct stem *stem);
/* At most once an hour: deletes what has been superseded for an hour, data files without coverage
 * and scratch files that are older than an hour. Never fails: what cannot be deleted stays. */
void generation_sweep(const char *folder, struct instant now);

#endif
