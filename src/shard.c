#include "shard_state.h"

#include "base/mem.h"
#include "record/home.h"
#include "record/popular.h"

#include <stdlib.h>
#include <xxhash.h>

/* Shares of a shard's memory, percent. */
enum { FLOWS_SHARE = 38, BUFFERS_SHARE = 24, PAIRS_SHARE = 28, HOSTS_SHARE = 4, NAMES_SHARE = 6 };

static void on_record(void *context, const struct record *record);

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
    if (flow->requester == dir) /* the waiting requests lay in it */
        flow->requests_waiting = 0;
}

static size_t state_offsets(uint32_t *offset, size_t start, bool of_pair)
{
    size_t at = start;
    for (unsigned d = 0; d < detectors_len; d++) {
        uint32_t bytes = of_pair ? detectors[d]->pair_bytes : detectors[d]->host_bytes;
        muster_assert(bytes % 8 == 0);
        offset[d] = (uint32_t)at;
        at += bytes;
    }
    return at;
}

struct shard *shard_new(size_t bytes, const struct conf *conf, const struct indicators *indicators)
{
    struct shard *s = mem_new(1, sizeof *s);
    s->conf = conf;
    s->indicators = indicators;
    s->psl = psl_builtin();
    size_t pair_bytes = state_offsets(s->pair_offset, sizeof(struct pair_entry), true);
    size_t host_bytes = state_offsets(s->host_offset, sizeof(struct host_entry), false);
    flows_init(&s->flows, bytes / 100 * FLOWS_SHARE);
    buffers_init(&s->buffers, bytes / 100 * BUFFERS_SHARE, on_taken, s);
    table_init(&s->pairs, pair_bytes, bytes / 100 * PAIRS_SHARE);
    table_init(&s->hosts, host_bytes, bytes / 100 * HOSTS_SHARE);
    s->blank_host = mem_new(1, host_bytes);
    table_init(&s->names, sizeof(struct name_entry), bytes / 100 * NAMES_SHARE);
    app_init(&s->app, &s->flows, &s->buffers, &s->counts.skips, on_record, s);
    shard_reset(s);
    return s;
}

void shard_reset(struct shard *s)
{
    table_reset(&s->flows.table);
    buffers_reset(&s->buffers);
    table_reset(&s->pairs);
    table_reset(&s->hosts);
    table_reset(&s->names);
    arena_free(&s->arena);
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
    shard_reset(s);
    table_free(&s->flows.table);
    buffers_free(&s->buffers);
    table_free(&s->pairs);
    table_free(&s->hosts);
    table_free(&s->names);
    mem_free(s->blank_host);
    mem_free(s);
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

/* ---- hosts, names, pairs */

static uint32_t host_hash(struct day day, struct address address)
{
    return (uint32_t)table_mix(address.high ^ (uint64_t)(uint32_t)day.number << 32, address.low);
}

static uint32_t host_index(const struct shard *s, struct day day, struct address address,
                           uint32_t hash)
{
    uint32_t i = table_first(&s->hosts, hash);
    for (; i; i = table_next(&s->hosts, i)) {
        const struct host_entry *h = table_at(&s->hosts, i);
        if (h->host.day.number == day.number && address_same(h->host.address, address))
            break;
    }
    return i;
}

struct host_entry *shard_host(const struct shard *s, struct day day, struct address address)
{
    uint32_t i = host_index(s, day, address, host_hash(day, address));
    return i ? table_at(&s->hosts, i) : NULL;
}

static struct host_entry *host_take(struct shard *s, struct day day, struct address address)
{
    uint32_t hash = host_hash(day, address);
    uint32_t i = host_index(s, day, address, hash);
    if (i) {
        table_touch(&s->hosts, i, 0);
        return table_at(&s->hosts, i);
    }
    if (table_full(&s->hosts)) {
        table_remove(&s->hosts, table_oldest(&s->hosts, 0));
        s->counts.skips.count[SKIP_host_evicted]++;
    }
    struct host_entry *h = table_at(&s->hosts, table_add(&s->hosts, hash, 0));
    h->host.day = day;
    h->host.address = address;
    s->counts.hosts++;
    return h;
}

static uint32_t name_hash(struct address host, struct address address)
{
    return (uint32_t)table_mix(table_mix(host.high, host.low) ^ address.high, address.low);
}

static struct name_entry *name_find(const struct shard *s, struct address host,
                                    struct address address)
{
    uint32_t hash = name_hash(host, address);
    for (uint32_t i = table_first(&s->names, hash); i; i = table_next(&s->names, i)) {
        struct name_entry *n = table_at(&s->names, i);
        if (address_same(n->address, address) && address_same(n->host, host))
            return n;
    }
    return NULL;
}

static void name_learn(struct shard *s, struct address host, struct address address,
                       struct text name)
{
    struct name_entry *n = name_find(s, host, address);
    if (n == NULL) {
        if (table_full(&s->names))
            table_remove(&s->names, table_oldest(&s->names, 0));
        n = table_at(&s->names, table_add(&s->names, name_hash(host, address), 0));
        n->host = host;
        n->address = address;
    }
    n->name_len = (uint16_t)(name.len < NAME_KEPT ? name.len : 0);
    memcpy(n->name, name.at, n->name_len);
}

/* The registered domain of a name (publicsuffix.org), or the whole name when there is none. */
static struct text registered_domain(const struct shard *s, struct text name)
{
    char copy[256];
    if (name.len == 0 || name.len >= sizeof copy || memchr(name.at, '\0', name.len))
        return name;
    memcpy(copy, name.at, name.len);
    copy[name.len] = '\0';
    const char *at = psl_registrable_domain(s->psl, copy);
    return at ? text_at(name.at + (at - copy), name.len - (uint32_t)(at - copy)) : name;
}

static void pair_name(struct pair_entry *e)
{
    e->pair.name = e->name_len ? text_at(e->name, e->name_len) : text_of(NULL);
    if (popular_name(e->pair.name))
        e->pair.flags |= PAIR_POPULAR;
    else
        e->pair.flags &= (uint16_t)~PAIR_POPULAR;
}

static void name_of_pair(struct pair_entry *e, struct text name)
{
    if (name.at == NULL || name.len == 0 || name.len >= NAME_KEPT)
        return;
    memcpy(e->name, name.at, name.len);
    e->name_len = (uint16_t)name.len;
    pair_name(e);
}

struct pair_key {
    struct day day;
    struct address host, outside;
    uint64_t name_low, name_high;
    bool by_name;
};

static uint32_t pair_hash(const struct pair_key *k)
{
    uint64_t a = table_mix(k->host.high ^ k->name_low, k->host.low ^ (uint32_t)k->day.number);
    return (uint32_t)table_mix(a ^ k->outside.high, k->outside.low ^ k->name_high);
}

static void pair_evict(struct shard *s)
{
    uint32_t oldest = table_oldest(&s->pairs, 0);
    s->counts.skips.count[SKIP_pair_evicted]++;
    shard_close_pair(s, oldest);
    table_remove(&s->pairs, oldest);
}

static struct pair_entry *pair_take(struct shard *s, const struct pair_key *k, struct text name)
{
    uint32_t hash = pair_hash(k);
    for (uint32_t i = table_first(&s->pairs, hash); i; i = table_next(&s->pairs, i)) {
        struct pair_entry *e = table_at(&s->pairs, i);
        if (address_same(e->pair.outside, k->outside) && address_same(e->pair.host, k->host) &&
            e->name_low == k->name_low && e->name_high == k->name_high &&
            e->pair.day.number == k->day.number &&
            ((e->pair.flags & PAIR_BY_NAME) != 0) == k->by_name) {
            table_touch(&s->pairs, i, 0);
            return e;
        }
    }
    if (table_full(&s->pairs))
        pair_evict(s);
    struct pair_entry *e = table_at(&s->pairs, table_add(&s->pairs, hash, 0));
    e->name_low = k->name_low;
    e->name_high = k->name_high;
    e->pair.day = k->day;
    e->pair.host = k->host;
    e->pair.outside = k->outside;
    e->pair.flags = k->by_name ? PAIR_BY_NAME : 0;
    e->pair.first.us = e->pair.last.us = INSTANT_NONE_US;
    name_of_pair(e, name);
    return e;
}

static void pair_seen(struct pair *p, struct instant first, struct instant last)
{
    if (!instant_known(p->first) || first.us < p->first.us)
        p->first = first;
    if (!instant_known(p->last) || last.us > p->last.us)
        p->last = last;
    int64_t day_us = (int64_t)p->day.number * DAY_US;
    int from = first.us < day_us ? 0 : day_hour(first);
    for (int hour = from; hour <= day_hour(last); hour++)
        p->hours |= UINT32_C(1) << hour;
}

/* ---- records: filed under their pair, handed to the detectors that want them */

struct detect shard_detect(const struct shard *s, struct pair_entry *e, struct host_entry *h,
                           unsigned d)
{
    struct detect detect = {.pair_state = (char *)e + s->pair_offset[d],
                            .host_state = (char *)h + s->host_offset[d],
                            .pair = &e->pair,
                            .host = &h->host,
                            .indicators = s->indicators,
                            .knob = s->conf->detector[d]};
    return detect;
}

static void hand_on(struct shard *s, struct pair_entry *e, struct host_entry *h,
                    const struct record *record)
{
    for (unsigned d = 0; d < detectors_len; d++) {
        if (!(detectors[d]->records & record->kind))
            continue;
        struct detect detect = shard_detect(s, e, h, d);
        detectors[d]->record(&detect, record);
    }
}

static struct pair_entry *address_pair(struct shard *s, const struct record *record)
{
    struct pair_key key = {.day = instant_day(record->time),
                           .host = record->ends.host,
                           .outside = record->ends.outside};
    struct pair_entry *e = pair_take(s, &key, text_of(NULL));
    if (e->name_len == 0) {
        const struct name_entry *n = name_find(s, key.host, key.outside);
        if (n)
            name_of_pair(e, text_at(n->name, n->name_len));
    }
    if (record->ends.outside_home)
        e->pair.flags |= PAIR_OUTSIDE_HOME;
    if (!instant_known(e->pair.first))
        e->pair.host_port = record->ends.host_port;
    return e;
}

static void flow_of_pair(struct pair *p, const struct record *record)
{
    const struct flow_record *f = record->flow;
    bool first = p->protocol == 0 && p->port_bytes == 0;
    pair_seen(p, f->first, f->last);
    if (!f->cut) {
        p->flows++;
        p->flags |= record->ends.host_opened ? PAIR_OPENED_HOST : PAIR_OPENED_OUTSIDE;
        if (record->ends.host_opened) {
            int64_t ms = (f->first.us - (int64_t)p->day.number * DAY_US) / 1000;
            if (p->calls < PAIR_CALLS)
                p->call_ms[p->calls] = ms < 0 ? 0 : (uint32_t)ms;
            p->calls++;
        }
    }
    if (f->answered) {
        p->flows_answered++;
        if (record->ends.host_opened)
            p->flags |= PAIR_ANSWERED;
    }
    if (!first && p->protocol != record->ends.protocol)
        p->flags |= PAIR_PROTOCOLS;
    uint16_t port =
        record->ends.host_opened ? record->ends.outside_port.number : record->ends.host_port.number;
    if (!first && record->ends.host_opened && p->port.number && p->port.number != port)
        p->flags |= PAIR_PORTS;
    uint64_t bytes = f->bytes_out + f->bytes_in;
    if (record->ends.host_opened && (first || bytes > p->port_bytes || p->port.number == 0)) {
        p->port = record->ends.outside_port;
        p->port_bytes = bytes;
        p->app = f->app;
    }
    p->protocol = record->ends.protocol;
    p->bytes_out += f->bytes_out;
    p->bytes_in += f->bytes_in;
    p->payload_out += f->payload_out;
    p->payload_in += f->payload_in;
}

/* A message between a client and a resolver: filed under who asked, by registered domain. */
static void on_dns(struct shard *s, const struct record *record)
{
    const struct dns_record *dns = record->dns;
    s->counts.dns++;
    struct host_entry *h = host_take(s, instant_day(record->time), record->ends.host);
    if (!record->ends.host_opened) {
        if (dns->response)
            h->host.flags |= HOST_RESOLVER;
        return;
    }
    if (dns->name.len == 0)
        return;
    struct text domain = registered_domain(s, dns->name);
    XXH128_hash_t digest = XXH3_128bits(domain.at, domain.len);
    struct pair_key key = {.day = instant_day(record->time),
                           .host = record->ends.host,
                           .name_low = digest.low64,
                           .name_high = digest.high64,
                           .by_name = true};
    struct pair_entry *e = pair_take(s, &key, domain);
    pair_seen(&e->pair, record->time, record->time);
    e->pair.flags |= PAIR_OPENED_HOST;
    if (dns->response) {
        e->pair.bytes_in += dns->message_len;
        e->pair.flows_answered++;
        for (unsigned i = 0; i < dns->answers_len; i++)
            if (address_known(dns->answer[i].address))
                name_learn(s, key.host, dns->answer[i].address, dns->name);
    } else {
        e->pair.flows++;
        e->pair.bytes_out += dns->message_len;
    }
    e->pair.protocol = record->ends.protocol;
    e->pair.port = record->ends.outside_port;
    e->pair.app = "dns";
    hand_on(s, e, h, record);
}

static struct text without_port(struct text host)
{
    const char *colon = host.at && host.len ? memrchr(host.at, ':', host.len) : NULL;
    if (colon && memchr(host.at, ']', host.len) == NULL)
        host.len = (uint32_t)(colon - host.at);
    struct address address;
    return address_parse(host, &address) ? text_of(NULL) : host;
}

static void on_content(struct shard *s, const struct record *record)
{
    struct host_entry *h = host_take(s, instant_day(record->time), record->ends.host);
    struct pair_entry *e = address_pair(s, record);
    pair_seen(&e->pair, record->time, record->time);
    if (record->kind == RECORD_TLS) {
        s->counts.tls++;
        if (record->ends.host_opened)
            name_of_pair(e, record->tls->server_name);
    } else {
        s->counts.http++;
        const struct http_record *http = record->http;
        if (record->ends.host_opened)
            name_of_pair(e, without_port(http->host));
        else if (http->status &&
                 (text_starts(http->target, "http://") || text_is(http->method, "CONNECT")))
            h->host.flags |= HOST_PROXY;
    }
    hand_on(s, e, h, record);
}

static void count_app(struct shard *s, const struct record *record)
{
    const char *name = record->flow->app;
    if (name == NULL) {
        if (record->flow->answered && record->ends.protocol != PROTOCOL_ICMP &&
            record->ends.protocol != PROTOCOL_ICMP6)
            s->counts.skips.count[SKIP_app_unknown]++;
        return;
    }
    for (unsigned i = 0; i < SHARD_APPS; i++) {
        if (s->counts.app[i].name == NULL)
            s->counts.app[i].name = name;
        if (strcmp(s->counts.app[i].name, name) == 0) {
            s->counts.app[i].flows++;
            return;
        }
    }
}

static void on_flow(struct shard *s, const struct record *record)
{
    const struct flow_record *f = record->flow;
    struct host_entry *h = host_take(s, instant_day(record->time), record->ends.host);
    if (!f->cut) {
        count_app(s, record);
        /* with two home ends the opener's shard counts the conversation */
        if (record->ends.host_opened || !record->ends.outside_home) {
            s->counts.flows++;
            s->counts.flows_answered += f->answered;
        }
        h->host.flows_opened += record->ends.host_opened;
    }
    h->host.flows_answered += f->answered && record->ends.host_opened;
    if (!record->ends.host_opened && f->answered) {
        h->host.flags |= HOST_SERVER;
        if (f->app && strcmp(f->app, "smtp") == 0 && !record->ends.outside_home)
            h->host.flags |= HOST_MAIL;
    }
    struct pair_entry *e = address_pair(s, record);
    flow_of_pair(&e->pair, record);
    hand_on(s, e, h, record);
}

static void on_record(void *context, const struct record *record)
{
    struct shard *s = context;
    if (address_is_special(record->ends.outside))
        return;
    switch (record->kind) {
    case RECORD_DNS:
        on_dns(s, record);
        break;
    case RECORD_FLOW:
        on_flow(s, record);
        break;
    case RECORD_TLS:
    case RECORD_HTTP:
        on_content(s, record);
        break;
    }
}

/* ---- frames */

static void record_part(struct shard *s, struct flow *flow)
{
    struct flow_record part;
    uint64_t number = flow->number;
    flow_record_part(flow, &part);
    struct record record = {.kind = RECORD_FLOW,
                            .time = part.last,
                            .number = number,
                            .ends = flow_ends(flow),
                            .flow = &part};
    on_record(s, &record);
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
        record_part(s, flow);
    table_remove(&s->flows.table, index);
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
    struct day day = instant_day(now);
    if (day.number > s->newest_day.number) {
        s->newest_day = day;
        struct day oldest_open = {day.number - (DAYS_OPEN - 1)};
        shard_close_days_before(s, oldest_open);
    }
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
    if (out && frame->mac_source) {
        struct host_entry *h = host_take(s, instant_day(frame->time), frame->source);
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
    s->counts.skips.count[SKIP_late] +=
        instant_day(frame->time).number <= s->newest_day.number - DAYS_OPEN;
    uint32_t index = flow_of(s, frame, out);
    struct flow *flow = flows_at(&s->flows, index);
    if (flow_must_cut(flow, frame->time))
        record_part(s, flow);
    flow_count(&s->flows, index, frame, out);
    if (frame->payload_len == 0 && frame->protocol != PROTOCOL_TCP)
        return;
    s->app.now = frame->time;
    s->app.number = frame->number;
    if (frame->protocol == PROTOCOL_TCP)
        tcp_segment(&s->flows, &s->buffers, &s->app.sink, index, out ? OUT : IN, frame);
    else if (frame->protocol == PROTOCOL_UDP)
        app_datagram(&s->app, index, out ? OUT : IN, frame->payload, frame->payload_len);
}

void shard_finish(struct shard *s)
{
    const struct table *flows = &s->flows.table;
    for (uint32_t i = table_each(flows, 0); i; i = table_each(flows, i))
        flow_end(s, i);
    struct day all = {INT32_MAX};
    shard_close_days_before(s, all);
}
