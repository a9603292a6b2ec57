/*
 * One of the fixed number of shards: the hosts that hash onto it, with their flow table, pairs and
 * detector states, and the evidence that comes of them. A shard is worked on by one thread at a
 * time and shares nothing, so that the number of workers never changes a result.
 *
 * Order: shard_new -> shard_frame or shard_take for each frame or record with an end here ->
 * shard_finish -> shard_rows is read -> shard_reset for the next source -> shard_free.
 */
#ifndef MUSTER_SHARD_H
#define MUSTER_SHARD_H

#include "app.h"
#include "conf.h"
#include "record/pair.h"
#include "record/sighting.h"
#include "spill.h"

enum { SHARDS = 16, DAYS_OPEN = 4, SHARD_APPS = 48 };

/* What the shards saw, to be added up. */
struct shard_counts {
    struct skips skips;
    uint64_t flows, flows_answered, dns, tls, http, alerts, hosts, pairs_near;
    uint64_t frames; /* for the heaviest shard */
    struct {
        const char *name; /* static */
        uint64_t flows;
    } app[SHARD_APPS];
};

struct shard;

/* bytes: for all tables of this shard. conf and indicators live as long as the shard. */
struct shard *shard_new(size_t bytes, struct table_seed seed, const struct conf *conf,
                        const struct indicators *indicators);
/* The frame's source (out) or target is a host of this shard. */
void shard_frame(struct shard *shard, const struct frame *frame, bool out);
/* A ready-made record whose host, or with `turned` its outside end, is a host of this shard. */
void shard_take(struct shard *shard, const struct record *record, bool turned);
/* The record is to be taken soon: has the memory fetched that will be needed, when it is `far` off
 * only where that lies. Changes nothing. */
void shard_ahead(const struct shard *shard, const struct record *record, bool turned, bool far);
/* A frame to many that is no conversation but tells who `about`, a host of this shard, is. */
void shard_tell(struct shard *shard, const struct frame *frame, struct address about);
/* Ends all conversations and closes all days: rows are whole. */
void shard_finish(struct shard *shard);
/* Rows in no order; texts and lists live until shard_reset. */
const struct sighting *shard_sightings(const struct shard *shard, size_t *len);
const struct contact *shard_contacts(const struct shard *shard, size_t *len);
const struct identity *shard_identities(const struct shard *shard, size_t *len);
const struct shard_counts *shard_counts(const struct shard *shard);
void shard_counts_add(struct shard_counts *to, const struct shard_counts *from);
/* Contact rows that did not fit into memory; until shard_reset. */
struct spill *shard_spill(struct shard *shard);
/* For the next source, about which lives as long; a log and a capture share the memory differently.
 */
void shard_reset(struct shard *shard, const struct spill_about *about, bool log);
void shard_free(struct shard *shard); /* accepts NULL */

/* Not seeded: which shard a host is in shows in what is evicted, and must be the same each time. */
static inline unsigned shard_of(struct address host)
{
    return (unsigned)(table_mix(host.high, host.low) >> 32) % SHARDS;
}

#endif
