/*
 * A census: what the counts over a period's sightings say, ready to be printed. Made by census/,
 * printed by output/. All texts live in the arena.
 */
#ifndef MUSTER_RECORD_CENSUS_H
#define MUSTER_RECORD_CENSUS_H

#include "base/arena.h"
#include "base/clock.h"
#include "record/rows.h"

enum census_number {
#define NUMBER(id, label, sql) CENSUS_##id,
#include "record/census_number.list"
#undef NUMBER
    CENSUS_NUMBERS
};
extern const char *const census_number_id[CENSUS_NUMBERS];
extern const char *const census_number_label[CENSUS_NUMBERS];

enum { CENSUS_TABLES_MAX = 32, CENSUS_CHECKS_MAX = 32, CENSUS_HOSTS_MAX = 250 };
enum { CENSUS_WARNINGS_MAX = 16 };

struct census_table {
    const char *id;         /* "country" */
    const char *title;      /* "Control servers and the hosts they control, by country ..." */
    const char *definition; /* what a cell counts: printed under it */
    struct rows rows;
};

/* A self-check: two figures that must be equal, or the left one at most the right one. */
struct census_check {
    struct text what; /* names the cell */
    int64_t left, right;
    bool at_most;
};

/* Columns of a (host, controller) line over the period; of a piece of evidence behind it. */
enum census_pair {
#define COLUMN(name, sql) CENSUS_PAIR_##name,
#include "record/census_pair.list"
#undef COLUMN
    CENSUS_PAIR_COLUMNS
};
enum census_evidence {
#define COLUMN(name, sql) CENSUS_EVIDENCE_##name,
#include "record/census_evidence.list"
#undef COLUMN
    CENSUS_EVIDENCE_COLUMNS
};

/* Machines under control at a typical time, over the weeks that were watched whole. */
struct census_live {
    bool known; /* for all networks; low and high are a 95 % interval */
    bool part;  /* for networks with `share` of the addresses; the rest is in the range */
    double live, low,
        high; /* not known: what is possible when addresses are held for a day or more */
    double share, addresses; /* addresses a week, in the mean */
    unsigned windows;        /* weeks; 0 = none */
};

struct census {
    struct arena arena;
    struct day from, to; /* the period asked for; DAY_NONE = everything */
    int64_t number[CENSUS_NUMBERS];
    struct text procedure;           /* digest of the detectors and feeds behind it */
    double expected_false;           /* counted hosts that are wrong if p is right */
    struct text first_day, last_day; /* of what was watched in the period, YYYY-MM-DD */
    struct census_table table[CENSUS_TABLES_MAX];
    unsigned tables;
    struct census_live live;
    struct text warning[CENSUS_WARNINGS_MAX];        /* what must stand beside the headline */
    struct text public_warning[CENSUS_WARNINGS_MAX]; /* the same without exact counts */
    unsigned warnings;
    struct rows pair;     /* of the first CENSUS_HOSTS_MAX hosts, hosts lying together */
    struct rows evidence; /* of them; same order of hosts and controllers */
    struct rows hours;    /* of them: host_id, day, hours (24-bit mask); same order of hosts */
    /* Of each network with a control server: network, an address in it, the day; then its name, put
     * in by whoever has the databases. */
    struct rows network;
    struct rows owners; /* census_owners: by table and cell, how many networks, the largest's % */
    struct census_check check[CENSUS_CHECKS_MAX];
    unsigned checks;
};

static inline bool census_check_holds(const struct census_check *check)
{
    return check->at_most ? check->left <= check->right : check->left == check->right;
}

/* The counting rule in a sentence; sql/prepare.sql applies it. */
extern const char census_rule[];

/* Adds a warning, and how it is said where no exact count may stand; beyond CENSUS_WARNINGS_MAX
 * none.
 */
void census_warn(struct census *census, struct text warning, struct text public_warning);

const struct census_table *census_table(const struct census *census, const char *id);

#endif
