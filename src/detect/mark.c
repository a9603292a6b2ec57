/*
 * Known marks: what the shard found in the first bytes of the host's conversations by the rules of
 * marks/ and --marks (YARA). A protocol that is written down in public, and that honest software
 * has no reason to speak, names its family.
 *
 * Of a pair the surest marks are told, each with where it stood and who wrote about it. A mark that
 * is not of the surest and is met at many ends of a host is no mark of a controller: the rule meets
 * something common there. All are one group of evidence.
 */
#include "detect/detect.h"

enum { KEPT = 3, MANY_ENDS = 30 };

struct seen {
    const struct mark_rule *rule;
    uint64_t number; /* of the first record that had it */
    int64_t first_us;
    uint32_t count, offset;
    uint16_t port;
    uint8_t part;
};

struct mark_pair {
    struct seen seen[KEPT]; /* the surest first */
};

struct mark_host {
    uint64_t ends; /* with a mark */
};

static const struct knob knobs[] = {
    {"on", "0 or 1", "look for known marks, muster's and those of --marks", 1, 0, 1},
    {.name = NULL},
};

static bool goes_before(const struct mark_rule *a, const struct mark_rule *b)
{
    return a->confidence != b->confidence ? a->confidence > b->confidence : a->number < b->number;
}

static void take(struct mark_pair *p, const struct mark_hit *hit, const struct record *record)
{
    unsigned at = 0;
    while (at < KEPT && p->seen[at].rule && p->seen[at].rule != hit->rule &&
           goes_before(p->seen[at].rule, hit->rule))
        at++;
    if (at == KEPT)
        return;
    struct seen *s = &p->seen[at];
    if (s->rule != hit->rule) {
        memmove(s + 1, s, (KEPT - 1 - at) * sizeof *s);
        *s = (struct seen){.rule = hit->rule, .first_us = INT64_MAX};
    }
    s->count++;
    if (record->time.us > s->first_us ||
        (record->time.us == s->first_us && record->number >= s->number))
        return;
    s->first_us = record->time.us;
    s->number = record->number;
    s->offset = hit->offset;
    s->part = (uint8_t)hit->part;
    s->port = record->ends.outside_port.number;
}

static void record(const struct detect *detect, const struct record *record)
{
    struct mark_pair *p = detect->pair_state;
    struct mark_host *h = detect->host_state;
    if (record->marks == NULL || !record->ends.host_opened || record->ends.outside_home)
        return;
    h->ends += p->seen[0].rule == NULL;
    for (uint32_t i = 0; i < record->marks->len; i++)
        take(p, &record->marks->hit[i], record);
}

static void tell(const struct mark_pair *p, const struct seen *s, const struct mark_host *h,
                 struct evidence_out *out)
{
    static const char *const where[MARK_PARTS] = {"what the host sent first", "its first answer",
                                                  "an HTTP request", "an HTTP response",
                                                  "a TLS handshake"};
    struct traits t = {{0}};
    bool several = false;
    for (unsigned i = 0; i < KEPT && p->seen[i].rule; i++)
        several |=
            p->seen[i].rule != s->rule && strcmp(p->seen[i].rule->family, s->rule->family) == 0;
    bool high = s->rule->confidence == MARK_HIGH;
    trait_set(&t, TRAIT_mark_high, high);
    trait_set(&t, TRAIT_mark_medium, s->rule->confidence == MARK_MEDIUM);
    trait_set(&t, TRAIT_mark_low, s->rule->confidence == MARK_LOW);
    trait_set(&t, TRAIT_mark_several, several);
    trait_set(&t, TRAIT_mark_many_ends, !high && h->ends > MANY_ENDS);
    struct evidence e = {.group = GROUP_MARK,
                         .flags = high ? EVIDENCE_CONTENT : 0,
                         .strength = traits_strength(&t),
                         .traits = t,
                         .number = s->number,
                         .known_from = {DAY_NONE}};
    if (e.strength < EVIDENCE_LEAST)
        return;
    e.item = evidence_text(out, "%s", s->rule->name);
    e.family = evidence_text(out, "%s", s->rule->family);
    e.why = evidence_text(out, "known bytes of %s in %s (at %u), port %u, %u time%s%s%s",
                          s->rule->family, where[s->part], s->offset, s->port, s->count,
                          s->count == 1 ? "" : "s", s->rule->reference ? "; see " : "",
                          s->rule->reference ? s->rule->reference : "");
    evidence_add(out, &e);
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct mark_pair *p = detect->pair_state;
    if (!(detect->pair->flags & PAIR_ANSWERED) || (detect->pair->flags & PAIR_POPULAR))
        return;
    for (unsigned i = 0; i < KEPT && p->seen[i].rule; i++)
        tell(p, &p->seen[i], detect->host_state, out);
}

const struct detector detector_mark = {
    .name = "mark",
    .about = "bytes that the protocols of known tools cannot do without (YARA rules)",
    .version = 1,
    .records = RECORD_TALK | RECORD_HTTP | RECORD_TLS,
    .pair_bytes = (sizeof(struct mark_pair) + 7) / 8 * 8,
    .host_bytes = (sizeof(struct mark_host) + 7) / 8 * 8,
    .knobs = knobs,
    .record = record,
    .close = close,
};
