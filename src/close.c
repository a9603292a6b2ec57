/*
 * The end of a pair's day: its detectors give their evidence, the judge weighs it, and it becomes a
 * sighting or a contact row.
 */
#include "evidence_out.h"
#include "shard_state.h"

#include "base/mem.h"

#include <math.h>

static void collect(struct shard *s, struct pair_entry *e, struct host_entry *h,
                    const struct call_times *calls, struct evidence_out *out)
{
    const struct call_times bursts = calls_sorted(&s->calls, &e->pair.bursts);
    for (unsigned d = 0; d < detectors_len; d++) {
        struct detect detect = shard_detect(s, e, h, d);
        detect.pair_state = states_last(&s->states, pair_places(e), d);
        detect.calls = *calls;
        detect.bursts = bursts;
        out->detector = detectors[d];
        out->of_detector = 0;
        if (detectors[d]->close)
            detectors[d]->close(&detect, out);
    }
}

static const char *protocol_name(const struct pair *pair)
{
    if (pair->flags & PAIR_PROTOCOLS)
        return NULL;
    switch (pair->protocol) {
    case PROTOCOL_TCP:
        return "tcp";
    case PROTOCOL_UDP:
        return "udp";
    case PROTOCOL_ICMP:
    case PROTOCOL_ICMP6:
        return "icmp";
    default:
        return NULL;
    }
}

static const char *opened_by(const struct pair *pair)
{
    bool host = pair->flags & PAIR_OPENED_HOST, outside = pair->flags & PAIR_OPENED_OUTSIDE;
    return host && outside ? "both" : host ? "host" : outside ? "outside" : NULL;
}

static int64_t port_of(const struct pair *pair)
{
    return pair->port.number == 0 || (pair->flags & PAIR_PORTS) ? -1 : pair->port.number;
}

static int8_t answered(const struct pair *pair)
{
    return pair->flows_answered > 0;
}

static struct evidence_list keep(struct shard *s, const struct evidence_out *out)
{
    struct evidence *copy = arena_new(&s->contact_arena, out->len * sizeof *copy);
    if (out->len)
        memcpy(copy, out->evidence, out->len * sizeof *copy);
    struct evidence_list list = {.at = copy, .len = out->len};
    return list;
}

static struct text device_of(struct shard *s, const struct host *host)
{
    uint64_t m = host->mac;
    if (m == 0)
        return text_of(NULL);
    return arena_format(&s->contact_arena, "%02x:%02x:%02x:%02x:%02x:%02x",
                        (unsigned)(m >> 40 & 255), (unsigned)(m >> 32 & 255),
                        (unsigned)(m >> 24 & 255), (unsigned)(m >> 16 & 255),
                        (unsigned)(m >> 8 & 255), (unsigned)(m & 255));
}

static void *row_room(void *rows, size_t used, size_t *room, size_t bytes)
{
    if (used < *room)
        return rows;
    *room = *room ? *room * 2 : 64;
    return mem_resize(rows, *room, bytes);
}

/* The reason of a role stands among the evidence and weighs nothing. */
static void role_tell(struct evidence_out *out, const char *item, const char *role, const char *why,
                      bool relayed)
{
    struct evidence e = {.detector = "role",
                         .version = JUDGE_VERSION,
                         .group = GROUP_ROLE,
                         .flags = relayed ? EVIDENCE_RELAYED : 0,
                         .known_from = {DAY_NONE}};
    if (out->len == EVIDENCE_ALL)
        return;
    e.item = evidence_text(out, "%s %s", item, role);
    e.why = evidence_text(out, "%s", why);
    out->evidence[out->len++] = e;
}

/* All that speaks for control is about the host: who controls it is not known. */
static bool is_host_alone(const struct evidence_out *out)
{
    bool any = false;
    for (uint32_t i = 0; i < out->len; i++) {
        if (out->evidence[i].strength > 0 && !(out->evidence[i].flags & EVIDENCE_OF_HOST))
            return false;
        any |= out->evidence[i].strength > 0;
    }
    return any;
}

/* site: of an implant; null: the host is controlled. */
static void sighting_add(struct shard *s, const struct pair_entry *e, const struct host *host,
                         const struct verdict *verdict, struct text site, struct evidence_out *out)
{
    const struct pair *p = &e->pair;
    struct rows_of_shard *rows = &s->rows;
    char why[ROLE_WHY];
    bool implant = site.at != NULL;
    bool alone = is_host_alone(out);
    const char *controller_role =
        implant || alone ? NULL : judge_controller_role(p, out->evidence, out->len, why);
    if (controller_role)
        role_tell(out, "controller is", controller_role, why, false);
    const char *host_role = implant ? "server" : judge_host_role(host, why);
    if (!implant && !pair_is_relayed(p, host)) /* else it was told before the judge */
        role_tell(out, "host is", host_role, why, false);
    rows->sighting =
        row_room(rows->sighting, rows->sightings, &rows->sightings_room, sizeof *rows->sighting);
    const struct sighting row = {
        .day = p->day,
        .kind = text_of(implant ? "implant" : "control"),
        .site = site,
        .host = p->host,
        .host_port = (p->flags & PAIR_BY_NAME) || (implant && p->host_port.number == 0)
                         ? -1
                         : p->host_port.number,
        .host_role = text_of(host_role),
        .device = device_of(s, host),
        .controller = alone ? (struct address){0, 0} : p->outside,
        .controller_name = implant || alone ? text_of(NULL) : p->name,
        .controller_role = text_of(controller_role),
        .port = port_of(p),
        .proto = text_of(protocol_name(p)),
        .family = verdict->family,
        .grade = text_of(verdict->grade),
        .p = verdict->p,
        .first = p->first,
        .last = p->last,
        .first_known = verdict->first_known,
        .hours = p->hours,
        .opened_by = text_of(opened_by(p)),
        .answered = answered(p),
        .flows = p->flows,
        .bytes_out = (int64_t)p->bytes_out,
        .bytes_in = (int64_t)p->bytes_in,
        .host_asn = -1,
        .controller_asn = -1,
        .evidence = keep(s, out),
    };
    sighting_copy(&s->arena, &rows->sighting[rows->sightings++], &row);
}

static struct instant_list instants_of(struct shard *s, struct day day,
                                       const struct call_times *calls)
{
    struct instant *at = arena_new(&s->contact_arena, calls->len * sizeof *at);
    for (uint32_t i = 0; i < calls->len; i++)
        at[i].us = (int64_t)day.number * DAY_US + call_us(calls->at[i]);
    struct instant_list list = {.at = at, .len = calls->len};
    return list;
}

static void contact_add(struct shard *s, const struct pair_entry *e, const struct verdict *verdict,
                        const struct call_times *calls, const struct evidence_out *out)
{
    const struct pair *p = &e->pair;
    struct rows_of_shard *rows = &s->rows;
    rows->contact =
        row_room(rows->contact, rows->contacts, &rows->contacts_room, sizeof *rows->contact);
    rows->contact[rows->contacts++] = (struct contact){
        .day = p->day,
        .host = p->host,
        .controller = p->outside,
        .controller_name = arena_text(&s->contact_arena, p->name),
        .port = port_of(p),
        .proto = text_of(protocol_name(p)),
        .app = text_of(p->app),
        .first = p->first,
        .last = p->last,
        .flows = p->flows,
        .answered = answered(p),
        .opened_by = text_of(opened_by(p)),
        .bytes_out = (int64_t)p->bytes_out,
        .bytes_in = (int64_t)p->bytes_in,
        .p = out->len ? verdict->p : (double)NAN,
        .calls = instants_of(s, p->day, calls),
        .evidence = keep(s, out),
    };
}

/* Contact rows are written out when they are many; what they point to goes with them. */
static void spill(struct shard *s)
{
    spill_write(&s->spill, s->about, s->rows.contact, s->rows.contacts, &s->counts.skips);
    s->rows.contacts = 0;
    arena_reset(&s->contact_arena);
}

/* Takes the evidence about one website of the host out of `out`; false when none is left. */
static bool site_take(struct evidence_out *out, struct evidence_out *ret)
{
    struct text site = text_of(NULL);
    uint32_t left = 0;
    ret->arena = out->arena;
    ret->skips = out->skips;
    ret->len = 0;
    for (uint32_t i = 0; i < out->len; i++) {
        const struct evidence e = out->evidence[i];
        if (e.site.at && (site.at == NULL || text_same(e.site, site))) {
            site = e.site;
            ret->evidence[ret->len++] = e;
        } else {
            out->evidence[left++] = e;
        }
    }
    out->len = left;
    return ret->len > 0;
}

/* Backdoors in the host's websites that the outside end made use of: each is judged by itself. */
static void close_sites(struct shard *s, const struct pair_entry *e, const struct host *host,
                        struct evidence_out *out)
{
    struct evidence_out of_site;
    while (site_take(out, &of_site)) {
        struct verdict verdict;
        judge_pair(true, of_site.evidence, of_site.len, s->conf->judge, &verdict);
        if (verdict.grade)
            sighting_add(s, e, host, &verdict, of_site.evidence[0].site, &of_site);
        else
            s->counts.pairs_near += verdict.p >= 0.1;
    }
}

static void close_entry(struct shard *s, struct pair_entry *e)
{
    if (!instant_known(e->pair.first))
        return;
    if (s->rows.contacts == SPILL_ROWS)
        spill(s);
    struct host_entry *h = shard_host(s, e->pair.day, e->pair.host);
    if (h == NULL) { /* evicted: the pair still counts, what was known of its host does not */
        h = s->blank_host;
        memset(h, 0, s->hosts.entry_bytes);
        h->host.day = e->pair.day;
        h->host.address = e->pair.host;
    }
    e->pair.name = e->name_len ? text_at(e->name, e->name_len) : text_of(NULL);
    struct evidence_out out;
    out.arena = &s->contact_arena;
    out.skips = &s->counts.skips;
    out.len = 0;
    const struct call_times calls = calls_sorted(&s->calls, &e->pair.calls);
    collect(s, e, h, &calls, &out);
    close_sites(s, e, &h->host, &out);
    struct verdict verdict;
    if (out.len && pair_is_relayed(&e->pair, &h->host)) {
        char why[ROLE_WHY];
        const char *role = judge_host_role(&h->host, why);
        role_tell(&out, "host is", role, why, true);
    }
    bool talked = (e->pair.flags & (PAIR_ANSWERED | PAIR_BY_NAME)) != 0;
    judge_pair(talked, out.evidence, out.len, s->conf->judge, &verdict);
    if (verdict.grade) {
        /* of a site that others report it is not known who uses it */
        struct text site = e->pair.flags & PAIR_IMPLANT ? e->pair.name : text_of(NULL);
        sighting_add(s, e, &h->host, &verdict, site, &out);
        return;
    }
    s->counts.pairs_near += verdict.p >= 0.1;
    bool outgoing = (e->pair.flags & PAIR_OPENED_HOST) != 0;
    if (out.len || (outgoing && !(e->pair.flags & PAIR_POPULAR)))
        contact_add(s, e, &verdict, &calls, &out);
}

void shard_close_pair(struct shard *s, uint32_t index)
{
    struct pair_entry *e = table_at(&s->pairs, index);
    close_entry(s, e);
    states_drop(&s->states, pair_places(e));
    calls_drop(&s->calls, &e->pair.calls);
    calls_drop(&s->calls, &e->pair.bursts);
    s->counts.skips.count[SKIP_calls_evicted] = s->calls.evicted;
    table_remove(&s->pairs, index);
}

/* Closes every pair. Nothing is taken out of the tables one by one: they are emptied. */
void shard_close_all(struct shard *s)
{
    for (uint32_t i = table_each(&s->pairs, 0); i; i = table_each(&s->pairs, i))
        close_entry(s, table_at(&s->pairs, i));
    s->counts.skips.count[SKIP_calls_evicted] = s->calls.evicted;
    states_reset(&s->states);
    calls_reset(&s->calls);
    table_reset(&s->pairs);
    table_reset(&s->hosts);
}

void shard_close_days_before(struct shard *s, struct day day)
{
    for (uint32_t i = table_each(&s->pairs, 0); i; i = table_each(&s->pairs, i)) {
        const struct pair_entry *e = table_at(&s->pairs, i);
        if (e->pair.day.number < day.number)
            shard_close_pair(s, i);
    }
    for (uint32_t i = table_each(&s->hosts, 0); i; i = table_each(&s->hosts, i)) {
        const struct host_entry *h = table_at(&s->hosts, i);
        if (h->host.day.number < day.number)
            table_remove(&s->hosts, i);
    }
}

const struct sighting *shard_sightings(const struct shard *s, size_t *len)
{
    *len = s->rows.sightings;
    return s->rows.sighting;
}

const struct contact *shard_contacts(const struct shard *s, size_t *len)
{
    *len = s->rows.contacts;
    return s->rows.contact;
}
