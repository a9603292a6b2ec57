#include "across.h"

#include "base/buf.h"
#include "base/mem.h"
#include "evidence_out.h"
#include "findings.h"
#include "judge/judge.h"
#include "record/row.h"

#include <math.h>
#include <stdlib.h>
#include <xxhash.h>

/* Calls looked at of a pair over the whole period: the earliest of each day come first. */
enum { ACROSS_CALLS = 8192, EVIDENCE_KEPT = 64 };

/* ---- questions */

static void put_text(struct buf *sql, struct text text)
{
    buf_char(sql, '\'');
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\'')
            buf_char(sql, '\'');
        buf_char(sql, text.at[i]);
    }
    buf_char(sql, '\'');
}

/* Contact rows of the period that sources told, not an earlier judgement. */
static void put_from(struct buf *sql, struct day from, struct day to)
{
    char text[DAY_TEXT];
    buf_string(sql, "FROM (SELECT *, coalesce(controller, controller_name) AS key FROM contact "
                    "WHERE NOT EXISTS (SELECT 1 FROM coverage v WHERE v.kind = 'judge' AND "
                    "v.source = contact.source AND v.sensor = contact.sensor)");
    if (from.number != DAY_NONE)
        buf_format(sql, " AND day >= DATE '%s'", day_format(from, text));
    if (to.number != DAY_NONE)
        buf_format(sql, " AND day <= DATE '%s'", day_format(to, text));
    buf_string(sql, ") WHERE key IS NOT NULL");
}

bool across_sensors(const struct asker *asker, struct day from, struct day to, struct arena *arena,
                    struct rows *ret, struct err *err)
{
    struct buf sql = {0};
    buf_string(&sql, "SELECT DISTINCT sensor ");
    put_from(&sql, from, to);
    buf_string(&sql, " ORDER BY sensor");
    bool done = asker_ask(asker, sql.at, arena, ret, err);
    buf_free(&sql);
    return done;
}

/* A (pair, day) as the sources of the day tell it together. */
enum day_column {
    DAY_HOST,
    DAY_CONTROLLER,
    DAY_KEY,
    DAY_NAME,
    DAY_PORT,
    DAY_PROTO,
    DAY_APP,
    DAY_DAY,
    DAY_FIRST,
    DAY_LAST,
    DAY_FLOWS,
    DAY_ANSWERED,
    DAY_OPENED,
    DAY_OUT,
    DAY_IN,
    DAY_CALLS,
    DAY_PARTS,
    DAY_CALLERS
};

static bool ask_days(const struct across_setup *setup, const struct asker *asker,
                     struct arena *arena, struct rows *ret, struct err *err)
{
    struct buf sql = {0};
    buf_string(&sql, "WITH c AS (SELECT * ");
    put_from(&sql, setup->from, setup->to);
    buf_string(&sql, " AND sensor = ");
    put_text(&sql, setup->sensor);
    buf_string(
        &sql,
        "), callers AS (SELECT key, count(DISTINCT host) AS callers FROM c GROUP BY key) "
        "SELECT host, any_value(controller), key, arg_max(controller_name, flows), "
        "arg_max(port, flows), arg_max(proto, flows), arg_max(app, flows), "
        "strftime(day, '%Y-%m-%d'), epoch_us(min(first)), epoch_us(max(last)), "
        "sum(flows)::BIGINT, coalesce(bool_or(answered), false)::INT, "
        "coalesce(bool_or(opened_by IN ('host', 'both')), false)::INT, "
        "sum(bytes_out)::BIGINT, sum(bytes_in)::BIGINT, "
        "array_to_string([epoch_us(t) FOR t IN list_sort(list_distinct(flatten(list(calls))))], "
        "' '), count(*), any_value(callers) "
        "FROM c JOIN callers USING (key) GROUP BY host, key, day ORDER BY host, key, day");
    bool done = asker_ask(asker, sql.at, arena, ret, err);
    buf_free(&sql);
    return done;
}

enum evidence_column {
    EVIDENCE_HOST,
    EVIDENCE_KEY,
#define COLUMN(name, type, unit, help) EVIDENCE_##name,
#include "record/evidence.list"
#undef COLUMN
};

static bool ask_evidence(const struct across_setup *setup, const struct asker *asker,
                         struct arena *arena, struct rows *ret, struct err *err)
{
    struct buf sql = {0};
    buf_string(&sql, "SELECT host, key"
#define COLUMN(name, type, unit, help) ", any_value(e.\"" #name "\")"
#include "record/evidence.list"
#undef COLUMN
                     " FROM (SELECT host, key, unnest(evidence) AS e ");
    put_from(&sql, setup->from, setup->to);
    buf_string(&sql, " AND sensor = ");
    put_text(&sql, setup->sensor);
    buf_string(&sql, ") GROUP BY host, key, e.detector, e.item, e.strength "
                     "ORDER BY host, key, abs(e.strength) DESC, e.detector, e.item");
    bool done = asker_ask(asker, sql.at, arena, ret, err);
    buf_free(&sql);
    return done;
}

/* What was judged: which generations stand behind the rows. */
static bool ask_inputs(const struct across_setup *setup, const struct asker *asker,
                       struct arena *arena, struct text *ret, struct err *err)
{
    struct rows rows;
    struct buf sql = {0};
    buf_string(&sql, "SELECT string_agg(source_id || generation, ' ' ORDER BY source_id, "
                     "generation) FROM coverage WHERE kind <> 'judge' AND sensor = ");
    put_text(&sql, setup->sensor);
    bool done = asker_ask(asker, sql.at, arena, &rows, err);
    if (done)
        *ret = rows_cell(&rows, 0, 0);
    buf_free(&sql);
    return done;
}

/* ---- rows as the detectors know them */

static uint8_t protocol_number(struct text proto)
{
    return text_is(proto, "tcp") ? PROTOCOL_TCP : text_is(proto, "udp") ? PROTOCOL_UDP : 0;
}

static const char *static_text(struct text text) /* cells are NUL-terminated, the arena lives on */
{
    return text.at && text.len ? text.at : NULL;
}

static struct address address_of(struct text text)
{
    struct address address = {0, 0};
    if (text.at)
        (void)address_parse(text, &address);
    return address;
}

/* Adds the numbers of "1 2 3" as instants; what is no number ends it. */
static uint32_t calls_parse(struct text text, struct instant *to, uint32_t room)
{
    uint32_t len = 0;
    while (text.len && len < room) {
        struct text word = text_word(&text, ' ');
        int64_t us = 0;
        for (uint32_t i = 0; i < word.len; i++) {
            if (word.at[i] < '0' || word.at[i] > '9' || us > INT64_MAX / 10 - 9)
                return len;
            us = us * 10 + (word.at[i] - '0');
        }
        to[len++].us = us;
    }
    return len;
}

struct working {
    const struct across_setup *setup;
    struct across_counts *counts;
    struct findings *findings;
    struct rows days, evidence;
    size_t evidence_at; /* both are ordered by host and key: they go side by side */
    struct instant call[ACROSS_CALLS];
    struct evidence known[EVIDENCE_KEPT]; /* of the rows of the pair in hand */
    uint32_t known_len;
    struct evidence_out out;
    struct skips skips;
    size_t sightings_room, contacts_room;
};

static bool same_pair(const struct working *w, size_t a, size_t b)
{
    return text_same(rows_cell(&w->days, a, DAY_HOST), rows_cell(&w->days, b, DAY_HOST)) &&
           text_same(rows_cell(&w->days, a, DAY_KEY), rows_cell(&w->days, b, DAY_KEY));
}

static struct pair pair_of(const struct rows *days, size_t from, size_t to)
{
    struct pair p = {.host = address_of(rows_cell(days, from, DAY_HOST)),
                     .outside = address_of(rows_cell(days, from, DAY_CONTROLLER)),
                     .first = {INT64_MAX},
                     .last = {INT64_MIN}};
    int64_t most = -1;
    if (!address_known(p.outside))
        p.flags |= PAIR_BY_NAME;
    for (size_t row = from; row < to; row++) {
        int64_t first = rows_count(days, row, DAY_FIRST), last = rows_count(days, row, DAY_LAST);
        int64_t flows = rows_count(days, row, DAY_FLOWS);
        p.first.us = first < p.first.us ? first : p.first.us;
        p.last.us = last > p.last.us ? last : p.last.us;
        p.flows += (uint32_t)flows;
        p.bytes_out += (uint64_t)rows_count(days, row, DAY_OUT);
        p.bytes_in += (uint64_t)rows_count(days, row, DAY_IN);
        p.flags |= rows_count(days, row, DAY_OPENED) ? PAIR_OPENED_HOST : 0;
        p.flags |= rows_count(days, row, DAY_ANSWERED) ? PAIR_ANSWERED : 0;
        if (flows > most) {
            most = flows;
            p.name = rows_cell(days, row, DAY_NAME);
            p.port.number = (uint16_t)rows_count(days, row, DAY_PORT);
            p.protocol = protocol_number(rows_cell(days, row, DAY_PROTO));
            p.app = static_text(rows_cell(days, row, DAY_APP));
        }
    }
    p.flows_answered = p.flags & PAIR_ANSWERED ? p.flows : 0;
    (void)day_parse(rows_cell(days, to - 1, DAY_DAY), &p.day);
    return p;
}

static uint8_t group_of(struct text name)
{
    for (unsigned g = 0; g < GROUPS; g++)
        if (text_is(name, evidence_group_name[g]))
            return (uint8_t)g;
    return GROUP_ROLE;
}

/* Evidence that the pair's rows carry already; moves on to the next pair's. */
static void known_take(struct working *w, size_t row)
{
    struct text host = rows_cell(&w->days, row, DAY_HOST), key = rows_cell(&w->days, row, DAY_KEY);
    const struct rows *e = &w->evidence;
    w->known_len = 0;
    for (; w->evidence_at < e->len; w->evidence_at++) {
        size_t at = w->evidence_at;
        if (!text_same(rows_cell(e, at, EVIDENCE_HOST), host) ||
            !text_same(rows_cell(e, at, EVIDENCE_KEY), key))
            return;
        if (w->known_len == EVIDENCE_KEPT)
            continue;
        struct evidence *to = &w->known[w->known_len++];
        *to = (struct evidence){.detector = rows_cell(e, at, EVIDENCE_detector).at,
                                .version = (uint16_t)rows_count(e, at, EVIDENCE_version),
                                .group = group_of(rows_cell(e, at, EVIDENCE_group)),
                                .flags = (uint8_t)rows_count(e, at, EVIDENCE_flags),
                                .strength = rows_real(e, at, EVIDENCE_strength),
                                .known_from = {DAY_NONE},
                                .set = rows_cell(e, at, EVIDENCE_set),
                                .item = rows_cell(e, at, EVIDENCE_item),
                                .family = rows_cell(e, at, EVIDENCE_family),
                                .why = rows_cell(e, at, EVIDENCE_why)};
        (void)day_parse(rows_cell(e, at, EVIDENCE_known_from), &to->known_from);
    }
}

/* ---- looking and judging */

static void look(struct working *w, const struct across *across_of_all)
{
    w->out.len = 0;
    for (unsigned d = 0; d < detectors_len; d++) {
        if (detectors[d]->across == NULL)
            continue;
        struct across across = *across_of_all;
        across.knob = w->setup->conf->detector[d];
        w->out.detector = detectors[d];
        w->out.of_detector = 0;
        detectors[d]->across(&across, &w->out);
    }
}

/* Whether what was found says more than the rows' own evidence of its group. */
static bool says_more(const struct working *w)
{
    for (uint32_t i = 0; i < w->out.len; i++) {
        const struct evidence *e = &w->out.evidence[i];
        double most = 0;
        for (uint32_t k = 0; k < w->known_len; k++)
            if (w->known[k].group == e->group)
                most = fmax(most, fabs(w->known[k].strength));
        if (e->strength > most)
            return true;
    }
    return false;
}

static struct evidence_list all_evidence(struct working *w)
{
    uint32_t len = w->out.len + w->known_len;
    struct evidence *at = arena_new(&w->findings->arena, len * sizeof *at);
    if (w->out.len)
        memcpy(at, w->out.evidence, w->out.len * sizeof *at);
    if (w->known_len)
        memcpy(at + w->out.len, w->known, w->known_len * sizeof *at);
    return (struct evidence_list){.at = at, .len = len};
}

static int64_t count_or_none(const struct rows *rows, size_t row, unsigned column)
{
    return rows_cell(rows, row, column).at ? rows_count(rows, row, column) : -1;
}

static void sighting_add(struct working *w, size_t row, const struct verdict *verdict,
                         const char *controller_role, struct evidence_list evidence)
{
    const struct rows *days = &w->days;
    struct findings *f = w->findings;
    if (f->sightings == w->sightings_room) {
        w->sightings_room = w->sightings_room ? w->sightings_room * 2 : 64;
        f->sighting = mem_resize(f->sighting, w->sightings_room, sizeof *f->sighting);
    }
    struct sighting *s = &f->sighting[f->sightings++];
    *s = (struct sighting){
        .sensor = f->coverage.sensor,
        .kind = text_of("control"),
        .host = address_of(rows_cell(days, row, DAY_HOST)),
        .host_port = -1,
        .controller = address_of(rows_cell(days, row, DAY_CONTROLLER)),
        .controller_name = rows_cell(days, row, DAY_NAME),
        .controller_role = text_of(controller_role),
        .port = count_or_none(days, row, DAY_PORT),
        .proto = rows_cell(days, row, DAY_PROTO),
        .family = verdict->family,
        .grade = text_of(verdict->grade),
        .p = verdict->p,
        .first = {rows_count(days, row, DAY_FIRST)},
        .last = {rows_count(days, row, DAY_LAST)},
        .first_known = verdict->first_known,
        .opened_by = text_of("host"),
        .answered = (int8_t)rows_count(days, row, DAY_ANSWERED),
        .flows = rows_count(days, row, DAY_FLOWS),
        .bytes_out = rows_count(days, row, DAY_OUT),
        .bytes_in = rows_count(days, row, DAY_IN),
        .host_asn = -1,
        .controller_asn = -1,
        .evidence = evidence,
        .source = f->coverage.source,
    };
    (void)day_parse(rows_cell(days, row, DAY_DAY), &s->day);
    for (int hour = day_hour(s->first); hour <= day_hour(s->last); hour++)
        s->hours |= INT64_C(1) << hour;
    findings_place(s, w->setup->enrich, &f->arena);
}

static void contact_add(struct working *w, const struct pair *pair, const struct verdict *verdict,
                        struct evidence_list evidence)
{
    struct findings *f = w->findings;
    if (f->contacts == w->contacts_room) {
        w->contacts_room = w->contacts_room ? w->contacts_room * 2 : 64;
        f->contact = mem_resize(f->contact, w->contacts_room, sizeof *f->contact);
    }
    f->contact[f->contacts++] = (struct contact){.day = pair->day,
                                                 .sensor = f->coverage.sensor,
                                                 .host = pair->host,
                                                 .controller = pair->outside,
                                                 .controller_name = pair->name,
                                                 .port = pair->port.number ? pair->port.number : -1,
                                                 .proto = text_of(NULL),
                                                 .app = text_of(pair->app),
                                                 .first = pair->first,
                                                 .last = pair->last,
                                                 .answered = (pair->flags & PAIR_ANSWERED) != 0,
                                                 .opened_by = text_of("host"),
                                                 .p = verdict->p,
                                                 .evidence = evidence,
                                                 .source = f->coverage.source};
}

static void judge_one(struct working *w, size_t from, size_t to, size_t hosts)
{
    struct pair pair = pair_of(&w->days, from, to);
    uint64_t parts = 0;
    struct across across = {.pair = &pair,
                            .calls = w->call,
                            .days = (uint32_t)(to - from),
                            .callers = (uint32_t)rows_count(&w->days, from, DAY_CALLERS),
                            .hosts = (uint32_t)hosts,
                            .indicators = w->setup->indicators};
    (void)day_parse(rows_cell(&w->days, from, DAY_DAY), &across.first_day);
    for (size_t row = from; row < to; row++) {
        parts += (uint64_t)rows_count(&w->days, row, DAY_PARTS);
        across.len += calls_parse(rows_cell(&w->days, row, DAY_CALLS), w->call + across.len,
                                  ACROSS_CALLS - across.len);
    }
    across.parts = (uint32_t)(parts < UINT32_MAX ? parts : UINT32_MAX);
    known_take(w, from);
    if (!(pair.flags & PAIR_OPENED_HOST))
        return;
    look(w, &across);
    if (!says_more(w))
        return;
    struct evidence_list all = all_evidence(w);
    struct verdict verdict;
    bool talked = (pair.flags & (PAIR_ANSWERED | PAIR_BY_NAME)) != 0;
    judge_pair(talked, all.at, all.len, w->setup->conf->judge, &verdict);
    char why[ROLE_WHY];
    const char *role = judge_controller_role(&pair, all.at, all.len, why);
    for (size_t row = from; row < to && verdict.grade; row++)
        sighting_add(w, row, &verdict, role, all);
    if (verdict.grade == NULL) {
        contact_add(w, &pair, &verdict, all);
        w->counts->near += verdict.p >= 0.1;
    }
}

static void judge_all(struct working *w)
{
    size_t hosts = 0;
    for (size_t i = 0; i < w->days.len; i++)
        hosts += i == 0 ||
                 !text_same(rows_cell(&w->days, i, DAY_HOST), rows_cell(&w->days, i - 1, DAY_HOST));
    w->counts->hosts += hosts;
    w->counts->days += w->days.len;
    for (size_t from = 0; from < w->days.len;) {
        size_t to = from + 1;
        while (to < w->days.len && same_pair(w, from, to))
            to++;
        w->counts->pairs++;
        judge_one(w, from, to, hosts);
        from = to;
    }
}

static int by_day(const void *left, const void *right)
{
    const struct sighting *a = left, *b = right;
    if (a->day.number != b->day.number)
        return a->day.number < b->day.number ? -1 : 1;
    int order = address_compare(a->host, b->host);
    return order ? order : address_compare(a->controller, b->controller);
}

static void coverage_fill(struct findings *f, const struct across_setup *setup, struct text inputs)
{
    char from[DAY_TEXT], to[DAY_TEXT];
    struct arena *arena = &f->arena;
    f->coverage = (struct coverage){.sensor = arena_text(arena, setup->sensor),
                                    .kind = text_of("judge"),
                                    .first = {INSTANT_NONE_US},
                                    .last = {INSTANT_NONE_US},
                                    .detectors = arena_text(arena, setup->detectors),
                                    .sets = arena_text(arena, setup->sets)};
    f->coverage.source = arena_format(
        arena, "judge %s to %s",
        setup->from.number == DAY_NONE ? "the first day" : day_format(setup->from, from),
        setup->to.number == DAY_NONE ? "the last" : day_format(setup->to, to));
    XXH128_hash_t id = XXH3_128bits(f->coverage.source.at, f->coverage.source.len);
    f->coverage.source_id = arena_format(arena, "%016llx%016llx", (unsigned long long)id.high64,
                                         (unsigned long long)id.low64);
    struct text all =
        arena_format(arena, "%.*s %016llx", (int)setup->procedure_id.len, setup->procedure_id.at,
                     (unsigned long long)XXH3_64bits(inputs.at ? inputs.at : "", inputs.len));
    f->coverage.procedure_id =
        arena_format(arena, "%016llx", (unsigned long long)XXH3_64bits(all.at, all.len));
    f->coverage.skipped = text_of("");
}

bool across_make(struct findings *ret, struct across_counts *counts, const struct asker *asker,
                 const struct across_setup *setup, struct err *err)
{
    struct working *w = mem_new(1, sizeof *w);
    struct text inputs = text_of(NULL);
    *ret = (struct findings){.sightings = 0};
    w->setup = setup;
    w->counts = counts;
    w->findings = ret;
    w->out.arena = &ret->arena;
    w->out.skips = &w->skips;
    bool done = ask_inputs(setup, asker, &ret->arena, &inputs, err) &&
                ask_days(setup, asker, &ret->arena, &w->days, err) &&
                ask_evidence(setup, asker, &ret->arena, &w->evidence, err);
    if (done) {
        coverage_fill(ret, setup, inputs);
        judge_all(w);
        if (ret->sightings)
            qsort(ret->sighting, ret->sightings, sizeof *ret->sighting, by_day);
    }
    mem_free(w);
    return done;
}

bool across_stale(const struct asker *asker, int64_t *ret, struct err *err)
{
    struct arena arena = {0};
    struct rows rows;
    bool done = asker_ask(asker,
                          "SELECT count(*) FILTER (generation > coalesce((SELECT max(generation) "
                          "FROM coverage WHERE kind = 'judge'), '')), count(*) "
                          "FROM coverage WHERE kind NOT IN ('judge', 'scan')",
                          &arena, &rows, err);
    if (done)
        *ret = rows_count(&rows, 0, 1) < 2 ? 0 : rows_count(&rows, 0, 0);
    arena_free(&arena);
    return done;
}

void across_free(struct findings *findings)
{
    mem_free(findings->sighting);
    mem_free(findings->contact);
    arena_free(&findings->arena);
    *findings = (struct findings){.sightings = 0};
}
