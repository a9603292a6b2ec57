/*
 * The inside of a shard, shared by shard.c (frames), shard_tables.c (hosts, names,
 * pairs), shard_identity.c (who the hosts are), shard_records.c (records to detectors) and close.c
 * (evidence, rows).
 */
#ifndef MUSTER_SHARD_STATE_H
#define MUSTER_SHARD_STATE_H

#include "calls.h"
#include "marks.h"
#include "shard.h"
#include "states.h"

#include <libpsl.h>

enum { NAME_KEPT = 112, PAIR_NAME = 1 };

/* A pair in the table; the places of the detectors' states follow it, then the next. */
struct pair_entry {
    struct table_link link;
    uint64_t name_low, name_high; /* digest of the name, of a PAIR_BY_NAME */
    uint32_t host;                /* host entry's index, while that host is the same */
    uint32_t domain;              /* hash of the registered domain it was called by; 0 = none yet */
    uint16_t name_len;
    char name[NAME_KEPT];
    struct pair pair;
};

struct host_entry {
    struct table_link link;
    struct host host;
    bool several_macs;
};

/* What DNS told a host: this address answers to that name. */
struct name_entry {
    struct table_link link;
    struct address host, address;
    uint16_t name_len;
    char name[NAME_KEPT];
};

/* What one way of knowing told of a host; compared byte by byte. */
struct identity_entry {
    struct table_link link;
    struct {
        struct address host;
        uint64_t mac;
        const char *known_by;
        uint8_t client_len, name_len, domain_len, user_len, print_len, pad[3];
        char client[64], name[64], domain[64], user[64], print[128];
    } told;
    struct instant first, last;
    uint64_t number, seen;
    bool pending; /* the server has not agreed yet */
};

struct rows_of_shard {
    struct sighting *sighting;
    size_t sightings, sightings_room;
    struct contact *contact;
    size_t contacts, contacts_room;
    struct identity *identity; /* in the arena */
    size_t identities;
};

/* Where the registered domain of a name begins. */
enum { DOMAINS = 512, DOMAIN_KEPT = 94 };
struct domain_entry {
    uint8_t len, from;
    char name[DOMAIN_KEPT];
};

struct shard {
    const struct conf *conf;
    const struct indicators *indicators;
    const psl_ctx_t *psl;
    struct domain_entry domains[DOMAINS];
    struct table_seed seed; /* of all its tables */
    struct shard_counts counts;
    struct flows flows;
    struct buffers buffers;
    struct calls calls;
    struct states states;
    struct app app;
    struct files *files; /* or NULL; `mails` likewise */
    struct mails *mails;
    struct table pairs, hosts, names, identities;
    uint32_t identities_pending;
    struct mark_search *marks;            /* NULL = known marks are not looked for */
    struct host_entry *blank_host;        /* stands in for an evicted one */
    uint32_t host_offset[CONF_DETECTORS]; /* of the detectors' states in a host's entry */
    struct instant now;                   /* newest packet time */
    size_t bytes;                         /* of all tables */
    bool ready; /* its records come ready-made: the protocol is what their source says */
    struct day newest_day;
    int64_t expired_second;            /* expiry ran for this second */
    struct arena arena, contact_arena; /* of the rows */
    const struct spill_about *about;
    struct spill spill; /* contact rows beyond SPILL_ROWS */
    struct rows_of_shard rows;
};

/* close.c */
/* Rows and evidence of a pair; it leaves the table. */
void shard_close_pair(struct shard *shard, uint32_t pair);
void shard_close_days_before(struct shard *shard, struct day day);
void shard_close_all(struct shard *shard);

/* shard_tables.c: NULL when its entry was evicted */
struct host_entry *shard_host(const struct shard *shard, struct day day, struct address address);
struct host_entry *shard_host_take(struct shard *shard, struct day day, struct address address);
/* What DNS told the host of an address; NULL when nothing. */
struct name_entry *shard_name_find(const struct shard *shard, struct address host,
                                   struct address address);
void shard_name_learn(struct shard *shard, struct address host, struct address address,
                      struct text name);
struct pair_key {
    struct day day;
    struct address host, outside;
    uint64_t name_low, name_high;
    bool by_name;
};
/* The pair of a key, made when new; `name` is what it is called then. */
struct pair_entry *shard_pair_take(struct shard *shard, const struct pair_key *key,
                                   struct text name);
/* The pair is called so from now on; null, empty and overlong names change nothing. */
void shard_name_pair(struct pair_entry *pair, struct text name);

/* shard_identity.c */
void shard_identity(struct shard *shard, const struct record *record);
void shard_close_identities(struct shard *shard); /* makes the rows */

/* shard_records.c: `context` is the shard */
void shard_record(void *context, const struct record *record);
static inline struct state_places *pair_places(struct pair_entry *pair)
{
    return (struct state_places *)(void *)(pair + 1);
}
/* What detector number d may look at of a pair and its host; its pair_state is not filled. */
struct detect shard_detect(const struct shard *shard, const struct pair_entry *pair,
                           struct host_entry *host, unsigned d);

#endif
