/*
 * Records on their way to the detectors: each is filed under its host and pair, whose summary grows
 * by it, and handed to the detectors that want its kind.
 */
#include "shard_state.h"

#include "base/distinct.h"
#include "base/printable.h"
#include "record/home.h"
#include "record/own_address.h"
#include "record/popular.h"
#include "wire/user_agent.h"

#include <string.h>
#include <xxhash.h>

/* The registered domain of a name (publicsuffix.org), or the whole name when there is none. */
static struct text domain_of(const struct shard *s, struct text name)
{
    char copy[256];
    if (name.len == 0 || name.len >= sizeof copy || memchr(name.at, '\0', name.len))
        return name;
    memcpy(copy, name.at, name.len);
    copy[name.len] = '\0';
    const char *at = psl_registrable_domain(s->psl, copy);
    return at ? text_at(name.at + (at - copy), name.len - (uint32_t)(at - copy)) : name;
}

/* The same, remembered: the next record is often about the same name, and looking it up in the list
 * of suffixes cost an eighth of reading a log. */
static struct text registered_domain(struct shard *s, struct text name)
{
    if (name.len == 0 || name.len > DOMAIN_KEPT)
        return domain_of(s, name);
    struct domain_entry *e = &s->domains[XXH3_64bits(name.at, name.len) % DOMAINS];
    if (e->len != name.len || memcmp(e->name, name.at, name.len) != 0) {
        e->from = (uint8_t)(domain_of(s, name).at - name.at);
        e->len = (uint8_t)name.len;
        memcpy(e->name, name.at, name.len);
    }
    return text_at(name.at + e->from, name.len - e->from);
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

struct detect shard_detect(const struct shard *s, const struct pair_entry *e, struct host_entry *h,
                           unsigned d)
{
    struct detect detect = {.host_state = (char *)h + s->host_offset[d],
                            .pair = &e->pair,
                            .host = &h->host,
                            .indicators = s->indicators,
                            .knob = s->conf->detector[d],
                            .alerts = s->conf->alerts};
    return detect;
}

/* The detector left something in a state that this pair did not have. */
static void state_keep(struct shard *s, struct pair_entry *e, unsigned d)
{
    if (states_full(&s->states, d)) {
        s->counts.skips.count[SKIP_pair_evicted]++;
        shard_close_pair(s, states_oldest(&s->states, d));
    }
    states_keep(&s->states, pair_places(e), d, table_index(&s->pairs, e));
}

static void hand_on(struct shard *s, struct pair_entry *e, struct host_entry *h,
                    const struct record *record)
{
    struct state_places *places = pair_places(e);
    for (unsigned d = 0; d < detectors_len; d++) {
        if (!(detectors[d]->records & record->kind))
            continue;
        struct detect detect = shard_detect(s, e, h, d);
        detect.pair_state = states_at(&s->states, places, d);
        detectors[d]->record(&detect, record);
        if (states_written(&s->states, places, d))
            state_keep(s, e, d);
    }
}

static struct pair_entry *address_pair(struct shard *s, const struct record *record)
{
    struct pair_key key = {.day = instant_day(record->time),
                           .host = record->ends.host,
                           .outside = record->ends.outside};
    struct pair_entry *e = shard_pair_take(s, &key, text_of(NULL));
    if (e->name_len == 0) {
        const struct name_entry *n = shard_name_find(s, key.host, key.outside);
        if (n)
            shard_name_pair(e, text_at(n->name, n->name_len));
    }
    if (record->ends.outside_home)
        e->pair.flags |= PAIR_OUTSIDE_HOME;
    if (!instant_known(e->pair.first))
        e->pair.host_port = record->ends.host_port;
    return e;
}

static void call_add(struct shard *s, const struct pair *p, struct call_list *list,
                     struct instant at, bool answered)
{
    calls_add(&s->calls, list, call_of(at.us - (int64_t)p->day.number * DAY_US, answered));
}

/* What the host said in one connection, pause by pause; one burst is only its opening. */
static void bursts_of_pair(struct shard *s, struct pair *p, const struct flow_record *f)
{
    uint32_t len = f->bursts_seen < FLOW_BURSTS ? f->bursts_seen : FLOW_BURSTS;
    for (uint32_t i = 0; len > 1 && i < len; i++)
        call_add(s, p, &p->bursts, f->burst[i], f->answered);
}

static void flow_of_pair(struct shard *s, struct pair *p, const struct record *record)
{
    const struct flow_record *f = record->flow;
    bursts_of_pair(s, p, f);
    bool first = p->protocol == 0 && p->port_bytes == 0;
    pair_seen(p, f->first, f->last);
    if (!f->cut) {
        p->flows++;
        p->flags |= record->ends.host_opened ? PAIR_OPENED_HOST : PAIR_OPENED_OUTSIDE;
        if (record->ends.host_opened && f->begun) /* a file's start is nobody's call */
            call_add(s, p, &p->calls, f->first, f->answered);
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

/* What asking for a name says of the host. */
static void host_asks(struct host_entry *h, struct text name)
{
    if (own_address_name(name))
        h->host.flags |= HOST_OWN_ADDRESS;
}

/* The pair of the record's host and a name's registered domain. */
static struct pair_entry *name_pair(struct shard *s, const struct record *record, struct text name)
{
    struct text domain = registered_domain(s, name);
    XXH128_hash_t digest = XXH3_128bits(domain.at, domain.len);
    struct pair_key key = {.day = instant_day(record->time),
                           .host = record->ends.host,
                           .name_low = digest.low64,
                           .name_high = digest.high64,
                           .by_name = true};
    struct pair_entry *e = shard_pair_take(s, &key, domain);
    pair_seen(&e->pair, record->time, record->time);
    e->pair.flags |= PAIR_OPENED_HOST;
    return e;
}

/* A conversation or request of that name: a call of the name, whatever address answered. What DNS
 * did not show is counted as a conversation too. Returns a mark of the domain, never 0. */
static uint32_t call_by_name(struct shard *s, const struct record *record, struct text name,
                             struct instant at, bool answered, const char *app)
{
    struct pair_entry *e = name_pair(s, record, name);
    struct pair *p = &e->pair;
    call_add(s, p, &p->calls, at, answered);
    p->flags |= answered ? PAIR_ANSWERED : 0;
    if (p->app == NULL || strcmp(p->app, "dns") != 0) {
        p->flows++;
        p->flows_answered += answered;
        p->protocol = record->ends.protocol;
        p->port = record->ends.outside_port;
        p->app = app;
    }
    return (uint32_t)e->name_low | 1;
}

enum { PORT_DNS = 53 };

/* What the host's dealings in DNS say of its role, on DNS's own port: names asked of neighbours
 * (LLMNR, NetBIOS, multicast DNS) are no DNS service, and bytes that only look like a message
 * must not make a resolver. */
static void dns_of_host(struct host *h, const struct record *record)
{
    const struct dns_record *dns = record->dns;
    const struct ends *ends = &record->ends;
    uint16_t port = ends->host_opened ? ends->outside_port.number : ends->host_port.number;
    if (port != PORT_DNS)
        return;
    if (!ends->host_opened) {
        h->dns_answered += dns->response;
    } else if (!ends->outside_home && !dns->response) {
        h->dns_asked_outside++;
        if (!dns->recursion) {
            h->dns_iterative++;
            h->dns_servers |= UINT64_C(1)
                              << (table_mix(ends->outside.high, ends->outside.low) & 63);
        }
    }
}

/* A message between a client and a resolver: filed under who asked, by registered domain. */
static void on_dns(struct shard *s, const struct record *record)
{
    const struct dns_record *dns = record->dns;
    s->counts.dns++;
    struct host_entry *h = shard_host_take(s, instant_day(record->time), record->ends.host);
    dns_of_host(&h->host, record);
    if (!record->ends.host_opened || dns->name.len == 0)
        return;
    host_asks(h, dns->name);
    struct pair_entry *e = name_pair(s, record, dns->name);
    if (dns->response) {
        e->pair.bytes_in += dns->message_len;
        e->pair.flows_answered++;
        for (unsigned i = 0; i < dns->answers_len; i++)
            if (address_known(dns->answer[i].address))
                shard_name_learn(s, record->ends.host, dns->answer[i].address, dns->name);
    } else {
        e->pair.flows++;
        e->pair.bytes_out += dns->message_len;
        call_add(s, &e->pair, &e->pair.calls, record->time, true);
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

/* The name that a TLS or HTTP record calls; null when it is none. */
static struct text name_called(const struct record *record)
{
    struct text name = {0};
    if (record->ends.host_opened && record->kind == RECORD_TLS)
        name = record->tls->server_name;
    else if (record->ends.host_opened && record->kind == RECORD_HTTP)
        name = without_port(record->http->host);
    return name.len ? name : text_of(NULL);
}

/* A request that only proxies are sent (RFC 9112 3.2.2, 3.2.3). */
static bool is_for_proxy(const struct http_record *http)
{
    return text_starts(http->target, "http://") || text_is(http->method, "CONNECT");
}

/* The port behind the Host field's colon; that of the method when there is none. */
static struct port wanted_port(const struct http_record *http)
{
    struct port port = {text_is(http->method, "CONNECT") ? 443 : 80};
    const char *colon = memrchr(http->host.at, ':', http->host.len);
    unsigned number = 0;
    for (const char *at = colon ? colon + 1 : NULL; at && at < http->host.at + http->host.len; at++)
        number = *at >= '0' && *at <= '9' && number < 65536 ? number * 10 + (unsigned)(*at - '0')
                                                            : 65536;
    if (number > 0 && number < 65536)
        port.number = (uint16_t)number;
    return port;
}

/* What a home client asked a proxy inside home for: filed under the name it wanted, for the proxy
 * is no more its controller than a resolver is. */
static bool on_proxied(struct shard *s, struct host_entry *h, const struct record *record)
{
    const struct http_record *http = record->http;
    struct text name = without_port(http->host);
    if (!record->ends.outside_home || !is_for_proxy(http) || name.len == 0)
        return false;
    XXH128_hash_t digest = XXH3_128bits(name.at, name.len);
    struct pair_key key = {.day = instant_day(record->time),
                           .host = record->ends.host,
                           .name_low = digest.low64,
                           .name_high = digest.high64};
    struct pair_entry *e = shard_pair_take(s, &key, name);
    struct record wanted = *record;
    wanted.ends.outside = (struct address){0, 0};
    wanted.ends.outside_home = false;
    wanted.ends.outside_port = wanted_port(http);
    e->pair.port = wanted.ends.outside_port;
    bool served = http->status >= 200 && http->status < 400;
    e->pair.flags |= PAIR_VIA_PROXY | PAIR_OPENED_HOST | (served ? PAIR_ANSWERED : 0);
    e->pair.flows++;
    e->pair.flows_answered += served;
    call_add(s, &e->pair, &e->pair.calls, record->time, served);
    e->pair.protocol = record->ends.protocol;
    e->pair.app = "http";
    pair_seen(&e->pair, record->time, record->time);
    hand_on(s, e, h, &wanted);
    return true;
}

static void on_content(struct shard *s, const struct record *record)
{
    struct host_entry *h = shard_host_take(s, instant_day(record->time), record->ends.host);
    if (record->kind == RECORD_HTTP && record->ends.host_opened) {
        host_count_platform(&h->host, record->http->user_agent);
        if (on_proxied(s, h, record)) {
            host_asks(h, without_port(record->http->host));
            s->counts.http++;
            return;
        }
    }
    struct text name = name_called(record);
    uint32_t domain = 0;
    bool tls = record->kind == RECORD_TLS;
    /* of QUIC a log sees what the client says; whether it was answered its flow tells, and counts
     */
    bool hello = tls && record->ends.protocol == PROTOCOL_UDP && !record->tls->server;
    if (name.at)
        host_asks(h, name);
    if (name.at && !hello) {
        domain = call_by_name(s, record, name, record->time,
                              tls ? record->tls->server : record->http->status != 0,
                              tls ? "tls" : "http");
    }
    struct pair_entry *e = address_pair(s, record);
    pair_seen(&e->pair, record->time, record->time);
    if (hello)
        shard_name_pair(e, name);
    if (domain) {
        shard_name_pair(e, name);
        e->pair.flags |= e->domain && e->domain != domain ? PAIR_NAMES : 0;
        e->domain = domain;
    }
    if (tls) {
        s->counts.tls++;
    } else if (record->kind == RECORD_HTTP) {
        s->counts.http++;
        const struct http_record *http = record->http;
        h->host.proxied += !record->ends.host_opened && record->ends.outside_home &&
                           http->status >= 200 && http->status < 400 && is_for_proxy(http);
    }
    hand_on(s, e, h, record);
}

/* What another watcher raised. About a question, it is filed under the name that was asked for: a
 * resolver is nobody's controller. Where a log has no flows, only alerts tell who answered. */
/* A website of the host that somebody put a backdoor into. */
static struct pair_entry *site_pair(struct shard *s, const struct record *record)
{
    struct text site = record->alert->site;
    XXH128_hash_t digest = XXH3_128bits(site.at, site.len);
    struct pair_key key = {.day = instant_day(record->time),
                           .host = record->ends.host,
                           .name_low = digest.low64,
                           .name_high = digest.high64};
    if (site.len >= NAME_KEPT)
        site.len = NAME_KEPT - 1;
    struct pair_entry *e = shard_pair_take(s, &key, site);
    e->pair.flags |= PAIR_IMPLANT;
    e->pair.host_port = record->ends.host_port;
    return e;
}

static void on_alert(struct shard *s, const struct record *record)
{
    const struct alert_record *alert = record->alert;
    struct host_entry *h = shard_host_take(s, instant_day(record->time), record->ends.host);
    bool dns = alert->proto.at ? text_is(alert->proto, "dns")
                               : record->ends.outside_port.number == PORT_DNS;
    s->counts.alerts += record->ends.host_opened || !record->ends.outside_home;
    if (dns && (!record->ends.host_opened || alert->name.len == 0))
        return;
    bool site = alert->site.len > 0;
    struct pair_entry *e = site  ? site_pair(s, record)
                           : dns ? name_pair(s, record, alert->name)
                                 : address_pair(s, record);
    struct pair *p = &e->pair;
    pair_seen(p, record->time, record->time);
    if (!dns && !site && record->ends.host_opened) {
        shard_name_pair(e, without_port(alert->name));
        p->flags |= PAIR_OPENED_HOST | (alert->answered ? PAIR_ANSWERED : 0);
        if (p->port.number == 0) {
            p->port = record->ends.outside_port;
            p->protocol = record->ends.protocol;
        }
    }
    hand_on(s, e, h, record);
}

/* With the known marks in it, where the host's own conversation may have some: what popular names
 * have is no controller's. */
static void on_marked(struct shard *s, const struct record *record)
{
    struct record marked = *record;
    if (s->marks && record->ends.host_opened && !popular_name(name_called(record)))
        marked.marks = mark_search_record(s->marks, record, &s->counts.skips);
    on_content(s, &marked);
}

static void count_app(struct shard *s, const struct record *record)
{
    const char *name = record->flow->app;
    if (name == NULL) {
        if (!s->ready && record->flow->answered && record->ends.protocol != PROTOCOL_ICMP &&
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

/* A conversation in another protocol to an address that DNS gave the host for a name. */
static void flow_by_name(struct shard *s, const struct pair_entry *e, const struct record *record)
{
    const struct flow_record *f = record->flow;
    char name[NAME_KEPT];
    if (f->cut || !record->ends.host_opened || e->name_len == 0 ||
        (f->app &&
         (strcmp(f->app, "tls") == 0 || strcmp(f->app, "http") == 0 || strcmp(f->app, "dns") == 0)))
        return;
    memcpy(name, e->name, e->name_len); /* making a pair may push this one out */
    (void)call_by_name(s, record, text_at(name, e->name_len), f->first, f->answered, f->app);
}

/* What a TCP conversation says of the host's role. */
static void flow_of_host(struct host *h, const struct record *record)
{
    const struct flow_record *f = record->flow;
    bool smtp = f->app && strcmp(f->app, "smtp") == 0 && f->answered;
    if (record->ends.protocol != PROTOCOL_TCP || f->cut)
        return;
    if (!record->ends.host_opened) {
        h->served += f->answered;
        h->mail_from_home += smtp && record->ends.outside_home;
        h->mail_from_outside += smtp && !record->ends.outside_home;
    } else if (!record->ends.outside_home) {
        h->mail_sent += smtp;
        if (!f->answered && !f->established)
            (void)distinct_add(h->unanswered, HOST_ENDS_BITS,
                               table_mix(record->ends.outside.high, record->ends.outside.low));
    }
}

static void on_flow(struct shard *s, const struct record *record)
{
    const struct flow_record *f = record->flow;
    struct host_entry *h = shard_host_take(s, instant_day(record->time), record->ends.host);
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
    flow_of_host(&h->host, record);
    struct pair_entry *e = address_pair(s, record);
    flow_of_pair(s, &e->pair, record);
    hand_on(s, e, h, record);
    flow_by_name(s, e, record);
}

/* The system that a home client says it runs on. */
static void platform_of_host(struct shard *s, const struct record *record)
{
    struct text platform =
        record->ends.host_opened ? user_agent_platform(record->http->user_agent) : text_of(NULL);
    if (platform.len == 0)
        return;
    struct printable_room room = {.used = 0};
    struct identity_record told = {
        .known_by = "http",
        .fingerprint =
            printable_utf8(&room, cursor_over(platform.at, platform.len), PRINTABLE_NAME)};
    struct record who = *record;
    who.kind = RECORD_IDENTITY;
    who.identity = &told;
    shard_identity(s, &who);
}

void shard_record(void *context, const struct record *record)
{
    struct shard *s = context;
    if (record->kind == RECORD_IDENTITY) {
        shard_identity(s, record);
        return;
    }
    bool met = record->kind != RECORD_ALERT || address_known(record->ends.outside);
    if (met && address_is_special(record->ends.outside))
        return;
    switch (record->kind) {
    case RECORD_DNS:
        on_dns(s, record);
        break;
    case RECORD_FLOW:
        on_flow(s, record);
        break;
    case RECORD_HTTP:
        platform_of_host(s, record);
        on_marked(s, record);
        break;
    case RECORD_TLS:
    case RECORD_TALK:
    case RECORD_FILE:
        on_marked(s, record);
        break;
    case RECORD_ALERT:
        on_alert(s, record);
        break;
    case RECORD_IDENTITY:
        break;
    }
}
