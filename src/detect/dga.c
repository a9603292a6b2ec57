/*
 * Names made up by a program. A bot whose controller's name changes by the day tries many that
 * nobody has registered, until one answers (Antonakakis et al., "From Throw-Away Traffic to Bots",
 * USENIX Security 2012). What gives it away is a host's day with many registered domains that do
 * not exist (rcode 3, RFC 1035 4.1.1) and that read, on average, as if drawn by lot (dga_name.h).
 *
 * Ordinary failures are refused by what is counted. Only the registered domain itself counts, alone
 * or behind "www.": so one under a search suffix, a block list's reversed addresses, an antivirus
 * program's digests and a content network's names are one domain that exists; a browser's probes
 * have one label, names of the own network a suffix that nobody can register. Mistyped names and
 * advertising that a resolver blocks read mostly like words, and the mean tells.
 *
 * A name of the same character that is there is the controller, when the host then calls it. When
 * none is, one of the names stands for all: which one does not matter and is chosen by hash.
 */
#include "detect/detect.h"

#include "base/distinct.h"
#include "detect/dga_name.h"
#include "record/home.h"
#include "record/popular.h"

#include <math.h>
#include <xxhash.h>

enum { TYPE_A = 1, TYPE_AAAA = 28, TYPE_HTTPS = 65, RCODE_NAME_ERROR = 3 };
enum { BITS = 256, MISSING_KEPT = 16, THERE_KEPT = 3 };

enum { KNOB_NAMES_LEAST, KNOB_MEAN_LEAST };
static const struct knob knobs[] = {
    {"names_least", "names", "registered domains that do not exist, asked for in a day", 8, 4, 500},
    {"mean_least", "score", "mean score of such names, from which they count as made up", 3, 0, 20},
    {.name = NULL},
};

/* Scores of names' labels: see docs/dga.md for how many ordinary names reach them. */
#define MEAN_SURE 6.0
#define SINGLE_LEAST 21.5
#define ALIKE_LEAST 2.0
enum { NAMES_MANY = 16, NAMES_MORE = 48, AN_HOUR_FAST = 30 };

struct name_kept {
    uint32_t hash;   /* of the domain */
    uint16_t minute; /* of the day: when it was first asked for */
    int8_t quarters; /* of a score */
    uint8_t len;     /* of the label */
    uint8_t place;   /* of the suffix, and DIGITS */
};
enum { DIGITS = 64, MINUTES = 24 * 60 };

/* The names of smallest hash: the same whatever their order. */
struct dga_host {
    uint64_t seen[BITS / 64]; /* distinct domains not there */
    uint64_t places;          /* their suffixes, a bit each */
    struct name_kept missing[MISSING_KEPT], there[THERE_KEPT];
    uint32_t missing_len, there_len;
};

struct dga {
    uint64_t number; /* where the first answer can be seen */
    uint32_t missing, there;
};

static void keep(struct name_kept *list, uint32_t *len, uint32_t most, const struct name_kept *name)
{
    uint32_t i = 0;
    while (i < *len && list[i].hash < name->hash)
        i++;
    if (i < *len && list[i].hash == name->hash) {
        list[i].minute = name->minute < list[i].minute ? name->minute : list[i].minute;
        return;
    }
    if (i == most)
        return;
    *len += *len < most;
    for (uint32_t j = *len - 1; j > i; j--)
        list[j] = list[j - 1];
    list[i] = *name;
}

static uint32_t domain_hash(struct text domain)
{
    return (uint32_t)XXH3_64bits(domain.at, domain.len);
}

static struct text without_www(struct text name)
{
    return text_starts(name, "www.") ? text_at(name.at + 4, name.len - 4) : name;
}

static bool has_address(const struct dns_record *dns)
{
    for (unsigned i = 0; i < dns->answers_len; i++)
        if (address_known(dns->answer[i].address) && !address_is_special(dns->answer[i].address))
            return true;
    return false;
}

static uint16_t minute_of(struct instant time, struct day day)
{
    int64_t minute = (time.us - (int64_t)day.number * DAY_US) / (60 * SECOND_US);
    return (uint16_t)(minute < 0 ? 0 : minute < MINUTES ? minute : MINUTES - 1);
}

static void record(const struct detect *detect, const struct record *record)
{
    struct dga *d = detect->pair_state;
    struct dga_host *h = detect->host_state;
    const struct dns_record *dns = record->dns;
    struct text domain = detect->pair->name;
    struct dga_name name;
    bool missing = dns->rcode == RCODE_NAME_ERROR, there = dns->rcode == 0 && has_address(dns);
    if (!(detect->pair->flags & PAIR_BY_NAME) || domain.at == NULL || !dns->response ||
        (!missing && !there) ||
        (dns->type && dns->type != TYPE_A && dns->type != TYPE_AAAA && dns->type != TYPE_HTTPS) ||
        !text_same(without_www(dns->name), domain) || !dga_name_read(domain, &name) ||
        (there && (name.score < ALIKE_LEAST || popular_name(domain))))
        return;
    const struct name_kept kept = {
        .hash = domain_hash(domain),
        .minute = minute_of(record->time, detect->pair->day),
        .quarters = (int8_t)lrint(4 * fmax(DGA_SCORE_LEAST, fmin(DGA_SCORE_MOST, name.score))),
        .len = name.len,
        .place = (uint8_t)(name.place | (name.digits ? DIGITS : 0))};
    if (d->missing + d->there == 0 || record->number < d->number)
        d->number = record->number;
    if (missing) {
        d->missing++;
        (void)distinct_add(h->seen, BITS, kept.hash);
        h->places |= UINT64_C(1) << name.place;
        keep(h->missing, &h->missing_len, MISSING_KEPT, &kept);
    } else {
        d->there++;
        keep(h->there, &h->there_len, THERE_KEPT, &kept);
    }
}

/* A host's day of names that are not there. */
struct day_figures {
    double names, mean, an_hour;
    int suffixes;
    uint8_t shortest, longest;
    bool digits, made;
};

static double names_counted(const struct dga_host *h)
{
    if (h->missing_len < MISSING_KEPT)
        return h->missing_len;
    return fmax(MISSING_KEPT, distinct_count(h->seen, BITS));
}

static struct day_figures figures_of(const struct dga_host *h, const double *knob)
{
    struct day_figures f = {.names = names_counted(h), .shortest = UINT8_MAX};
    int first = MINUTES, last = 0;
    for (uint32_t i = 0; i < h->missing_len; i++) {
        const struct name_kept *n = &h->missing[i];
        f.mean += n->quarters / 4.0 / h->missing_len;
        f.shortest = n->len < f.shortest ? n->len : f.shortest;
        f.longest = n->len > f.longest ? n->len : f.longest;
        f.digits |= (n->place & DIGITS) != 0;
        first = n->minute < first ? n->minute : first;
        last = n->minute > last ? n->minute : last;
    }
    f.suffixes = __builtin_popcountll(h->places);
    f.an_hour = h->missing_len ? f.names * 60 / fmax(1, last - first) : 0;
    f.made = f.names >= knob[KNOB_NAMES_LEAST] && f.mean >= knob[KNOB_MEAN_LEAST];
    return f;
}

/* As the names that are not there: a suffix of theirs, about their length, drawn by lot too. */
static bool is_alike(const struct dga_host *h, const struct day_figures *f,
                     const struct dga_name *name)
{
    return (h->places >> name->place & 1) && name->len + 1 >= f->shortest &&
           name->len <= f->longest + 1 && (f->digits || !name->digits) &&
           name->score >= fmax(ALIKE_LEAST, f->mean - 8);
}

static bool one_is_there(const struct dga_host *h, const struct day_figures *f)
{
    for (uint32_t i = 0; i < h->there_len; i++) {
        const struct name_kept *n = &h->there[i];
        const struct dga_name name = {n->quarters / 4.0, n->len, n->place % DIGITS,
                                      n->place & DIGITS};
        if (is_alike(h, f, &name))
            return true;
    }
    return false;
}

/* Which of the names stands for all when none is there. */
static uint32_t chosen(const struct dga_host *h, const struct day_figures *f)
{
    for (uint32_t i = 0; i < h->missing_len; i++)
        if (h->missing[i].quarters / 4.0 >= f->mean)
            return h->missing[i].hash;
    return h->missing[0].hash;
}

static struct traits day_traits(const struct day_figures *f)
{
    struct traits traits = {{0}};
    trait_set(&traits, TRAIT_dga_made_up, true);
    trait_set(&traits, TRAIT_dga_by_lot, f->mean >= MEAN_SURE);
    trait_set(&traits, TRAIT_dga_many, f->names >= NAMES_MANY);
    trait_set(&traits, TRAIT_dga_more, f->names >= NAMES_MORE);
    trait_set(&traits, TRAIT_dga_fast, f->an_hour >= AN_HOUR_FAST);
    return traits;
}

enum outcome { NONE_THERE, THERE, CALLED };

static void tell_day(const struct detect *detect, const struct day_figures *f, enum outcome outcome,
                     struct evidence_out *out)
{
    static const char *const what[] = {
        [NONE_THERE] = "none that looks like them was found; this is one of them",
        [THERE] = "this one is alike and exists, but was not seen to be called",
        [CALLED] = "this one is alike, exists, and was called"};
    struct evidence e = {.group = GROUP_NAMES,
                         .flags = outcome == CALLED ? 0 : EVIDENCE_SUSPECT,
                         .traits = day_traits(f),
                         .known_from = {DAY_NONE}};
    const struct dga *d = detect->pair_state;
    trait_set(&e.traits, TRAIT_dga_there, outcome != NONE_THERE);
    trait_set(&e.traits, TRAIT_dga_called, outcome == CALLED);
    e.strength = fmin(11.0, traits_strength(&e.traits));
    e.number = d->number;
    e.item = evidence_text(out, "made-up names");
    e.why = evidence_text(out,
                          "that day the host asked for %s%.0f registered domains under %d suffix%s "
                          "that do not exist and read as if drawn by lot (mean score %.1f, where "
                          "ordinary names have -3; %u to %u characters); %s",
                          f->names < MISSING_KEPT ? "" : "about ", f->names, f->suffixes,
                          f->suffixes == 1 ? "" : "es", f->mean, f->shortest, f->longest,
                          what[outcome]);
    evidence_add(out, &e);
}

/* One name that reads so and is called is little: whoever wants a name that is free takes such. */
static void tell_name(const struct detect *detect, struct text domain, double score,
                      struct evidence_out *out)
{
    const struct dga *d = detect->pair_state;
    struct evidence e = {.group = GROUP_NAMES, .number = d->number, .known_from = {DAY_NONE}};
    trait_set(&e.traits, TRAIT_dga_name, true);
    e.strength = traits_strength(&e.traits);
    if (e.strength < EVIDENCE_LEAST)
        return;
    e.item = evidence_text(out, "name %.*s", (int)domain.len, domain.at);
    e.why = evidence_text(out,
                          "the name reads as if drawn by lot (score %.1f; one ordinary name in "
                          "a thousand reaches 21.5)",
                          score);
    evidence_add(out, &e);
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct pair *pair = detect->pair;
    const struct dga *d = detect->pair_state;
    const struct dga_host *h = detect->host_state;
    struct dga_name name;
    if ((pair->flags & (PAIR_POPULAR | PAIR_OUTSIDE_HOME | PAIR_IMPLANT)) ||
        !(pair->flags & PAIR_OPENED_HOST) || pair->name.at == NULL ||
        host_is_resolver(detect->host) || host_is_proxy(detect->host) ||
        host_is_mail_gateway(detect->host))
        return;
    struct text domain = without_www(pair->name);
    if (!dga_name_read(domain, &name))
        return;
    bool called = (pair->flags & PAIR_ANSWERED) != 0;
    const struct day_figures f = figures_of(h, detect->knob);
    if (f.made && (d->there || !(pair->flags & PAIR_BY_NAME)) && is_alike(h, &f, &name))
        tell_day(detect, &f, called ? CALLED : THERE, out);
    else if (f.made && d->missing && chosen(h, &f) == domain_hash(domain) && !one_is_there(h, &f))
        tell_day(detect, &f, NONE_THERE, out);
    else if (called && name.score >= SINGLE_LEAST)
        tell_name(detect, domain, name.score, out);
}

const struct detector detector_dga = {
    .name = "dga",
    .about = "names made up by a program, most of which do not exist",
    .version = 1,
    .records = RECORD_DNS,
    .pair_bytes = sizeof(struct dga),
    .host_bytes = (sizeof(struct dga_host) + 7) / 8 * 8,
    .knobs = knobs,
    .record = record,
    .close = close,
};
