#include "flow/flow.h"

#include "base/err.h"

#include <string.h>

#define IDLE_SHORT_US (60 * SECOND_US)
#define IDLE_LONG_US (900 * SECOND_US)
#define PART_US (3600 * SECOND_US)
#define BURST_SILENCE_US SECOND_US
#define TOUCH_US (SECOND_US / 2) /* ages closer than this are not told apart */

void flows_init(struct flows *flows, size_t bytes, struct table_seed seed)
{
    flows->seed = seed;
    table_init(&flows->table, sizeof(struct flow), bytes);
}

static uint32_t key_hash(struct table_seed seed, struct address host, struct address outside,
                         uint32_t ports, uint8_t protocol)
{
    const uint64_t key[] = {host.high, host.low, outside.high, outside.low,
                            (uint64_t)ports << 8 | protocol};
    return table_hash(seed, key, 5);
}

uint32_t flows_find(const struct flows *flows, const struct frame *frame, bool out, uint32_t *hash)
{
    struct address host = out ? frame->source : frame->target;
    struct address outside = out ? frame->target : frame->source;
    bool icmp = frame->protocol == PROTOCOL_ICMP || frame->protocol == PROTOCOL_ICMP6;
    uint16_t host_port = icmp ? 0 : out ? frame->source_port.number : frame->target_port.number;
    uint16_t outside_port = icmp ? 0 : out ? frame->target_port.number : frame->source_port.number;
    *hash = key_hash(flows->seed, host, outside, (uint32_t)host_port << 16 | outside_port,
                     frame->protocol);
    uint32_t i = table_first(&flows->table, *hash);
    for (; i; i = table_next(&flows->table, i)) {
        const struct flow *f = flows_at(flows, i);
        if (f->link.hash == *hash && f->host_port.number == host_port &&
            f->outside_port.number == outside_port && address_same(f->outside, outside) &&
            address_same(f->host, host) && f->protocol == frame->protocol)
            break;
    }
    return i;
}

/* Who opened, when no SYN tells: the sender of the first packet, unless it came from a service
 * port to a high one (then the question was missed). */
static bool guess_source_opened(const struct frame *frame)
{
    uint16_t from = frame->source_port.number, to = frame->target_port.number;
    if (frame->protocol == PROTOCOL_TCP) {
        if (frame->tcp_flags & TCP_SYN)
            return !(frame->tcp_flags & TCP_ACK);
        return from > to;
    }
    if (frame->protocol == PROTOCOL_UDP)
        return !(from < 1024 && to >= 1024);
    return true;
}

uint32_t flows_add(struct flows *flows, const struct frame *frame, bool out, uint32_t hash)
{
    bool tcp = frame->protocol == PROTOCOL_TCP;
    bool icmp = frame->protocol == PROTOCOL_ICMP || frame->protocol == PROTOCOL_ICMP6;
    uint32_t index = table_add(&flows->table, hash, tcp ? FLOWS_LONG : FLOWS_SHORT);
    struct flow *f = flows_at(flows, index);
    f->host = out ? frame->source : frame->target;
    f->outside = out ? frame->target : frame->source;
    if (!icmp) {
        f->host_port = out ? frame->source_port : frame->target_port;
        f->outside_port = out ? frame->target_port : frame->source_port;
    }
    f->protocol = frame->protocol;
    f->host_opened = guess_source_opened(frame) == out;
    f->opener_sure = tcp && (frame->tcp_flags & TCP_SYN);
    f->outside_home = (frame->home & FRAME_SOURCE_HOME) && (frame->home & FRAME_TARGET_HOME);
    f->first = f->last = f->opened = frame->time;
    f->last_payload_out.us = INSTANT_NONE_US;
    f->number = frame->number;
    return index;
}

uint32_t flows_expired(const struct flows *flows, struct instant now)
{
    static const int64_t idle_us[TABLE_LISTS] = {IDLE_SHORT_US, IDLE_LONG_US};
    for (unsigned list = 0; list < TABLE_LISTS; list++) {
        uint32_t i = table_oldest(&flows->table, list);
        if (i && now.us - flows_at(flows, i)->last.us > idle_us[list])
            return i;
    }
    return 0;
}

uint32_t flows_oldest(const struct flows *flows)
{
    uint32_t i = table_oldest(&flows->table, FLOWS_SHORT);
    uint32_t j = table_oldest(&flows->table, FLOWS_LONG);
    if (i == 0 || j == 0)
        return i ? i : j;
    return flows_at(flows, i)->last.us <= flows_at(flows, j)->last.us ? i : j;
}

bool flow_must_cut(const struct flow *f, struct instant now)
{
    if (f->packets[OUT] + f->packets[IN] == 0)
        return false;
    return now.us - f->first.us >= PART_US || instant_day(now).number > instant_day(f->last).number;
}

bool flow_is_reused(const struct flow *f, const struct frame *frame, bool out)
{
    if (f->protocol != PROTOCOL_TCP || (frame->tcp_flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
        return false;
    const struct flow_stream *s = &f->stream[out ? OUT : IN];
    return s->started && frame->seq + 1 != s->next &&
           (f->closed || f->established || f->refused || f->whole_payload[OUT] > 0);
}

static void history_add(struct flow *f, char letter, bool from_opener)
{
    char c = from_opener ? (char)(letter - 32) : letter;
    if (memchr(f->history, c, f->history_len) == NULL && f->history_len < sizeof f->history - 1)
        f->history[f->history_len++] = c;
}

static void tcp_history(struct flow *f, const struct frame *frame, bool out)
{
    uint8_t flags = frame->tcp_flags;
    if ((flags & TCP_SYN) && !f->opener_sure) {
        f->host_opened = (flags & TCP_ACK) ? !out : out;
        f->opener_sure = true;
    }
    bool opener = out == f->host_opened;
    if (flags & TCP_SYN) {
        history_add(f, (flags & TCP_ACK) ? 'h' : 's', opener);
        if (flags & TCP_ACK)
            f->syn_ack = true;
        else
            f->syn = true;
    } else if (flags & TCP_RST) {
        history_add(f, 'r', opener);
        if (!f->established && !opener)
            f->refused = true;
        f->closed = true;
    } else if (frame->payload_wire) {
        history_add(f, 'd', opener);
    } else if (flags & TCP_ACK) {
        history_add(f, 'a', opener);
    }
    if (flags & TCP_FIN) {
        history_add(f, 'f', opener);
        f->stream[out ? OUT : IN].fin = true;
    }
    if (opener && f->syn_ack && (flags & (TCP_ACK | TCP_RST | TCP_SYN)) == TCP_ACK)
        f->established = true;
    if (f->stream[OUT].fin && f->stream[IN].fin)
        f->closed = true;
}

static void burst_add(struct flow *f, struct instant now)
{
    bool silence =
        !instant_known(f->last_payload_out) || now.us - f->last_payload_out.us >= BURST_SILENCE_US;
    f->last_payload_out = now;
    if (!silence)
        return;
    if (f->bursts < FLOW_BURSTS) {
        int64_t ms = (now.us - f->first.us) / 1000;
        f->burst_ms[f->bursts] = ms < 0 ? 0 : (uint32_t)ms;
    }
    f->bursts++;
}

void flow_count(struct flows *flows, uint32_t index, const struct frame *frame, bool out)
{
    struct flow *f = flows_at(flows, index);
    unsigned dir = out ? OUT : IN;
    if (f->packets[OUT] + f->packets[IN] == 0) {
        f->first = f->last = frame->time;
        f->number = frame->number;
    }
    f->packets[dir] += 1 + frame->packets_more;
    f->bytes[dir] += frame->ip_bytes;
    f->payload[dir] += frame->payload_wire;
    f->whole_payload[dir] += frame->payload_wire;
    int64_t aged_us = frame->time.us - f->last.us;
    if (frame->time.us > f->last.us)
        f->last = frame->time;
    if (frame->time.us < f->first.us)
        f->first = frame->time;
    bool was_closed = f->closed;
    if (f->protocol == PROTOCOL_TCP)
        tcp_history(f, frame, out);
    if (out && frame->payload_wire)
        burst_add(f, frame->time);
    unsigned list = f->protocol == PROTOCOL_TCP && !f->closed ? FLOWS_LONG : FLOWS_SHORT;
    if (aged_us > TOUCH_US || was_closed != f->closed)
        table_touch(&flows->table, index, list);
}

void flow_record_part(struct flow *f, struct flow_record *ret, struct instant burst[FLOW_BURSTS])
{
    *ret = (struct flow_record){.first = f->first, .last = f->last, .burst = burst};
    ret->packets_out = f->packets[OUT];
    ret->packets_in = f->packets[IN];
    ret->bytes_out = f->bytes[OUT];
    ret->bytes_in = f->bytes[IN];
    ret->payload_out = f->payload[OUT];
    ret->payload_in = f->payload[IN];
    ret->lost_out = f->stream[OUT].lost;
    ret->lost_in = f->stream[IN].lost;
    uint64_t by_opener = f->whole_payload[f->host_opened ? OUT : IN];
    uint64_t by_other = f->whole_payload[f->host_opened ? IN : OUT];
    if (f->protocol == PROTOCOL_TCP) {
        ret->established = f->established || (by_opener && by_other);
        ret->answered = by_other && by_opener;
        ret->answered |= f->established && (by_other || by_opener);
        ret->refused = f->refused;
    } else {
        ret->answered = ret->established = f->part_two || (f->packets[OUT] && f->packets[IN]);
    }
    ret->begun = f->protocol != PROTOCOL_TCP || f->syn || f->syn_ack;
    ret->cut = f->part_two;
    memcpy(ret->history, f->history, f->history_len);
    ret->app = f->app;
    ret->bursts_seen = f->bursts;
    uint32_t kept = f->bursts < FLOW_BURSTS ? f->bursts : FLOW_BURSTS;
    for (uint32_t i = 0; i < kept; i++)
        burst[i].us = f->first.us + (int64_t)f->burst_ms[i] * 1000;
    memset(f->bytes, 0, sizeof f->bytes);
    memset(f->payload, 0, sizeof f->payload);
    memset(f->packets, 0, sizeof f->packets);
    f->bursts = 0;
    f->part_two = true;
}

struct ends flow_ends(const struct flow *f)
{
    struct ends ends = {.host = f->host,
                        .outside = f->outside,
                        .host_port = f->host_port,
                        .outside_port = f->outside_port,
                        .protocol = f->protocol,
                        .host_opened = f->host_opened,
                        .outside_home = f->outside_home};
    return ends;
}
