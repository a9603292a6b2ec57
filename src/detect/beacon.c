/*
 * Calls by the clock: a program that reports to its controller every so often, whatever its user
 * does. Told by the rhythm of a pair's calls (detect/rhythm.h), by address and, apart, by name; by
 * the rhythm of what the host says inside long connections; and, as a weaker sign of its own, by
 * calls to an end that never answers.
 *
 * Most programs that call by the clock are harmless. So the strength is capped by how few harmless
 * ones look so (small, even messages, a bare address, a protocol nobody knows, round the clock) and
 * rhythm alone stays under the line: it speaks together with what the conversation looks like. What
 * calls regularly by design (record/regular.list), popular names, and what a resolver or proxy
 * relays, say nothing.
 *
 * Scores by address and by name stand apart: an address reached by several names (a shared front)
 * is not scored by the calls of all of them together; each name is, by its own pair.
 */
#include "detect/detect.h"
#include "detect/rhythm.h"
#include "record/popular.h"
#include "record/regular.h"

#include <math.h>

_Static_assert((int)RHYTHM_WHOLE == (int)CALLS_WHOLE && (int)RHYTHM_MOST == (int)CALLS_MOST,
               "the statistic knows how calls are kept");

struct beacon_pair {
    uint32_t flows, tried;               /* opened by the host; of them without an answer */
    double sent, sent_squares, received; /* payload bytes of answered ones */
    uint64_t number, tried_number;       /* the first of each */
};

static void record(const struct detect *detect, const struct record *record)
{
    struct beacon_pair *b = detect->pair_state;
    const struct flow_record *flow = record->flow;
    if (!record->ends.host_opened || flow->cut)
        return;
    if (!flow->answered) {
        if (b->tried++ == 0 || record->number < b->tried_number)
            b->tried_number = record->number;
        return;
    }
    if (b->flows++ == 0 || record->number < b->number)
        b->number = record->number;
    double sent = (double)flow->payload_out;
    b->sent += sent;
    b->sent_squares += sent * sent;
    b->received += (double)flow->payload_in;
}

/* Small messages of one size: what a check-in says when there is nothing to say. */
enum { EVEN_LEAST = 6, SMALL_SENT = 4096, SMALL_RECEIVED = 16384 };
#define EVEN_SPREAD 0.1

static bool even_and_small(const struct beacon_pair *b)
{
    double n = b->flows, mean = b->sent / n;
    double variance = fmax(0, b->sent_squares / n - mean * mean);
    return b->flows >= EVEN_LEAST && mean <= SMALL_SENT && b->received / n <= SMALL_RECEIVED &&
           sqrt(variance) <= EVEN_SPREAD * mean;
}

/* Traits say what the strength may reach (a timer alone is little: of 157 clean pairs with six
 * calls or more 21 were timers: push services, updates); less where the rhythm itself is less sure.
 */
#define TEMPER 3.0    /* the ratio is against chance alone, not against harmless timers */
#define SHORT_S 900.0 /* a few minutes of rhythm are a download, a retry, a page that polls */
enum { CLOCK_HOURS = 18, VAIN_MANY = 50 }; /* people sleep */

static void time_traits(struct traits *t, const struct rhythm *r)
{
    trait_set(t, TRAIT_beacon_clock, r->hours >= CLOCK_HOURS);
    trait_set(t, TRAIT_beacon_short, (double)(r->last_us - r->first_us) < SHORT_S * SECOND_US);
}

static struct traits traits_of(const struct detect *detect, const struct rhythm *r,
                               enum trait first)
{
    const struct beacon_pair *b = detect->pair_state;
    const struct pair *p = detect->pair;
    struct traits t = {{0}};
    trait_set(&t, first, true);
    if (!(p->flags & PAIR_BY_NAME)) {
        trait_set(&t, TRAIT_beacon_even, b->flows && even_and_small(b));
        trait_set(&t, TRAIT_beacon_bare, p->name.at == NULL);
        trait_set(&t, TRAIT_beacon_unknown, b->flows && p->app == NULL);
    }
    time_traits(&t, r);
    return t;
}

static void weigh(struct evidence *e, const struct rhythm *r)
{
    e->strength = fmin(r->strength / TEMPER, traits_strength(&e->traits));
}

/* Three even gaps within minutes are a program that tries again; so are questions to a resolver
 * some seconds apart. Under a second it is no call any more. */
enum { FIT_LEAST = 5 };
#define PERIOD_LEAST 0.8
#define PERIOD_LEAST_DNS 10.0
#define SLOW_US (INT64_C(7200) * SECOND_US)

static bool rhythm_of_calls(const struct pair *pair, const struct call_times *calls,
                            struct rhythm *ret)
{
    int64_t at[CALLS_MOST], day = (int64_t)pair->day.number * DAY_US;
    for (uint32_t i = 0; i < calls->len; i++)
        at[i] = day + call_us(calls->at[i]);
    rhythm_of(at, calls->len, calls->seen, 0, -1, ret);
    bool slow = ret->last_us - ret->first_us >= SLOW_US;
    bool dns = pair->app && strcmp(pair->app, "dns") == 0;
    return ret->strength >= RHYTHM_DECIDES && (ret->fit >= FIT_LEAST || slow) &&
           fmax(ret->period_s, ret->second_s) >= (dns ? PERIOD_LEAST_DNS : PERIOD_LEAST);
}

static struct text period_item(struct evidence_out *out, const struct rhythm *r, const char *what)
{
    char first[RHYTHM_PERIOD], second[RHYTHM_PERIOD];
    rhythm_period(r->period_s, first);
    rhythm_period(r->second_s, second);
    if (r->pattern == RHYTHM_TWO)
        return evidence_text(out, "%s, %s or %s", what, first, second);
    return evidence_text(out, "%s, %s", what, first);
}

static void calls_close(const struct detect *detect, const struct rhythm *r,
                        struct evidence_out *out)
{
    const struct beacon_pair *b = detect->pair_state;
    const struct pair *p = detect->pair;
    char sentence[RHYTHM_TEXT];
    bool named = p->flags & PAIR_BY_NAME, even = b->flows && even_and_small(b);
    struct evidence e = {.group = GROUP_RHYTHM, .number = b->number, .known_from = {DAY_NONE}};
    e.traits = traits_of(detect, r, TRAIT_beacon_timer);
    weigh(&e, r);
    e.item = period_item(out, r, "calls");
    e.why = evidence_text(out, "%s%s%s%s%s", rhythm_sentence(r, sentence),
                          even ? "; messages small and of one size" : "",
                          named ? "; calls of all addresses of the name" : "",
                          !named && p->name.at == NULL ? "; a bare address" : "",
                          b->tried && b->flows ? "; not all were answered" : "");
    evidence_add(out, &e);
}

/* A controller that is gone: its host goes on calling. Printers that were moved look the same. */
static void failing_close(const struct detect *detect, const struct rhythm *r,
                          struct evidence_out *out)
{
    const struct beacon_pair *b = detect->pair_state;
    char sentence[RHYTHM_TEXT];
    struct evidence e = {
        .group = GROUP_RHYTHM, .number = b->tried_number, .known_from = {DAY_NONE}};
    e.traits = traits_of(detect, r, TRAIT_beacon_vain);
    trait_set(&e.traits, TRAIT_beacon_vain_many,
              b->tried >= VAIN_MANY && detect->pair->name.at == NULL);
    weigh(&e, r);
    e.item = period_item(out, r, "calls in vain");
    e.why = evidence_text(out, "%s; none of %u calls was answered", rhythm_sentence(r, sentence),
                          b->tried);
    evidence_add(out, &e);
}

static void inside_close(const struct detect *detect, const struct rhythm *r,
                         struct evidence_out *out)
{
    const struct beacon_pair *b = detect->pair_state;
    char sentence[RHYTHM_TEXT];
    struct evidence e = {.group = GROUP_RHYTHM, .number = b->number, .known_from = {DAY_NONE}};
    e.traits = traits_of(detect, r, TRAIT_beacon_inside);
    weigh(&e, r);
    e.item = period_item(out, r, "inside connections");
    e.why = evidence_text(out, "inside %u connection%s the host spoke by the clock: %s", b->flows,
                          b->flows == 1 ? "" : "s", rhythm_sentence(r, sentence));
    evidence_add(out, &e);
}

/* Whether rhythm says anything of this pair. */
static bool looked_at(const struct detect *detect)
{
    const struct pair *p = detect->pair;
    if ((p->flags & (PAIR_POPULAR | PAIR_OUTSIDE_HOME)) || !(p->flags & PAIR_OPENED_HOST))
        return false;
    if (host_is_resolver(detect->host) || host_is_proxy(detect->host) ||
        host_is_mail_gateway(detect->host))
        return false; /* it relays what others call */
    if (regular_name(p->name))
        return false;
    return (p->flags & PAIR_BY_NAME) ||
           regular_service(p->app, p->protocol, p->port.number) == NULL;
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct beacon_pair *b = detect->pair_state;
    const struct pair *p = detect->pair;
    struct rhythm r;
    if (!looked_at(detect))
        return;
    bool shared = p->flags & PAIR_NAMES;
    if (!shared && rhythm_of_calls(p, &detect->calls, &r)) {
        if (b->flows || (p->flags & PAIR_BY_NAME))
            calls_close(detect, &r, out);
        else
            failing_close(detect, &r, out);
    }
    if (b->flows && rhythm_of_calls(p, &detect->bursts, &r))
        inside_close(detect, &r, out);
}

/* ---- over sources and days */

enum { DAYS_MANY = 3, HOSTS_MANY = 20 };

static struct traits traits_across(const struct across *across, const struct rhythm *r)
{
    const struct pair *p = across->pair;
    bool answered = p->flags & PAIR_ANSWERED, named = p->flags & PAIR_BY_NAME;
    struct traits t = {{0}};
    trait_set(&t, answered ? TRAIT_beacon_timer : TRAIT_beacon_vain, true);
    trait_set(&t, TRAIT_beacon_bare, !named && p->name.at == NULL);
    trait_set(&t, TRAIT_beacon_unknown, !named && answered && p->app == NULL);
    trait_set(&t, TRAIT_beacon_days, across->days >= DAYS_MANY);
    trait_set(&t, TRAIT_beacon_alone, across->callers == 1 && across->hosts >= HOSTS_MANY);
    time_traits(&t, r);
    return t;
}

/* Of more calls than the statistic looks at, the first: they are without holes. */
static void across(const struct across *across, struct evidence_out *out)
{
    const struct pair *p = across->pair;
    int64_t at[CALLS_MOST];
    uint32_t len = across->len < CALLS_MOST ? across->len : CALLS_MOST;
    struct rhythm r;
    char sentence[RHYTHM_TEXT];
    if (across->parts < 2 || (p->flags & PAIR_POPULAR) || popular_name(p->name) ||
        regular_name(p->name) ||
        (!(p->flags & PAIR_BY_NAME) && regular_service(p->app, p->protocol, p->port.number)))
        return;
    for (uint32_t i = 0; i < len; i++)
        at[i] = across->calls[i].us;
    rhythm_of(at, len, len, p->first.us, p->last.us, &r);
    if (r.strength < RHYTHM_DECIDES || r.last_us - r.first_us < SLOW_US)
        return;
    struct evidence e = {.group = GROUP_RHYTHM, .known_from = {DAY_NONE}};
    e.traits = traits_across(across, &r);
    weigh(&e, &r);
    e.item = period_item(out, &r, "calls");
    e.why = evidence_text(
        out, "%s; put together from %u parts of %u day%s%s%s", rhythm_sentence(&r, sentence),
        across->parts, across->days, across->days == 1 ? "" : "s",
        p->name.at == NULL ? "; a bare address" : "",
        across->callers == 1 && across->hosts >= HOSTS_MANY ? "; no other host calls it" : "");
    evidence_add(out, &e);
}

const struct detector detector_beacon = {
    .name = "beacon",
    .about = "calls by the clock, by address and by name; inside long connections; in vain",
    .version = 2,
    .records = RECORD_FLOW,
    .pair_bytes = (sizeof(struct beacon_pair) + 7) / 8 * 8,
    .record = record,
    .close = close,
    .across = across,
};
