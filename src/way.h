/*
 * The whole way of one source: source -> frames -> shards (flows, records, detectors, judge) ->
 * rows, enriched. Starts the workers, hands batches on, stops in reverse order.
 *
 * Order: way_new -> way_read or way_take for each source, its findings used before the next ->
 * way_free.
 */
#ifndef MUSTER_WAY_H
#define MUSTER_WAY_H

#include "base/progress.h"
#include "enrich/enrich.h"
#include "record/home.h"
#include "rules.h"
#include "shard.h"
#include "source/source.h"

struct way_setup {
    const struct conf *conf;
    const struct indicators *indicators; /* NULL = none */
    const struct enrich *enrich;         /* NULL = none */
    const struct home *home;
    const struct review *review; /* NULL = none */
    struct address server[2];    /* --server, IPv4 and IPv6: who keeps access logs; :: = not told */
    const struct table_map *map; /* --map: sources are tables of flows; NULL = not */
    const char *sensor;
    const char *spill; /* the store's folder, for contact rows that are too many; NULL = no store */
    const char *procedure_id, *detectors, *sets; /* for coverage */
    unsigned workers;
    uint64_t memory_bytes;  /* --memory; tables take 60 % */
    struct table_seed seed; /* of the tables' hashes; shows in no output */
    struct progress *progress;
};

enum { WAY_NETWORKS = 16 };
/* What the summary of a run says besides the rows. */
struct way_notes {
    struct shard_counts counts;
    struct source_link link[SOURCE_LINKS]; /* not read */
    struct {
        struct network network;
        uint64_t packets;
    } foreign[WAY_NETWORKS]; /* busiest networks without a home end, at least so many packets */
    char damage[160];
    unsigned lacks;          /* LACK_BITs of the source */
    uint32_t sampling;       /* of it */
    uint64_t units, remarks; /* its lines or export records in all; of them headers and remarks */
    uint64_t shard_frames[SHARDS];
    struct rules_notes rules;
};

struct way;
struct way *way_new(const struct way_setup *setup);
/* false and err: the source could not be used at all. Rows live until the next way_read. */
bool way_read(struct way *way, const struct source_item *item, const char *kind_or_null,
              struct findings *ret, struct way_notes *notes, struct err *err);
/* The same of a source that is open already; closes it. */
void way_take(struct way *way, struct source *source, const char *name, struct findings *ret,
              struct way_notes *notes);
void way_free(struct way *way); /* accepts NULL */

#endif
