/*
 * What a controlled host does to others: it looks for the next ones. A machine at home that calls
 * many addresses all over the Internet on a port that worms break in through, most of them in vain,
 * is searching at random; people, programs and servers call where somebody is. A machine that is no
 * mail gateway and hands mail to many servers itself is sending for somebody else.
 *
 * This is about the host, not about an end that it called: it stands, once, with the searched
 * address of the smallest digest (whatever the order), flagged as the host's own, so that no end is
 * called its controller; and little of it with every other conversation that the host began, for
 * who commands a host that searches is among them. Rates and failures: Jung et al., Fast Portscan
 * Detection (IEEE S&P 2004); who searches and then is commanded: Gu et al., BotHunter (USENIX
 * Security 2007).
 *
 * Not seen: searches inside home (the host's neighbours), and slow ones of a few addresses a day.
 */
#include "detect/detect.h"

#include "base/distinct.h"
#include "detect/ends.h"
#include "record/packet.h"

enum { ENDS_BITS = 1024, NETS_BITS = 256 };
enum kind { KIND_TELNET, KIND_ENTRY, KIND_MAIL, KINDS };

static const struct {
    uint16_t port;
    enum kind kind;
} ports[] = {
    {23, KIND_TELNET},  {2323, KIND_TELNET}, {22, KIND_ENTRY},    {135, KIND_ENTRY},
    {139, KIND_ENTRY},  {445, KIND_ENTRY},   {1433, KIND_ENTRY},  {2222, KIND_ENTRY},
    {3306, KIND_ENTRY}, {3389, KIND_ENTRY},  {5358, KIND_ENTRY},  {5555, KIND_ENTRY},
    {5900, KIND_ENTRY}, {6379, KIND_ENTRY},  {6789, KIND_ENTRY},  {7547, KIND_ENTRY},
    {8291, KIND_ENTRY}, {9527, KIND_ENTRY},  {37215, KIND_ENTRY}, {52869, KIND_ENTRY},
    {25, KIND_MAIL},
};
enum { PORTS = sizeof ports / sizeof ports[0] };

static const struct {
    const char *item, *what;
    enum trait base;
    unsigned least; /* addresses; mail servers */
} kinds[KINDS] = {
    {"search, telnet", "telnet's ports", TRAIT_spread_telnet, 30},
    {"search, entry ports", "ports that worms break in through", TRAIT_spread_entry, 40},
    {"mail to many servers", "mail servers' port", TRAIT_spread_mail, 20},
};
enum { NETS_WIDE = 20, ENDS_MANY = 200 };
#define VAIN_LEAST 0.7 /* of the calls of a search */

/* Of each kind what a host called: addresses and /16 networks (base/distinct.h), and which searched
 * address tells of it. */
struct spread {
    struct searched {
        uint64_t ends[ENDS_BITS / 64], nets[NETS_BITS / 64];
        uint32_t calls, vain;
        uint64_t least; /* digest of the address that tells of it; 0 = none yet */
        uint64_t number;
        struct instant first, last;
    } of[KINDS];
};

static int kind_of(uint16_t port)
{
    for (unsigned i = 0; i < PORTS; i++)
        if (ports[i].port == port)
            return (int)ports[i].kind;
    return -1;
}

static void record(const struct detect *detect, const struct record *record)
{
    struct spread *s = detect->host_state;
    const struct flow_record *flow = record->flow;
    if (record->ends.protocol != PROTOCOL_TCP || !record->ends.host_opened ||
        record->ends.outside_home || flow->cut || !flow->begun)
        return;
    int kind = kind_of(record->ends.outside_port.number);
    if (kind < 0)
        return;
    struct searched *d = &s->of[kind];
    uint64_t digest = address_digest(record->ends.outside);
    uint64_t of_net = address_digest(address_site(record->ends.outside));
    (void)distinct_add(d->ends, ENDS_BITS, digest >> 1);
    (void)distinct_add(d->nets, NETS_BITS, of_net >> 1);
    if (d->calls == 0 || flow->first.us < d->first.us)
        d->first = flow->first;
    if (d->calls == 0 || flow->last.us > d->last.us)
        d->last = flow->last;
    d->calls++;
    d->vain += !flow->answered;
    if (d->least == 0 || digest < d->least) {
        d->least = digest;
        d->number = record->number;
    }
}

/* Whether that many were called; mail is delivered, a search fails. */
static bool holds(const struct searched *d, enum kind kind, const struct host *host)
{
    if (d->calls < kinds[kind].least || distinct_count(d->ends, ENDS_BITS) < kinds[kind].least)
        return false;
    if (kind == KIND_MAIL)
        return !host_is_mail_gateway(host);
    return d->vain >= VAIN_LEAST * d->calls;
}

/* What the host did, at the end that tells of it. */
static void tell_host(const struct searched *d, enum kind kind, struct evidence_out *out)
{
    char first[INSTANT_TEXT], last[INSTANT_TEXT];
    double ends = distinct_count(d->ends, ENDS_BITS), nets = distinct_count(d->nets, NETS_BITS);
    struct evidence e = {.group = GROUP_SPREAD,
                         .flags = EVIDENCE_OF_HOST,
                         .number = d->number,
                         .known_from = {DAY_NONE}};
    trait_set(&e.traits, kinds[kind].base, true);
    trait_set(&e.traits, TRAIT_spread_wide, kind != KIND_MAIL && nets >= NETS_WIDE);
    trait_set(&e.traits, TRAIT_spread_many, kind != KIND_MAIL && ends >= ENDS_MANY);
    e.strength = traits_strength(&e.traits);
    e.item = evidence_text(out, "%s", kinds[kind].item);
    e.why =
        evidence_text(out,
                      "the host called about %.0f outside addresses in about %.0f networks (/16) "
                      "on %s from %s to %s UTC, %u of %u calls in vain",
                      ends, nets, kinds[kind].what, instant_format_short(d->first, first),
                      instant_format_short(d->last, last), d->vain, d->calls);
    evidence_add(out, &e);
}

/* Another conversation of a host that searches. */
static void tell_pair(enum kind kind, struct evidence_out *out)
{
    struct evidence e = {.group = GROUP_SPREAD, .known_from = {DAY_NONE}};
    trait_set(&e.traits, TRAIT_spread_beside, true);
    e.strength = traits_strength(&e.traits);
    e.item = evidence_text(out, "beside a %s", kinds[kind].item);
    e.why = evidence_text(out, "the host called many outside addresses on %s that day",
                          kinds[kind].what);
    evidence_add(out, &e);
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct spread *s = detect->host_state;
    const struct pair *p = detect->pair;
    if (p->flags & (PAIR_OUTSIDE_HOME | PAIR_POPULAR) || !(p->flags & PAIR_OPENED_HOST))
        return;
    for (unsigned kind = 0; kind < KINDS; kind++) {
        const struct searched *d = &s->of[kind];
        if (d->calls == 0 || !holds(d, kind, detect->host))
            continue;
        bool by_name = p->flags & PAIR_BY_NAME;
        if (!by_name && address_digest(p->outside) == d->least) {
            tell_host(d, kind, out);
        } else if ((p->flags & PAIR_ANSWERED) && !by_name && kind != KIND_MAIL &&
                   kind_of(p->port.number) < 0) {
            tell_pair(kind, out);
            return;
        }
    }
}

const struct detector detector_spread = {
    .name = "spread",
    .about = "hosts that search the Internet for others to break into, or send mail for others",
    .version = 2,
    .records = RECORD_FLOW,
    .host_bytes = (sizeof(struct spread) + 7) / 8 * 8,
    .record = record,
    .close = close,
};
