/*
 * The rows that leave the judge: sightings, contacts, identities, coverage. Their columns stand
 * once in columns.list; JSON, CSV, the store's DDL and the docs are made from it.
 */
#ifndef MUSTER_RECORD_SIGHTING_H
#define MUSTER_RECORD_SIGHTING_H

#include "base/arena.h"
#include "record/address.h"
#include "record/evidence.h"

#include <stdio.h>

/* Column types and how "unknown" (null) is said. */
typedef struct day column_day;         /* DAY_NONE */
typedef struct instant column_time;    /* INSTANT_NONE_US */
typedef struct text column_text;       /* at == NULL */
typedef struct address column_address; /* :: */
typedef int64_t column_count;          /* -1 */
typedef int8_t column_flag;            /* -1; else 0 or 1 */
typedef double column_real;            /* NaN */

struct evidence_list {
    const struct evidence *at;
    uint32_t len;
};
typedef struct evidence_list column_evidence; /* always there, may be empty */

struct instant_list {
    const struct instant *at;
    uint32_t len;
};
typedef struct instant_list column_times;

#define COLUMN(name, type, unit, help) column_##type name;
struct sighting {
#include "record/sighting.list"
};
struct contact {
#include "record/contact.list"
};
struct identity {
#include "record/identity.list"
};
struct coverage {
#include "record/coverage.list"
};
#undef COLUMN

/* Contact rows that did not wait in memory: lines as row_contact writes them for the store. */
struct contact_lines {
    FILE *file; /* at its start; NULL = none */
    uint64_t rows;
};
enum { FINDINGS_FILES = 16 };

/* Everything one source yielded. Texts and lists live in the arena. */
struct findings {
    struct arena arena;
    struct sighting *sighting; /* sorted by day, host, controller, controller_name */
    size_t sightings;
    struct contact *contact; /* sorted likewise */
    size_t contacts;
    struct contact_lines spilled[FINDINGS_FILES]; /* more of them; live until the next source */
    uint64_t demoted, relabelled, flagged;        /* evidence in those, by warning lists */
    struct identity *identity;                    /* sorted by host, known_by, first */
    size_t identities;
    struct coverage coverage;
    const char *kind; /* of the source; static */
};

/* For qsort: by day, host, controller, controller_name, first. */
int sighting_compare(const void *left, const void *right);
int contact_compare(const void *left, const void *right);

/* A copy whose texts and lists live in the arena. */
void sighting_copy(struct arena *arena, struct sighting *to, const struct sighting *from);

#endif
