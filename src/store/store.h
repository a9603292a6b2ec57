/*
 * The lake: a folder of immutable Parquet files that any number of processes write and read at
 * once. A source's rows count once its coverage file stands (written last). The essay on names,
 * generations and crashes is at the top of lake.c.
 */
#ifndef MUSTER_STORE_STORE_H
#define MUSTER_STORE_STORE_H

#include "base/err.h"
#include "record/knob.h"
#include "record/review.h"
#include "record/rows.h"
#include "record/sighting.h"

enum store_written { STORE_FAILED, STORE_WRITTEN, STORE_KNOWN };

/* Version of the database library, for doctor; false and err when it is not there. */
bool store_engine(char ret[64], struct err *err);

/* Writes one source's rows. STORE_KNOWN: the same source (source_id) was already read by the same
 * procedure (procedure_id) and `again` is false: nothing is touched. Checking this opens no
 * database. A source known by another procedure is replaced. memory_bytes bounds DuckDB. */
enum store_written store_write(const char *folder, const struct findings *findings, bool again,
                               uint64_t memory_bytes, struct err *err);

/* Whether store_write would say STORE_KNOWN: a look at file names, so that a caller may spare the
 * reading. */
bool store_known(const char *folder, struct text sensor, struct text source_id,
                 struct text procedure_id);

/* Deletes who the hosts without a finding were, where it was written more than `days` ago: that is
 * other people's habits (store.bystander_days). Never fails: what cannot be deleted stays. */
void store_forget(const char *folder, double days);
/* Deletes what the store has of one address, as a host and as the other end, on the days from..to
 * (DAY_NONE: open): each file that has rows of it is written anew without them and takes the old
 * one's place at once. Superseded generations too. One at a time (a lock in the folder). */
struct store_forgotten {
    uint64_t sightings, contacts, identities, files;
};
/* Deletes every source that ended before `day`, with all its rows. */
bool store_forget_before(const char *folder, struct day day, uint64_t memory_bytes,
                         uint64_t *ret_sources, struct err *err);
bool store_forget_address(const char *folder, struct text address, struct day from, struct day to,
                          uint64_t memory_bytes, struct store_forgotten *ret, struct err *err);

enum { STORE_BYSTANDER_DAYS, STORE_KNOBS };
extern const struct knob store_knobs[];

/* How stored sightings are seen: the judge, so that what several sources found together is judged
 * again, and the user's rules of that moment. Both are asked from several threads. */
struct store_view {
    const void *state;
    /* p of a pair's evidence, in an answered conversation or not */
    double (*judge)(const void *state, struct evidence_list evidence, bool answered);
    double grade_from[3]; /* suspected, probable, confirmed */
    /* The user's rules on one sighting; NULL = there are none. */
    void (*review)(const void *state, const struct review_row *row, struct reviewed *ret);
};

enum store_answer { STORE_UNREADABLE, STORE_EMPTY, STORE_ANSWERED };

/* Opens the store for questions and calls `use` with the asker; tables: sightings (merged, all SQL
 * reads this), upheld (the same without what somebody found to be wrong: table verdict), released,
 * admitted (its rows as written, by the user's rules), suppressed (what those hide, with the rule
 * in allowed_by), sighting, contact, identities, coverage. view NULL: no judge, no rules: what
 * several sources found together keeps the largest p. When a file was replaced meanwhile, `use` is
 * called again from the start, so it must begin afresh. STORE_EMPTY: no store, or no source in it;
 * `use` was not called. STORE_UNREADABLE: err is filled. */
enum store_answer store_ask(const char *folder, uint64_t memory_bytes, unsigned threads,
                            const struct store_view *view,
                            bool (*use)(const struct asker *asker, void *state, struct err *err),
                            void *state, struct err *err);

#endif
