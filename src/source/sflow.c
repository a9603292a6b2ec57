/*
 * sFlow version 5 (sflow.org, "sFlow Version 5", 2004): samples of packets, with the first bytes of
 * each, and counters of interfaces. The first bytes go on as packets, which the wire stage reads
 * like captured ones; that they are samples is said of the source. A datagram tells no time of day:
 * it is that of its arrival.
 *
 * An agent that is asked to tells decoded headers of IPv4 or IPv6 instead: those become flows of
 * one packet.
 */
#include "source/export_parse.h"

enum {
    HEAD_V4 = 28, /* with an agent of IPv4 */
    HEAD_V6 = 40,
    SAMPLE_FLOW = 1,
    SAMPLE_COUNTERS = 2,
    SAMPLE_FLOW_EXPANDED = 3,
    SAMPLE_COUNTERS_EXPANDED = 4,
    RECORD_HEADER = 1,
    RECORD_IPV4 = 3,
    RECORD_IPV6 = 4,
    SAMPLES_READ = 2048, /* of a datagram; a sample has 8 bytes at least */
    RECORDS_MAX = 64,    /* of a sample */
};

/* header_protocol (sFlow v5, enum header_protocol) as LINKTYPE_. */
static bool link_of(uint32_t protocol, uint16_t *ret)
{
    switch (protocol) {
    case 1: /* Ethernet */
        *ret = 1;
        return true;
    case 7: /* PPP */
        *ret = 9;
        return true;
    case 11: /* IPv4 */
    case 12: /* IPv6 */
        *ret = 101;
        return true;
    default:
        return false;
    }
}

static struct cursor head_read(const uint8_t *at, size_t len, struct address *ret_agent,
                               uint32_t *ret_part, uint32_t *ret_samples)
{
    struct cursor c = cursor_over(at, len);
    if (cursor_u32(&c) != 5)
        cursor_spoil(&c);
    uint32_t kind = cursor_u32(&c);
    const uint8_t *agent = cursor_take(&c, kind == 2 ? 16 : 4);
    if (kind != 1 && kind != 2)
        cursor_spoil(&c);
    *ret_agent = !agent      ? (struct address){0, 0}
                 : kind == 2 ? address_v6(agent)
                             : address_v4(field_u32(agent));
    *ret_part = cursor_u32(&c);
    cursor_skip(&c, 8); /* sequence, uptime */
    *ret_samples = cursor_u32(&c);
    return c;
}

size_t sflow_len(const uint8_t *at, size_t len, bool whole)
{
    struct address agent;
    uint32_t part, samples;
    struct cursor c = head_read(at, len, &agent, &part, &samples);
    if (!cursor_ok(&c) || samples > SAMPLES_READ)
        return 0;
    for (uint32_t i = 0; i < samples; i++) {
        cursor_skip(&c, 4);
        size_t sample = cursor_u32(&c);
        if (cursor_ok(&c) && sample > cursor_left(&c) && !whole)
            return (size_t)(c.at - at) + sample; /* it goes on behind what is here */
        cursor_skip(&c, sample);
        if (!cursor_ok(&c))
            return 0;
    }
    return (size_t)(c.at - at);
}

static void header_read(struct export_job *job, struct cursor *c, uint32_t sampling)
{
    uint16_t link;
    uint32_t protocol = cursor_u32(c), length = cursor_u32(c);
    cursor_skip(c, 4); /* stripped from its end */
    uint32_t captured = cursor_u32(c);
    const uint8_t *start = c->at, *at = cursor_take(c, captured);
    if (at == NULL)
        export_damaged(job, start, "a sampled packet ends inside its first bytes");
    else if (!link_of(protocol, &link))
        export_ignored(job, 1);
    else
        export_packet(job, job->datagram->received, at, captured, length, link, sampling);
}

static void decoded_read(struct export_job *job, struct cursor *c, bool v6, uint32_t sampling)
{
    struct piece p = {.packets = 1, .sampling = sampling};
    const uint8_t *start = c->at;
    p.bytes = cursor_u32(c);
    p.protocol = (uint8_t)cursor_u32(c);
    const uint8_t *ends = cursor_take(c, v6 ? 32 : 8);
    p.source_port.number = (uint16_t)cursor_u32(c);
    p.target_port.number = (uint16_t)cursor_u32(c);
    p.tcp_flags = (uint8_t)cursor_u32(c);
    if (!cursor_ok(c) || ends == NULL) {
        export_damaged(job, start, "a sampled packet's header is cut short");
        return;
    }
    p.source = v6 ? address_v6(ends) : address_v4(field_u32(ends));
    p.target = v6 ? address_v6(ends + 16) : address_v4(field_u32(ends + 4));
    p.flags_known = p.protocol == PROTOCOL_TCP && p.tcp_flags;
    if (!instant_known(job->datagram->received)) {
        export_damaged(job, start, "sampled packets, and nothing says when they were");
        return;
    }
    p.first = p.last = job->datagram->received;
    export_piece(job, &p, 0);
}

/* A sample's records describe one packet: the first that tells its ends is taken. */
static void sample_read(struct export_job *job, struct cursor *c, bool expanded)
{
    const uint8_t *start = c->at;
    cursor_skip(c, expanded ? 12 : 8); /* sequence, source */
    uint32_t sampling = cursor_u32(c);
    cursor_skip(c, expanded ? 24 : 16); /* pool, drops, interfaces */
    uint32_t records = cursor_u32(c);
    for (uint32_t i = 0; i < records && i < RECORDS_MAX && cursor_ok(c); i++) {
        uint32_t format = cursor_u32(c), len = cursor_u32(c);
        struct cursor record = cursor_child(c, len);
        if (!cursor_ok(&record))
            break;
        if (format == RECORD_HEADER) {
            header_read(job, &record, sampling);
            return;
        }
        if (format == RECORD_IPV4 || format == RECORD_IPV6) {
            decoded_read(job, &record, format == RECORD_IPV6, sampling);
            return;
        }
    }
    if (cursor_ok(c))
        export_ignored(job, 1);
    else
        export_damaged(job, start, "a sample ends inside a record");
}

void sflow_read(struct export_job *job)
{
    const struct datagram *d = job->datagram;
    struct address agent;
    uint32_t part, samples;
    struct cursor c = head_read(d->at, d->len, &agent, &part, &samples);
    struct datagram of_agent = *d;
    of_agent.exporter = agent; /* also where a collector passed it on */
    /* Given back at the end. */
    /* cppcheck-suppress autoVariables */
    job->datagram = &of_agent;
    job->exported = d->received;
    export_domain_find(job, part);
    for (uint32_t i = 0; i < samples && cursor_left(&c) >= 8; i++) {
        uint32_t format = cursor_u32(&c), len = cursor_u32(&c);
        struct cursor sample = cursor_child(&c, len);
        if (format == SAMPLE_FLOW || format == SAMPLE_FLOW_EXPANDED)
            sample_read(job, &sample, format == SAMPLE_FLOW_EXPANDED);
        else
            export_remark(job, 1);
    }
    job->datagram = d;
}
