/*
 * Alerts of other watchers (Suricata, Zeek, Shadowserver) about a conversation that the host
 * opened. What each says of control is in a table that the user can read and change
 * (record/alert.list): scans, policy, attempts and oddities say nothing; rules that speak of a
 * controller do.
 *
 * A pair's two strongest signatures are told, each with how often and since when; all are one group
 * of evidence, because rules that fire together look at the same bytes.
 */
#include "detect/detect.h"
#include "record/alerts.h"

#include <stdio.h>
#include <xxhash.h>

enum { KEPT = 2, SIGNATURE = 76, ID = 12, FAMILY = 28 };

struct seen {
    uint64_t hash; /* of engine, number and signature */
    uint64_t number;
    int64_t first_us;
    const struct alert_rule *rule;
    const char *by;
    uint64_t count;
    uint8_t signature_len, id_len, family_len;
    char signature[SIGNATURE], id[ID], family[FAMILY];
};

struct alert_pair {
    struct seen seen[KEPT]; /* the strongest first */
    uint64_t total;         /* alerts that are evidence */
};

static uint8_t keep(char *to, struct text from, size_t room)
{
    size_t len = from.at ? from.len : 0;
    if (len > room)
        len = room;
    if (len)
        memcpy(to, from.at, len);
    return (uint8_t)len;
}

/* The order of arrival must not matter: of equally strong ones the smaller hash. */
static bool goes_before(double strength, uint64_t hash, const struct seen *s)
{
    return s->count == 0 || strength > s->rule->strength ||
           (strength >= s->rule->strength && hash < s->hash);
}

static void count(struct seen *s, const struct record *record)
{
    const struct alert_record *alert = record->alert;
    s->count += alert->count;
    if (record->time.us < s->first_us ||
        (record->time.us == s->first_us && record->number < s->number)) {
        s->first_us = record->time.us;
        s->number = record->number;
    }
}

static void take(struct alert_pair *p, const struct alert_rule *rule, const struct record *record)
{
    const struct alert_record *alert = record->alert;
    uint64_t hash = XXH3_64bits(alert->by, strlen(alert->by));
    hash = alert->id.len ? XXH3_64bits_withSeed(alert->id.at, alert->id.len, hash) : hash;
    hash = alert->signature.len
               ? XXH3_64bits_withSeed(alert->signature.at, alert->signature.len, hash)
               : hash;
    p->total += alert->count;
    for (unsigned i = 0; i < KEPT; i++)
        if (p->seen[i].count && p->seen[i].hash == hash && p->seen[i].rule == rule) {
            count(&p->seen[i], record);
            return;
        }
    unsigned at = 0;
    while (at < KEPT && !goes_before(rule->strength, hash, &p->seen[at]))
        at++;
    if (at == KEPT)
        return;
    memmove(&p->seen[at + 1], &p->seen[at], (KEPT - at - 1) * sizeof p->seen[0]);
    struct seen *s = &p->seen[at];
    *s = (struct seen){.hash = hash, .first_us = INT64_MAX, .rule = rule, .by = alert->by};
    s->signature_len = keep(s->signature, alert->signature, SIGNATURE);
    s->id_len = keep(s->id, alert->id, ID);
    s->family_len = keep(s->family, alert->family, FAMILY);
    count(s, record);
}

static void record(const struct detect *detect, const struct record *record)
{
    const struct alert_record *alert = record->alert;
    bool by_name = (detect->pair->flags & PAIR_BY_NAME) != 0;
    if (!record->ends.host_opened || (record->ends.outside_home && !by_name) ||
        detect->alerts == NULL)
        return;
    const struct alert_rule *rule = alert_rules_find(detect->alerts, alert);
    if (rule && rule->strength > 0)
        take(detect->pair_state, rule, record);
}

static const char *engine_name(const char *by)
{
    static const char *const names[][2] = {
        {"suricata", "Suricata"}, {"zeek", "Zeek"}, {"shadowserver", "Shadowserver"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(by, names[i][0]) == 0)
            return names[i][1];
    return by;
}

static void tell(const struct detect *detect, const struct seen *s, uint64_t others,
                 struct evidence_out *out)
{
    char first[INSTANT_TEXT], more[64] = "";
    struct instant at = {s->first_us};
    bool asked = (detect->pair->flags & PAIR_BY_NAME) != 0;
    if (others)
        (void)snprintf(more, sizeof more, "; %llu alert%s of other rules",
                       (unsigned long long)others, others == 1 ? "" : "s");
    struct evidence e = {.group = GROUP_ALERT,
                         .flags = (uint16_t)(s->rule->flags | (asked ? EVIDENCE_SUSPECT : 0)),
                         .strength = s->rule->strength,
                         .number = s->number,
                         .known_from = {DAY_NONE}};
    if (asked) /* a question holds nothing that a controller said */
        e.flags &= (uint16_t)~EVIDENCE_CONTENT;
    e.item = evidence_text(out, "%.*s%s%.*s", s->id_len, s->id, s->id_len ? " " : "",
                           s->signature_len, s->signature);
    if (s->family_len)
        e.family = evidence_text(out, "%.*s", s->family_len, s->family);
    e.why = evidence_text(out, "%s raised \"%.*s\" %llu time%s, first at %s UTC: %s%s",
                          engine_name(s->by), s->signature_len, s->signature,
                          (unsigned long long)s->count, s->count == 1 ? "" : "s",
                          instant_format_short(at, first), s->rule->why, more);
    evidence_add(out, &e);
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct alert_pair *p = detect->pair_state;
    uint64_t others = p->total;
    for (unsigned i = 0; i < KEPT; i++)
        others -= p->seen[i].count;
    for (unsigned i = 0; i < KEPT && p->seen[i].count; i++)
        tell(detect, &p->seen[i], i == 0 ? others : 0, out);
}

const struct detector detector_alert = {
    .name = "alert",
    .about = "alerts of other watchers that speak of a controller",
    .version = 1,
    .records = RECORD_ALERT,
    .pair_bytes = (sizeof(struct alert_pair) + 7) / 8 * 8,
    .record = record,
    .close = close,
};
