/*
 * What the values of a record of NetFlow v9 or IPFIX mean: a flow, or an option that tells how the
 * exporter samples and when it started. Exporters have many ways to say the same; the first that
 * says something counts.
 */
#include "source/export_parse.h"

#include <string.h>

#define NTP_EPOCH INT64_C(2208988800) /* 1900-01-01 to 1970-01-01, seconds (RFC 5905) */
#define MS_US INT64_C(1000)

enum { SIDE_IN = 1, SIDE_OUT = 2 };
enum { BIFLOW_INITIATOR = 1, BIFLOW_REVERSE = 2 };                /* RFC 5103 6.3 */
enum { FIREWALL_IGNORED, FIREWALL_CREATED, FIREWALL_DENIED = 3 }; /* IANA 233 */
enum { LINK_ETHERNET = 1, LINK_RAW = 101 };

/* ---- times */

/* Of a number that is not absurd; else none. */
static struct instant scaled(uint64_t n, int64_t unit_us)
{
    if (n == 0 || n > (uint64_t)(INT64_MAX / 2 / unit_us))
        return (struct instant){INSTANT_NONE_US};
    return (struct instant){(int64_t)n * unit_us};
}

/* Seconds since 1900 and their 2^32nd parts (RFC 7011 6.1.9, 6.1.10). */
static struct instant ntp(uint64_t n)
{
    int64_t seconds = (int64_t)(n >> 32) - NTP_EPOCH;
    int64_t us = (int64_t)(((n & UINT32_MAX) * UINT64_C(1000000)) >> 32);
    return (struct instant){seconds * SECOND_US + us};
}

/* Where nothing says when the exporter started (some send such times over IPFIX, whose header has
 * no uptime): its first flow ended when it was exported, and none ended later than it was exported.
 * So all its times are right among themselves, and late by what that first flow waited. */
static struct instant uptime_guess(const struct export_job *job, const struct export_values *v,
                                   uint32_t at_ms)
{
    struct export_domain *d = job->domain;
    if (d->reference_us == 0) {
        d->reference_us = job->exported.us;
        d->reference_ms =
            value_has(v, VALUE_LAST_UPTIME) ? (uint32_t)v->number[VALUE_LAST_UPTIME] : at_ms;
    }
    int64_t us = d->reference_us + (int64_t)(int32_t)(at_ms - d->reference_ms) * MS_US;
    if (us > d->reference_us) { /* stays close, since the counter goes round */
        us = us < job->exported.us ? us : job->exported.us;
        d->reference_us = us;
        d->reference_ms = at_ms;
    }
    return (struct instant){us};
}

/* The counter goes round every 49.7 days: times are distances from the export. */
static struct instant uptime(const struct export_job *job, const struct export_values *v,
                             uint32_t at_ms)
{
    uint32_t now_ms = job->uptime_ms;
    if (!job->uptime_known) {
        struct instant init = scaled(value_of(v, VALUE_SYSTEM_INIT_MS), MS_US);
        if (!instant_known(init) && job->domain->init_ms)
            init.us = job->domain->init_ms * MS_US;
        if (!instant_known(init))
            return uptime_guess(job, v, at_ms);
        now_ms = (uint32_t)((job->exported.us - init.us) / MS_US); /* whole ones, both */
    }
    int32_t before_ms = (int32_t)(now_ms - at_ms);
    return (struct instant){job->exported.us - (int64_t)before_ms * MS_US};
}

/* The values of one end of a flow, by what they count in. */
struct clock_values {
    enum export_value s, ms, ntp, before_us, uptime;
};

static bool time_of(const struct export_job *job, const struct export_values *v,
                    const struct clock_values *c, struct instant *ret)
{
    ret->us = INSTANT_NONE_US;
    if (value_has(v, c->ms))
        *ret = scaled(v->number[c->ms], MS_US);
    else if (value_has(v, c->uptime))
        *ret = uptime(job, v, (uint32_t)v->number[c->uptime]);
    else if (value_has(v, c->ntp) && v->number[c->ntp])
        *ret = ntp(v->number[c->ntp]);
    else if (value_has(v, c->s))
        *ret = scaled(v->number[c->s], SECOND_US);
    else if (value_has(v, c->before_us))
        ret->us = job->exported.us - (int64_t)(uint32_t)v->number[c->before_us];
    return instant_known(*ret);
}

static int64_t lasted_us(const struct export_values *v)
{
    if (value_has(v, VALUE_LASTED_US))
        return (int64_t)(uint32_t)v->number[VALUE_LASTED_US];
    if (value_has(v, VALUE_LASTED_MS))
        return (int64_t)(uint32_t)v->number[VALUE_LASTED_MS] * MS_US;
    if (value_has(v, VALUE_FIRST_UPTIME) && value_has(v, VALUE_LAST_UPTIME))
        return (int64_t)(uint32_t)(v->number[VALUE_LAST_UPTIME] - v->number[VALUE_FIRST_UPTIME]) *
               MS_US;
    return 0;
}

static void times_of(const struct export_job *job, const struct export_values *v, struct piece *p)
{
    static const struct clock_values first = {VALUE_FIRST_S, VALUE_FIRST_MS, VALUE_FIRST_NTP,
                                              VALUE_FIRST_BEFORE_US, VALUE_FIRST_UPTIME},
                                     last = {VALUE_LAST_S, VALUE_LAST_MS, VALUE_LAST_NTP,
                                             VALUE_LAST_BEFORE_US, VALUE_LAST_UPTIME},
                                     seen = {VALUE_SEEN_S, VALUE_SEEN_MS, VALUE_SEEN_NTP,
                                             VALUE_NONE, VALUE_NONE};
    bool begins = time_of(job, v, &first, &p->first), ends = time_of(job, v, &last, &p->last);
    if (!ends && begins) { /* a firewall says when it saw the end */
        if (!time_of(job, v, &seen, &p->last) || p->last.us < p->first.us)
            p->last.us = p->first.us + lasted_us(v);
    } else if (!begins) {
        if (!ends && !time_of(job, v, &seen, &p->last))
            p->last = job->exported;
        p->first.us = p->last.us - lasted_us(v);
    }
}

/* ---- sampling */

static uint32_t ratio(uint64_t of, uint64_t taken)
{
    uint64_t n = taken ? (of + taken / 2) / taken : of;
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* What the record itself says: one in so many; 0: nothing. */
static uint32_t sampling_said(const struct export_values *v)
{
    if (value_of(v, VALUE_SAMPLING))
        return ratio(v->number[VALUE_SAMPLING], 1);
    if (value_of(v, VALUE_SAMPLING_RANDOM))
        return ratio(v->number[VALUE_SAMPLING_RANDOM], 1);
    if (value_of(v, VALUE_SAMPLING_OF))
        return ratio(v->number[VALUE_SAMPLING_OF], value_of(v, VALUE_SAMPLING_TAKEN));
    if (value_has(v, VALUE_SAMPLING_SPACE) && value_of(v, VALUE_SAMPLING_TAKEN)) {
        uint64_t taken = v->number[VALUE_SAMPLING_TAKEN], space = v->number[VALUE_SAMPLING_SPACE];
        return taken <= UINT32_MAX && space <= UINT32_MAX ? ratio(space + taken, taken) : 0;
    }
    if (value_of(v, VALUE_SAMPLING_TAKEN)) /* alone it is Cisco's for "one in" */
        return ratio(v->number[VALUE_SAMPLING_TAKEN], 1);
    return 0;
}

static uint32_t sampling_of(const struct export_job *job, const struct export_values *v)
{
    uint32_t said = sampling_said(v);
    const struct export_domain *d = job->domain;
    if (said || !value_has(v, VALUE_SAMPLER))
        return said ? said : d->sampling;
    for (unsigned i = 0; i < d->samplers; i++)
        if (d->sampler[i].id == v->number[VALUE_SAMPLER])
            return d->sampler[i].sampling;
    return d->sampling;
}

void export_option_record(struct export_job *job, const struct export_values *v)
{
    struct export_domain *d = job->domain;
    uint32_t sampling = sampling_said(v);
    enum { SAMPLERS = sizeof d->sampler / sizeof d->sampler[0] };
    export_remark(job, 1);
    if (value_of(v, VALUE_SYSTEM_INIT_MS) &&
        v->number[VALUE_SYSTEM_INIT_MS] < INT64_MAX / MS_US / 2)
        d->init_ms = (int64_t)v->number[VALUE_SYSTEM_INIT_MS];
    if (sampling && !value_has(v, VALUE_SAMPLER))
        d->sampling = sampling;
    if (sampling == 0 || !value_has(v, VALUE_SAMPLER))
        return;
    unsigned i = 0;
    while (i < d->samplers && d->sampler[i].id != v->number[VALUE_SAMPLER])
        i++;
    if (i == SAMPLERS)
        return;
    if (i == d->samplers)
        d->samplers++;
    d->sampler[i].id = v->number[VALUE_SAMPLER];
    d->sampler[i].sampling = sampling;
}

/* ---- flows */

static bool end_of(const struct export_values *v, enum export_value v4, enum export_value v6,
                   struct address *ret)
{
    *ret = (struct address){0, 0};
    if (value_has(v, v6))
        *ret = address_v6((const uint8_t *)v->bytes[v6 - VALUE_NUMBERS].at);
    if (!address_known(*ret) && value_has(v, v4))
        *ret = address_v4((uint32_t)v->number[v4]);
    return value_has(v, v4) || value_has(v, v6);
}

/* The first of some values that is there and not zero. */
static uint64_t first_of(const struct export_values *v, const enum export_value *which, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (value_of(v, which[i]))
            return v->number[which[i]];
    return 0;
}

static void counts_of(const struct export_values *v, struct piece *p)
{
    static const enum export_value bytes[] = {VALUE_BYTES, VALUE_BYTES_TOTAL, VALUE_BYTES_OPENER,
                                              VALUE_BYTES_AFTER},
                                   packets[] = {VALUE_PACKETS, VALUE_PACKETS_TOTAL,
                                                VALUE_PACKETS_OPENER, VALUE_PACKETS_AFTER},
                                   bytes_back[] = {VALUE_BYTES_BACK, VALUE_BYTES_ANSWER},
                                   packets_back[] = {VALUE_PACKETS_BACK, VALUE_PACKETS_ANSWER};
    p->bytes = first_of(v, bytes, 4);
    p->packets = first_of(v, packets, 4);
    p->bytes_back = first_of(v, bytes_back, 2);
    p->packets_back = first_of(v, packets_back, 2);
    if (p->packets == 0 && p->bytes)
        p->packets = 1; /* some firewalls count bytes alone */
    if (p->packets_back == 0 && p->bytes_back)
        p->packets_back = 1;
    bool opener = value_has(v, VALUE_BYTES_OPENER) || value_has(v, VALUE_PACKETS_OPENER);
    bool back = value_has(v, VALUE_BYTES_BACK) || value_has(v, VALUE_PACKETS_BACK);
    p->two_way = back || opener;
    p->opener_known = p->two_way;
    if (value_has(v, VALUE_BIFLOW)) {
        p->opener_known = v->number[VALUE_BIFLOW] == BIFLOW_INITIATOR;
        if (p->two_way && v->number[VALUE_BIFLOW] == BIFLOW_REVERSE) {
            struct piece q = *p;
            p->source = q.target, p->target = q.source;
            p->source_port = q.target_port, p->target_port = q.source_port;
            p->packets = q.packets_back, p->packets_back = q.packets;
            p->bytes = q.bytes_back, p->bytes_back = q.bytes;
            p->tcp_flags = q.tcp_flags_back, p->tcp_flags_back = q.tcp_flags;
            p->opener_known = true;
        }
    }
}

static void ports_of(const struct export_values *v, struct piece *p)
{
    p->source_port.number = (uint16_t)value_of(v, VALUE_SOURCE_PORT);
    p->target_port.number = (uint16_t)value_of(v, VALUE_TARGET_PORT);
    if (p->protocol != PROTOCOL_ICMP && p->protocol != PROTOCOL_ICMP6)
        return;
    if (value_has(v, VALUE_ICMP_TYPE))
        p->target_port.number =
            (uint16_t)(v->number[VALUE_ICMP_TYPE] << 8 | (value_of(v, VALUE_ICMP_CODE) & 0xff));
    else if (value_of(v, VALUE_ICMP))
        p->target_port.number = (uint16_t)v->number[VALUE_ICMP];
}

/* What a firewall tells of a flow that it did not let through is no answered one, and that one
 * begins is told again, with counts, when it ends. */
static bool firewall_says_nothing(const struct export_values *v, const struct piece *p)
{
    return value_has(v, VALUE_FIREWALL_EVENT) &&
           v->number[VALUE_FIREWALL_EVENT] != FIREWALL_DENIED && p->packets == 0 &&
           p->packets_back == 0;
}

/* The first bytes of a packet (RFC 7133, RFC 5477 8.5). */
static bool section_of(struct export_job *job, const struct export_values *v)
{
    bool link = value_has(v, VALUE_SECTION_LINK);
    if (!link && !value_has(v, VALUE_SECTION_IP))
        return false;
    struct text bytes = v->bytes[(link ? VALUE_SECTION_LINK : VALUE_SECTION_IP) - VALUE_NUMBERS];
    static const struct clock_values seen = {VALUE_SEEN_S, VALUE_SEEN_MS, VALUE_SEEN_NTP,
                                             VALUE_NONE, VALUE_NONE};
    struct instant time;
    if (!time_of(job, v, &seen, &time))
        time = instant_known(job->datagram->received) ? job->datagram->received : job->exported;
    export_packet(job, time, (const uint8_t *)bytes.at, bytes.len,
                  (uint32_t)value_of(v, VALUE_FRAME_BYTES), link ? LINK_ETHERNET : LINK_RAW,
                  sampling_of(job, v));
    return true;
}

void export_flow_record(struct export_job *job, const struct export_values *v)
{
    struct piece p = {.protocol = (uint8_t)value_of(v, VALUE_PROTOCOL)};
    bool source = end_of(v, VALUE_SOURCE_V4, VALUE_SOURCE_V6, &p.source);
    bool target = end_of(v, VALUE_TARGET_V4, VALUE_TARGET_V6, &p.target);
    if (!source || !target) {
        if (!section_of(job, v))
            export_ignored(job, 1);
        return;
    }
    p.tcp_flags = (uint8_t)(value_of(v, VALUE_TCP_FLAGS) | value_of(v, VALUE_TCP_FIRST_FLAGS));
    p.tcp_flags_back =
        (uint8_t)(value_of(v, VALUE_TCP_FLAGS_BACK) | value_of(v, VALUE_TCP_FIRST_FLAGS_BACK));
    p.flags_known = p.protocol == PROTOCOL_TCP && (p.tcp_flags | p.tcp_flags_back);
    ports_of(v, &p);
    counts_of(v, &p);
    if (firewall_says_nothing(v, &p)) {
        export_ignored(job, 1);
        return;
    }
    if (p.packets == 0 && value_has(v, VALUE_FIREWALL_EVENT))
        p.packets = 1; /* it was refused; that it was tried is a packet */
    times_of(job, v, &p);
    p.sampling = sampling_of(job, v);
    unsigned side =
        value_has(v, VALUE_DIRECTION) ? v->number[VALUE_DIRECTION] & 1 ? SIDE_OUT : SIDE_IN : 0;
    export_piece(job, &p, side);
}
