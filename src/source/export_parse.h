/* What the protocols of flow export share; inside exports.c and those files only. */
#ifndef MUSTER_SOURCE_EXPORT_PARSE_H
#define MUSTER_SOURCE_EXPORT_PARSE_H

#include "source/exports.h"

/* Part of an exporter that numbers its templates apart: engine, source id, observation domain. */
struct export_domain {
    struct table_link link;
    struct address exporter;
    uint32_t id;
    uint32_t serial;      /* its number among all there were, from 1: never used again */
    uint32_t sampling;    /* one packet in so many, as an option said of all; 0: not said */
    int64_t init_ms;      /* when the exporter started, as an option said; 0: not said */
    int64_t reference_us; /* else, when its uptime was reference_ms, as far as known; 0: not */
    uint32_t reference_ms;
    uint8_t protocol;
    uint8_t samplers;
    uint8_t pad[6];
    struct {
        uint64_t id;
        uint32_t sampling;
    } sampler[8];
};

/* A datagram on its way. */
struct export_job {
    struct exports *exports;
    struct block *block; /* for packets */
    const struct datagram *datagram;
    enum export_protocol protocol;
    struct export_domain *domain;
    struct instant exported;
    uint32_t uptime_ms; /* of the exporter, at `exported` */
    bool uptime_known;
};

/* Values that are taken out of records, by name of the lists' fields. */
enum export_value {
    VALUE_NONE,
    VALUE_BYTES,
    VALUE_PACKETS,
    VALUE_PROTOCOL,
    VALUE_TCP_FLAGS,
    VALUE_SOURCE_PORT,
    VALUE_TARGET_PORT,
    VALUE_SOURCE_V4,
    VALUE_TARGET_V4,
    VALUE_FIRST_UPTIME,
    VALUE_LAST_UPTIME,
    VALUE_BYTES_AFTER, /* as it left a middlebox */
    VALUE_PACKETS_AFTER,
    VALUE_ICMP,
    VALUE_SAMPLING,
    VALUE_SAMPLING_RANDOM,
    VALUE_SAMPLER,
    VALUE_DIRECTION,
    VALUE_BYTES_TOTAL,
    VALUE_PACKETS_TOTAL,
    VALUE_FIRST_S,
    VALUE_LAST_S,
    VALUE_FIRST_MS,
    VALUE_LAST_MS,
    VALUE_FIRST_NTP,
    VALUE_LAST_NTP,
    VALUE_FIRST_BEFORE_US, /* the export */
    VALUE_LAST_BEFORE_US,
    VALUE_SYSTEM_INIT_MS,
    VALUE_LASTED_MS,
    VALUE_LASTED_US,
    VALUE_ICMP_TYPE,
    VALUE_ICMP_CODE,
    VALUE_BYTES_OPENER,
    VALUE_BYTES_ANSWER,
    VALUE_PACKETS_OPENER,
    VALUE_PACKETS_ANSWER,
    VALUE_FIREWALL_EVENT,
    VALUE_BIFLOW,
    VALUE_SAMPLING_TAKEN,
    VALUE_SAMPLING_SPACE,
    VALUE_SAMPLING_OF,
    VALUE_FRAME_BYTES,
    VALUE_SEEN_S,
    VALUE_SEEN_MS,
    VALUE_SEEN_NTP,
    VALUE_BYTES_BACK,
    VALUE_PACKETS_BACK,
    VALUE_TCP_FLAGS_BACK,
    VALUE_TCP_FIRST_FLAGS,
    VALUE_TCP_FIRST_FLAGS_BACK,
    VALUE_NUMBERS, /* those before are numbers; these are bytes: */
    VALUE_SOURCE_V6 = VALUE_NUMBERS,
    VALUE_TARGET_V6,
    VALUE_SECTION_IP,
    VALUE_SECTION_LINK,
    VALUES
};
_Static_assert(VALUES <= 64, "one bit each");

struct export_values {
    uint64_t have; /* bit of each value that the record has */
    uint64_t number[VALUE_NUMBERS];
    struct text bytes[VALUES - VALUE_NUMBERS];
};

static inline bool value_has(const struct export_values *v, enum export_value value)
{
    return v->have >> value & 1;
}

static inline uint64_t value_of(const struct export_values *v, enum export_value value)
{
    return value_has(v, value) ? v->number[value] : 0;
}

/* Sets the job's domain, made when it is new. */
void export_domain_find(struct export_job *job, uint32_t id);
/* Each record ends in one of these. */
void export_used(struct export_job *job);
void export_ignored(struct export_job *job, uint64_t records);
void export_remark(struct export_job *job, uint64_t records);
void export_damaged(struct export_job *job, const uint8_t *at, const char *what);
/* A flow; observer, heard and number are set here. Without packets it says nothing and is ignored.
 * side: 0 not told, 1 coming in, 2 going out. */
void export_piece(struct export_job *job, struct piece *piece, unsigned side);
/* A packet of which `captured` bytes were sampled; link as in struct packet. */
void export_packet(struct export_job *job, struct instant time, const uint8_t *at,
                   uint32_t captured, uint32_t length, uint16_t link, uint32_t sampling);

/* What records mean (export_record.c). */
void export_flow_record(struct export_job *job, const struct export_values *values);
void export_option_record(struct export_job *job, const struct export_values *values);

/* Templates (export_template.c). */
void export_template_read(struct export_job *job, struct cursor *set, bool options);
void export_data_read(struct export_job *job, uint16_t id, const uint8_t *at, size_t len);
void export_wait_free(struct exports *e); /* what waits still is ignored */

/* One file a protocol: reads a datagram whose version is right. The _len: how long the datagram at
 * the cursor is by what it says itself, 0: it cannot be one. */
void netflow5_read(struct export_job *job); /* and v1, v7 */
size_t netflow5_len(const uint8_t *at, size_t len, bool whole);
void netflow9_read(struct export_job *job);
size_t netflow9_len(const uint8_t *at, size_t len, bool whole);
void ipfix_read(struct export_job *job);
size_t ipfix_len(const uint8_t *at, size_t len, bool whole);
void sflow_read(struct export_job *job);
size_t sflow_len(const uint8_t *at, size_t len, bool whole);

#endif
