/*
 * Flow export: datagrams of NetFlow v1, v5, v7, v9, IPFIX and sFlow v5 in, conversations out; of
 * sFlow, and of IPFIX that sends the first bytes of packets, packets out.
 *
 * Trouble it answers: v9 and IPFIX say in templates, which come when they like, what their records
 * hold. A template belongs to an exporter and its part (source id, observation domain); it is
 * compiled when it comes into a list of what to take from where (export_template.c), so that a
 * record costs what is taken from it. Records that come before their template wait for it, bounded.
 *
 * Every record becomes used, ignored (it tells no flow), a remark (a template, an option, a
 * counter) or damaged, and so is counted in the source. Nothing is believed of lengths; tables are
 * bounded, the oldest goes out: an exporter that claims to be thousands pushes out others'
 * templates, which come again.
 *
 * Order: exports_init -> while exports_roomy, exports_take; else hand the block on and begin
 * another
 * -> exports_finish for block after block until it is true -> exports_free.
 */
#ifndef MUSTER_SOURCE_EXPORTS_H
#define MUSTER_SOURCE_EXPORTS_H

#include "base/cursor.h"
#include "source/conversations.h"

enum {
    DATAGRAM_BYTES = 65535,
    SAMPLES_MAX = 256,  /* packets of one datagram */
    EXPORT_RECENT = 32, /* datagrams among which one that comes twice is known */
};

/* What flow export never tells. */
#define EXPORT_LACKS                                                                               \
    (LACK_BIT(names) | LACK_BIT(web) | LACK_BIT(tls) | LACK_BIT(certificates) |                    \
     LACK_BIT(content) | LACK_BIT(identity))

enum export_protocol {
    EXPORT_NONE,
    EXPORT_NETFLOW1,
    EXPORT_NETFLOW5,
    EXPORT_NETFLOW7,
    EXPORT_NETFLOW9,
    EXPORT_IPFIX,
    EXPORT_SFLOW5,
    EXPORT_PROTOCOLS
};

struct datagram {
    const uint8_t *at;
    size_t len;
    struct address exporter; /* none when not known (a file of bare datagrams) */
    struct instant received; /* INSTANT_NONE_US when not known: then its own time is taken */
    uint64_t offset;         /* in bytes of the source, for messages */
};

struct exports {
    struct source *source; /* of the counts */
    struct conversations conversations;
    struct table domains, templates;
    struct table_seed seed;
    uint32_t serial;          /* of the newest domain */
    struct export_wait *wait; /* sets that wait for their template; NULL until there is one */
    uint64_t datagrams[EXPORT_PROTOCOLS];
    uint64_t recent[EXPORT_RECENT]; /* what the last ones hash to */
    unsigned recent_at;
    uint64_t packets; /* sampled ones handed on */
    uint32_t sampling_most;
    bool cut; /* see exports_cut */
};

/* bytes: of the table of conversations; 0: CONVERSATIONS_BYTES. */
void exports_init(struct exports *e, struct source *source, size_t bytes, struct table_seed seed);
void exports_free(struct exports *e); /* accepts a zeroed one */
/* Moves what is finished into the block, and says whether it has room for another datagram's. */
bool exports_roomy(struct exports *e, struct block *block);
void exports_take(struct exports *e, const struct datagram *datagram, struct block *block);
/* What comes next belongs to another source, which goes on with the same exporters; then to be
 * called until it is true. False: the block is full, and there is more. */
bool exports_cut(struct exports *e, struct block *block);
void exports_go_on(struct exports *e, struct source *source);
/* No datagram comes any more. False: the block is full, and there is more. */
bool exports_finish(struct exports *e, struct block *block);

/* What a datagram is by its version and lengths; EXPORT_NONE when it is none. Of the bytes of
 * several, one behind the other, *ret_len is how long the first is. `whole`: nothing follows what
 * is here, so that a datagram that goes on behind it is none. */
enum export_protocol export_look(const uint8_t *at, size_t len, bool whole, size_t *ret_len);

#endif
