/*
 * Tunnels and commands inside DNS: names under one registered domain that carry data up, answers
 * that carry data down (dnscat2, iodine, DNSExfiltrator, slow ones that speak in A records).
 *
 * What gives a tunnel away is that nothing is ever asked twice (a cached answer carries nothing),
 * that names are long or look drawn by lot, and that answers differ each time too: long odd
 * records, or A records spread over unrelated networks. Ordinary look-alikes are refused by the
 * same figures: block lists and antivirus look-ups answer from 127/8 or not at all, content
 * networks ask few names and answer from few networks, and both are asked by many names that read
 * like words.
 *
 * The questions themselves are the conversation, so the name is the controller.
 */
#include "detect/detect.h"

#include "base/distinct.h"

#include <math.h>
#include <xxhash.h>

enum {
    TYPE_A = 1,
    TYPE_CNAME = 5,
    TYPE_NULL = 10,
    TYPE_PTR = 12,
    TYPE_MX = 15,
    TYPE_TXT = 16,
    TYPE_KEY = 25,
    TYPE_AAAA = 28,
    TYPE_SRV = 33,
    TYPE_HTTPS = 65,
    TYPE_PRIVATE = 65399
};
enum { BITS = 1024, LETTERS = 36 };

enum { KNOB_NAMES_LEAST, KNOB_SLOW_NAMES_LEAST };
static const struct knob knobs[] = {
    {"names_least", "names", "distinct names under a domain for a fast tunnel", 30, 5, 100000},
    {"slow_names_least", "names", "distinct names for one that answers in A records", 8, 4, 100000},
    {.name = NULL},
};

struct tunnel {
    uint64_t names[BITS / 64];   /* distinct names asked */
    uint64_t answers[BITS / 64]; /* distinct answers */
    uint64_t networks[4];        /* of the answers' /16 networks, 256 bits */
    uint32_t asked, answered, carriers, nulls, loopback;
    uint32_t under_bytes;     /* of labels under the domain, over new names */
    uint32_t fresh;           /* names that set a new bit */
    uint32_t answer_bytes;    /* over answered messages */
    uint32_t addresses;       /* A answers */
    uint32_t letter[LETTERS]; /* a-z, 0-9 in new names */
    uint64_t first_number;
};

static void asked(struct tunnel *t, const struct record *record, struct text domain)
{
    const struct dns_record *dns = record->dns;
    t->asked++;
    if (t->first_number == 0)
        t->first_number = record->number;
    t->nulls += dns->type == TYPE_NULL || dns->type == TYPE_PRIVATE;
    t->carriers += dns->type != TYPE_A && dns->type != TYPE_AAAA && dns->type != TYPE_PTR &&
                   dns->type != TYPE_SRV && dns->type != TYPE_HTTPS;
    if (dns->name.len <= domain.len + 1 ||
        !distinct_add(t->names, BITS, XXH3_64bits(dns->name.at, dns->name.len)))
        return;
    uint32_t under = dns->name.len - domain.len - 1;
    t->fresh++;
    t->under_bytes += under;
    for (uint32_t i = 0; i < under; i++) {
        char c = dns->name.at[i];
        if (c >= 'a' && c <= 'z')
            t->letter[c - 'a']++;
        else if (c >= '0' && c <= '9')
            t->letter[26 + c - '0']++;
    }
}

static void answered(struct tunnel *t, const struct dns_record *dns)
{
    if (dns->answers_len == 0)
        return;
    t->answered++;
    t->answer_bytes += dns->message_len;
    for (unsigned i = 0; i < dns->answers_len; i++) {
        const struct dns_answer *a = &dns->answer[i];
        uint64_t hash = a->type;
        if (address_known(a->address)) {
            hash ^= a->address.low * UINT64_C(0x9E3779B97F4A7C15) ^ a->address.high;
            if (address_is_v4(a->address)) {
                uint32_t number = address_v4_number(a->address);
                t->addresses++;
                t->loopback += number >> 24 == 127;
                (void)distinct_add(t->networks, 256, (number >> 16) * UINT64_C(0x9E3779B1) >> 8);
            }
        } else {
            struct text what = a->name.at ? a->name : a->data;
            hash ^= what.len ? XXH3_64bits(what.at, what.len) : 0;
        }
        (void)distinct_add(t->answers, BITS, hash >> 7);
    }
}

static void record(const struct detect *detect, const struct record *record)
{
    struct tunnel *t = detect->pair_state;
    if (!(detect->pair->flags & PAIR_BY_NAME) || detect->pair->name.at == NULL)
        return;
    if (record->dns->response)
        answered(t, record->dns);
    else
        asked(t, record, detect->pair->name);
}

/* Bits a character of the labels, 0 to log2(36) = 5.17; words of European languages lie near 4. */
static double entropy_bits(const struct tunnel *t)
{
    double sum = 0, bits = 0;
    for (int i = 0; i < LETTERS; i++)
        sum += t->letter[i];
    for (int i = 0; i < LETTERS && sum > 0; i++)
        if (t->letter[i])
            bits -= t->letter[i] / sum * log2(t->letter[i] / sum);
    return bits;
}

/* Share of digits; words have few, codes drawn by lot from 36 characters have 28 %. */
static double digits_share(const struct tunnel *t)
{
    double sum = 0, digits = 0;
    for (int i = 0; i < LETTERS; i++) {
        sum += t->letter[i];
        digits += i >= 26 ? t->letter[i] : 0;
    }
    return sum > 0 ? digits / sum : 0;
}

struct figures {
    double names, unique, under, answers_vary, networks_vary, carriers, entropy, digits;
};

static void figures_of(const struct tunnel *t, struct figures *f)
{
    f->names = distinct_count(t->names, BITS);
    f->unique = t->asked ? fmin(1.0, f->names / t->asked) : 0;
    f->under = t->fresh ? (double)t->under_bytes / t->fresh : 0;
    f->answers_vary = t->answered ? distinct_count(t->answers, BITS) / t->answered : 0;
    f->networks_vary = t->addresses ? distinct_count(t->networks, 256) / t->addresses : 0;
    f->carriers = t->asked ? (double)t->carriers / t->asked : 0;
    f->entropy = entropy_bits(t);
    f->digits = digits_share(t);
}

/* Data rides in the questions, a lot of it. */
static struct traits fast_traits(const struct tunnel *t, const struct figures *f,
                                 const double *knob)
{
    struct traits traits = {{0}};
    if (f->names < knob[KNOB_NAMES_LEAST] || f->unique < 0.5 || f->under < 16 || f->entropy < 3.0)
        return traits;
    trait_set(&traits, TRAIT_tunnel_fast, true);
    trait_set(&traits, TRAIT_tunnel_long_names, f->under >= 24);
    trait_set(&traits, TRAIT_tunnel_longer_names, f->under >= 40);
    trait_set(&traits, TRAIT_tunnel_carriers, f->carriers >= 0.5);
    trait_set(&traits, TRAIT_tunnel_nulls, t->nulls >= 5);
    trait_set(&traits, TRAIT_tunnel_answers_vary, t->answered >= 20 && f->answers_vary >= 0.5);
    return traits;
}

/* Questions drawn by lot, never repeated, each answered by an address: data goes up in the name, an
 * acknowledgement or a command comes down in the address. Services that measure resolvers ask such
 * names too, so that alone it stays under the line; answers in unrelated networks decide. */
static struct traits slow_traits(const struct tunnel *t, const struct figures *f,
                                 const double *knob)
{
    struct traits traits = {{0}};
    if (f->names < knob[KNOB_SLOW_NAMES_LEAST] || f->unique < 0.8 || f->under < 5 ||
        t->addresses < knob[KNOB_SLOW_NAMES_LEAST] || f->digits < 0.1 || f->entropy < 3.8 ||
        t->loopback * 4 > t->addresses)
        return traits;
    trait_set(&traits, TRAIT_tunnel_slow, true);
    trait_set(&traits, TRAIT_tunnel_networks_vary_some, f->networks_vary >= 0.15);
    trait_set(&traits, TRAIT_tunnel_networks_vary, f->networks_vary >= 0.6);
    trait_set(&traits, TRAIT_tunnel_slow_long, f->under >= 20);
    trait_set(&traits, TRAIT_tunnel_slow_many, f->names >= 20);
    return traits;
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct tunnel *t = detect->pair_state;
    if (t->asked == 0 || (detect->pair->flags & PAIR_POPULAR) || host_is_resolver(detect->host))
        return;
    struct figures f;
    figures_of(t, &f);
    struct traits quick = fast_traits(t, &f, detect->knob);
    struct traits patient = slow_traits(t, &f, detect->knob);
    double fast = traits_strength(&quick), slow = traits_strength(&patient);
    if (fmax(fast, slow) < EVIDENCE_LEAST)
        return;
    struct evidence e = {.group = GROUP_NAMES,
                         .strength = fmin(11.0, fmax(fast, slow)),
                         .traits = slow > fast ? patient : quick,
                         .number = t->first_number,
                         .known_from = {DAY_NONE}};
    e.item = evidence_text(out, "dns tunnel under %.*s", (int)detect->pair->name.len,
                           detect->pair->name.at);
    if (slow > fast)
        e.why = evidence_text(
            out,
            "%.0f different names were asked for under it, drawn by lot (%.1f bits a "
            "character, %.0f %% digits), and answered with %u addresses in %.0f networks",
            f.names, f.entropy, 100 * f.digits, t->addresses, f.networks_vary * t->addresses);
    else
        e.why = evidence_text(
            out,
            "%u questions, %.0f different names with %.0f characters each under it; %.0f %% "
            "ask for records that carry data (%u of type NULL); answers differ in %.0f %%",
            t->asked, f.names, f.under, 100 * f.carriers, t->nulls,
            100 * fmin(1.0, f.answers_vary));
    evidence_add(out, &e);
}

const struct detector detector_tunnel = {
    .name = "tunnel",
    .about = "data and commands carried inside DNS questions and answers",
    .version = 1,
    .records = RECORD_DNS,
    .pair_bytes = sizeof(struct tunnel),
    .knobs = knobs,
    .record = record,
    .close = close,
};
