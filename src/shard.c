#include "shard_state.h"

#include "app_mail.h"

#include "base/mem.h"

#include <stdlib.h>

/* Shares of a shard's memory, percent: of a capture, and of a log, which has no streams to put
 * together and conversations only where it reports sampled packets. */
struct shares {
    size_t flows, buffers, pairs, states, calls, hosts, names, identities;
};
static const struct shares of_capture = {38, 22, 15, 9, 5, 4, 5, 2};
static const struct shares of_log = {4, 2, 52, 16, 12, 6, 6, 2};

/* A buffer was taken away for another conversation: its owner goes on without it. */
static void on_taken(void *context, struct buffer_owner owner)
{
    struct shard *shard = context;
    struct flow *flow = flows_at(&shard->flows, owner.flow);
    flow->slot[owner.slot] = 0;
    shard->counts.skips.count[SKIP_stream_evicted]++;
    if (owner.slot == SLOT_WAIT_OUT || owner.slot == SLOT_WAIT_IN) {
        flow->stream[owner.slot - SLOT_WAIT_OUT].waiting = 0;
        return;
    }
    unsigned dir = owner.slot - SLOT_CONTENT_OUT;
    flow->stream[dir].state = STREAM_DONE;
    flow->stream[dir].answer_head = 0;
    if (flow->requester == dir) /* the waiting requests lay in it */
        flow->requests_waiting = 0;
}

static size_t host_offsets(uint32_t *offset)
{
    size_t at = sizeof(struct host_entry);
    for (unsigned d = 0; d < detectors_len; d++) {
        muster_assert(detectors[d]->host_bytes % 8 == 0);
        offset[d] = (uint32_t)at;
        at += detectors[d]->host_bytes;
    }
    return at;
}

static void tables_new(struct shard *s, const struct shares *of)
{
    size_t percent = s->bytes / 100, host_bytes = host_offsets(s->host_offset);
    flows_init(&s->flows, percent * of->flows, s->seed);
    buffers_init(&s->buffers, percent * of->buffers, on_taken, s);
    states_init(&s->states, percent * of->states);
    table_init(&s->pairs, sizeof(struct pair_entry) + s->states.entry_bytes, percent * of->pairs);
    calls_init(&s->calls, percent * of->calls);
    table_init(&s->hosts, host_bytes, percent * of->hosts);
    table_init(&s->names, sizeof(struct name_entry), percent * of->names);
    table_init(&s->identities, sizeof(struct identity_entry), percent * of->identities);
    app_init(&s->app, &s->flows, &s->buffers, &s->counts.skips, shard_record, s);
    s->app.files = s->files;
    s->app.mails = s->mails;
    s->ready = of == &of_log;
}

static void tables_free(struct shard *s)
{
    table_free(&s->flows.table);
    buffers_free(&s->buffers);
    states_free(&s->states);
    table_free(&s->pairs);
    calls_free(&s->calls);
    table_free(&s->hosts);
    table_free(&s->names);
    table_free(&s->identities);
}

struct shard *shard_new(size_t bytes, struct table_seed seed, const struct conf *conf,
                        const struct indicators *indicators)
{
    struct shard *s = mem_new(1, sizeof *s);
    s->bytes = bytes;
    s->seed = seed;
    s->conf = conf;
    s->indicators = indicators;
    s->psl = psl_builtin();
    tables_new(s, &of_capture);
    s->blank_host = mem_new(1, s->hosts.entry_bytes);
    s->marks = mark_search_new(conf->marks);
    s->files = conf->files ? files_new(conf->files) : NULL;
    s->mails = conf->files ? mails_new() : NULL;
    s->app.files = s->files;
    s->app.mails = s->mails;
    shard_reset(s, NULL, false);
    return s;
}

void shard_reset(struct shard *s, const struct spill_about *about, bool log)
{
    if (log != s->ready) {
        tables_free(s);
        tables_new(s, log ? &of_log : &of_capture);
    } else {
        table_reset(&s->flows.table);
        buffers_reset(&s->buffers);
        states_reset(&s->states);
        table_reset(&s->pairs);
        calls_reset(&s->calls);
        table_reset(&s->hosts);
        table_reset(&s->names);
        table_reset(&s->identities);
    }
    s->identities_pending = 0;
    arena_free(&s->arena);
    arena_free(&s->contact_arena);
    spill_free(&s->spill);
    s->about = about;
    mem_free(s->rows.sighting);
    mem_free(s->rows.contact);
    s->rows = (struct rows_of_shard){0};
    memset(&s->counts, 0, sizeof s->counts);
    s->now.us = INSTANT_NONE_US;
    s->newest_day.number = DAY_NONE;
    s->expired_second = INT64_MIN;
}

void shard_free(struct shard *s)
{
    if (s == NULL)
        return;
    shard_reset(s, NULL, s->ready);
    tables_free(s);
    mem_free(s->blank_host);
    mark_search_free(s->marks);
    mails_free(s->mails);
    files_free(s->files);
    mem_free(s);
}

struct spill *shard_spill(struct shard *s)
{
    return &s->spill;
}

const struct shard_counts *shard_counts(const struct shard *s)
{
    return &s->counts;
}

void shard_counts_add(struct shard_counts *to, const struct shard_counts *from)
{
    skips_add(&to->skips, &from->skips);
    to->flows += from->flows;
    to->flows_answered += from->flows_answered;
    to->dns += from->dns;
    to->tls += from->tls;
    to->http += from->http;
    to->alerts += from->alerts;
    to->hosts += from->hosts;
    to->pairs_near += from->pairs_near;
    to->frames += from->frames;
    for (unsigned i = 0; i < SHARD_APPS && from->app[i].name; i++)
        for (unsigned j = 0; j < SHARD_APPS; j++) {
            if (to->app[j].name == NULL)
                to->app[j].name = from->app[i].name;
            if (strcmp(to->app[j].name, from->app[i].name) == 0) {
                to->app[j].flows += from->app[i].flows;
                break;
            }
        }
}

/* ---- frames */

static void record_part(struct shard *s, uint32_t index)
{
    struct flow *flow = flows_at(&s->flows, index);
    struct flow_record part;
    struct instant burst[FLOW_BURSTS];
    uint64_t number = flow->number;
    s->app.now = flow->last;
    s->app.number = 0;
    app_part(&s->app, index);
    flow_record_part(flow, &part, burst);
    struct record record = {.kind = RECORD_FLOW,
                            .time = part.last,
                            .number = number,
                            .ends = flow_ends(flow),
                            .flow = &part};
    shard_record(s, &record);
}

static void flow_end(struct shard *s, uint32_t index)
{
    struct flow *flow = flows_at(&s->flows, index);
    s->app.now = flow->last;
    s->app.number = 0;
    if (flow->protocol == PROTOCOL_TCP)
        tcp_finish(&s->flows, &s->buffers, &s->app.sink, index);
    app_finish(&s->app, index);
    if (flow->packets[OUT] + flow->packets[IN])
        record_part(s, index);
    table_remove(&s->flows.table, index);
}

/* Days that lie far behind are closed. */
static void pass_day(struct shard *s, struct instant now)
{
    struct day day = instant_day(now);
    if (day.number <= s->newest_day.number)
        return;
    s->newest_day = day;
    struct day oldest_open = {day.number - (DAYS_OPEN - 1)};
    shard_close_days_before(s, oldest_open);
}

static void pass_time(struct shard *s, struct instant now)
{
    if (instant_known(s->now) && now.us <= s->now.us)
        return;
    s->now = now;
    int64_t second = now.us / SECOND_US;
    if (second == s->expired_second)
        return;
    s->expired_second = second;
    for (uint32_t i = flows_expired(&s->flows, now); i; i = flows_expired(&s->flows, now))
        flow_end(s, i);
    pass_day(s, now);
}

static void count_late(struct shard *s, struct instant time)
{
    s->counts.skips.count[SKIP_late] +=
        instant_day(time).number <= s->newest_day.number - DAYS_OPEN;
}

static uint32_t flow_of(struct shard *s, const struct frame *frame, bool out)
{
    uint32_t hash;
    uint32_t index = flows_find(&s->flows, frame, out, &hash);
    if (index && flow_is_reused(flows_at(&s->flows, index), frame, out)) {
        flow_end(s, index);
        index = 0;
    }
    if (index)
        return index;
    if (table_full(&s->flows.table)) {
        s->counts.skips.count[SKIP_flow_evicted]++;
        flow_end(s, flows_oldest(&s->flows));
    }
    index = flows_add(&s->flows, frame, out, hash);
    if (out) {
        struct host_entry *h = shard_host_take(s, instant_day(frame->time), frame->source);
        if ((frame->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && frame->protocol == PROTOCOL_TCP)
            host_count_hops(&h->host, frame->hops);
        if (frame->mac_source == 0)
            return index;
        if (h->host.mac == 0 && !h->several_macs)
            h->host.mac = frame->mac_source;
        if (h->host.mac != frame->mac_source) {
            h->several_macs = true;
            h->host.mac = 0;
        }
    }
    return index;
}

void shard_frame(struct shard *s, const struct frame *frame, bool out)
{
    s->counts.frames++;
    pass_time(s, frame->time);
    count_late(s, frame->time);
    uint32_t index = flow_of(s, frame, out);
    struct flow *flow = flows_at(&s->flows, index);
    if (flow_must_cut(flow, frame->time))
        record_part(s, index);
    flow_count(&s->flows, index, frame, out);
    if (frame->payload_len == 0 && frame->protocol != PROTOCOL_TCP)
        return;
    s->app.now = frame->time;
    s->app.number = frame->number;
    s->app.mac = frame->mac_target >> 40 & 1 ? frame->mac_source : 0;
    if (frame->protocol == PROTOCOL_TCP)
        tcp_segment(&s->flows, &s->buffers, &s->app.sink, index, out ? OUT : IN, frame);
    else if (frame->protocol == PROTOCOL_UDP)
        app_datagram(&s->app, index, out ? OUT : IN, frame->payload, frame->payload_len);
}

/* ---- records that come ready-made */

#define SWAP(type, a, b)                                                                           \
    do {                                                                                           \
        type kept = (a);                                                                           \
        (a) = (b);                                                                                 \
        (b) = kept;                                                                                \
    } while (0)

/* The record as the other end sees it. A flow's counts lie in `flow` then. */
static struct record turn(const struct record *record, struct flow_record *flow)
{
    struct record r = *record;
    SWAP(struct address, r.ends.host, r.ends.outside);
    SWAP(struct port, r.ends.host_port, r.ends.outside_port);
    r.ends.host_opened = !r.ends.host_opened;
    if (r.kind != RECORD_FLOW)
        return r;
    *flow = *record->flow;
    SWAP(uint64_t, flow->packets_out, flow->packets_in);
    SWAP(uint64_t, flow->bytes_out, flow->bytes_in);
    SWAP(uint64_t, flow->payload_out, flow->payload_in);
    SWAP(uint32_t, flow->lost_out, flow->lost_in);
    flow->bursts_seen = 0; /* they are the opener's */
    flow->burst = NULL;
    r.flow = flow;
    return r;
}

void shard_take(struct shard *s, const struct record *record, bool turned)
{
    struct flow_record flow;
    s->counts.frames++;
    if (!instant_known(s->now) || record->time.us > s->now.us)
        s->now = record->time;
    pass_day(s, record->time);
    count_late(s, record->time);
    if (!turned) {
        shard_record(s, record);
        return;
    }
    struct record other = turn(record, &flow);
    shard_record(s, &other);
}

void shard_finish(struct shard *s)
{
    const struct table *flows = &s->flows.table;
    for (uint32_t i = table_each(flows, 0); i; i = table_each(flows, i))
        flow_end(s, i);
    shard_close_all(s);
    shard_close_identities(s);
}
