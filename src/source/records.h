/*
 * Records in a block, for sources that yield them ready-made. The host's end is the opener of the
 * conversation (`host_opened` is set); way.c turns a record round when the other end is home.
 */
#ifndef MUSTER_SOURCE_RECORDS_H
#define MUSTER_SOURCE_RECORDS_H

#include "source/source.h"

enum { LINE_RECORDS = 16 }; /* the most that one line or datagram may become */

/* Zeroed but for kind, time, number and ends; both lie in the block. There must be room: a source
 * asks block_roomy before each line. */
struct record *block_record(struct block *block, enum record_kind kind, struct instant time,
                            uint64_t number, const struct ends *ends);
struct flow_record *block_flow(struct block *block, struct instant time, uint64_t number,
                               const struct ends *ends);
struct dns_record *block_dns(struct block *block, struct instant time, uint64_t number,
                             const struct ends *ends);
struct tls_record *block_tls(struct block *block, struct instant time, uint64_t number,
                             const struct ends *ends);
struct http_record *block_http(struct block *block, struct instant time, uint64_t number,
                               const struct ends *ends);
struct identity_record *block_identity(struct block *block, struct instant time, uint64_t number,
                                       struct address host);
struct talk_record *block_talk(struct block *block, struct instant time, uint64_t number,
                               const struct ends *ends);
struct alert_record *block_alert(struct block *block, struct instant time, uint64_t number,
                                 const struct ends *ends);
struct file_record *block_file(struct block *block, struct instant time, uint64_t number,
                               const struct ends *ends);

/* A digest as a log tells it, in lower case; null when it has not `len` hex digits. */
struct text digest_text(struct arena *arena, struct text text, uint32_t len);

/* The instant of a record's own clock, in microseconds since 1970. A clock that starts at zero
 * (times in 1970) tells no day: it is taken to start on 2000-01-01, and counted. */
struct instant record_clock(struct block *block, int64_t us);

static inline bool block_roomy(const struct block *block)
{
    return block->records + LINE_RECORDS <= BLOCK_RECORDS;
}

#endif
