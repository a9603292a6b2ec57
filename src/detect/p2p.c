/*
 * A network of peers: controlled hosts that pass orders on among themselves, with no server to
 * find. A host calls addresses all over the Internet that no name led it to, on ports that stand
 * for nothing, in a protocol that is not known, with messages of one size, and many of them are
 * gone, for the list of peers it holds is of other people's machines. File sharing, games and
 * currencies have the same peers, but carry loads of data or speak protocols that are known; who is
 * seen to speak one of those that day is taken to have its other peers from it.
 *
 * It is about the host, not about a peer: no peer commands it. It stands once, at the peer of the
 * smallest digest (whatever the order), flagged as the host's own. By itself it stays under the
 * line: a program of peers that nobody here knows looks the same. What the host also does (a
 * search, a beat) must join.
 *
 * Failing calls, churn and message sizes as marks: Zhang et al., Detecting Stealthy P2P Botnets
 * (DSN 2011); Rahbarinia et al., PeerRush (DIMVA 2013).
 *
 * Not seen: peers called on ports of known services, and networks of a few peers a day.
 */
#include "detect/detect.h"

#include "base/distinct.h"
#include "detect/ends.h"
#include "record/packet.h"
#include "record/regular.h"

enum { ENDS_BITS = 1024, NETS_BITS = 512, SIZES = 32, SIZE_STEP = 16, HIGH_PORT = 1024 };
enum { ENDS_LEAST = 20, NETS_LEAST = 15, ENDS_MANY = 150, CALLERS_LEAST = 5, HOURS_MANY = 6 };
#define VAIN_LEAST 0.3     /* of the calls: what a list of other people's machines loses */
#define EVEN_LEAST 0.6     /* of the calls, that have the most frequent size */
#define KNOWN_LEAST 0.05   /* conversations in known peer protocols, of all with peers */
#define LOAD_BYTES 10000.0 /* a peer: files, not orders */

static const char *const programs[] = {"bittorrent", "bittorrent-dht", "gnutella",
                                       "bitcoin",    "game",           "stun"};

struct p2p {
    struct peers {
        uint64_t ends[ENDS_BITS / 64], nets[NETS_BITS / 64], callers[NETS_BITS / 64];
        uint64_t least; /* digest of the peer that tells of them; 0 = none yet */
        uint64_t number;
        uint64_t bytes; /* payload, both ways */
        uint32_t calls, vain, hours;
        uint32_t size[SIZES]; /* calls by the mean payload of a packet sent */
        struct instant first, last;
    } udp, tcp;
    uint32_t known; /* conversations in protocols of known programs of peers */
    uint32_t told;  /* of whose protocol the source says something; flow export never does */
};

static bool is_program(const char *app)
{
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        if (strcmp(app, programs[i]) == 0)
            return true;
    return false;
}

static void called(struct peers *d, const struct record *record)
{
    const struct flow_record *flow = record->flow;
    uint64_t digest = address_digest(record->ends.outside);
    uint64_t size =
        flow->packets_out ? (flow->payload_out / flow->packets_out + SIZE_STEP - 1) / SIZE_STEP : 0;
    (void)distinct_add(d->ends, ENDS_BITS, digest >> 1);
    (void)distinct_add(d->nets, NETS_BITS, address_digest(address_site(record->ends.outside)) >> 1);
    if (d->calls == 0 || flow->first.us < d->first.us)
        d->first = flow->first;
    if (d->calls == 0 || flow->last.us > d->last.us)
        d->last = flow->last;
    d->calls++;
    d->vain += !flow->answered;
    d->bytes += flow->payload_out + flow->payload_in;
    d->hours |= 1u << (uint32_t)(flow->first.us / (3600 * SECOND_US) % 24);
    d->size[size < SIZES ? size : SIZES - 1]++;
    if (d->least == 0 || digest < d->least) {
        d->least = digest;
        d->number = record->number;
    }
}

static void record(const struct detect *detect, const struct record *record)
{
    struct p2p *s = detect->host_state;
    const struct flow_record *flow = record->flow;
    bool tcp = record->ends.protocol == PROTOCOL_TCP;
    if (record->ends.outside_home || flow->cut || !flow->begun ||
        (!tcp && record->ends.protocol != PROTOCOL_UDP))
        return;
    s->told += flow->app != NULL || flow->unknown;
    if (flow->app != NULL) {
        s->known += is_program(flow->app);
        return;
    }
    struct peers *d = tcp ? &s->tcp : &s->udp;
    uint16_t port = record->ends.outside_port.number;
    if (!record->ends.host_opened) {
        if (flow->answered && record->ends.host_port.number >= HIGH_PORT)
            (void)distinct_add(d->callers, NETS_BITS, address_digest(record->ends.outside) >> 1);
        return;
    }
    if (port >= HIGH_PORT && detect->pair->name.at == NULL &&
        regular_service(NULL, record->ends.protocol, port) == NULL)
        called(d, record);
}

static double evenness(const struct peers *d)
{
    uint32_t most = 0;
    for (unsigned i = 1; i < SIZES; i++) /* 0: said nothing at all */
        most = d->size[i] > most ? d->size[i] : most;
    return (double)most / d->calls;
}

static bool holds(const struct peers *d)
{
    return d->calls >= ENDS_LEAST && distinct_count(d->ends, ENDS_BITS) >= ENDS_LEAST &&
           distinct_count(d->nets, NETS_BITS) >= NETS_LEAST;
}

static void tell(const struct peers *d, const struct p2p *s, const char *transport,
                 struct evidence_out *out)
{
    char first[INSTANT_TEXT], last[INSTANT_TEXT];
    double ends = distinct_count(d->ends, ENDS_BITS);
    double callers = distinct_count(d->callers, NETS_BITS);
    struct evidence e = {.group = GROUP_SHAPE,
                         .flags = EVIDENCE_OF_HOST,
                         .number = d->number,
                         .known_from = {DAY_NONE}};
    trait_set(&e.traits, TRAIT_p2p_peers, true);
    trait_set(&e.traits, TRAIT_p2p_vain, d->vain >= VAIN_LEAST * d->calls);
    trait_set(&e.traits, TRAIT_p2p_many, ends >= ENDS_MANY);
    trait_set(&e.traits, TRAIT_p2p_even, evenness(d) >= EVEN_LEAST);
    trait_set(&e.traits, TRAIT_p2p_callers, callers >= CALLERS_LEAST);
    trait_set(&e.traits, TRAIT_p2p_hours, __builtin_popcount(d->hours) >= HOURS_MANY);
    trait_set(&e.traits, TRAIT_p2p_load, (double)d->bytes > LOAD_BYTES * ends);
    trait_set(&e.traits, TRAIT_p2p_known, s->known > KNOWN_LEAST * d->calls);
    trait_set(&e.traits, TRAIT_p2p_blind, s->told == 0);
    e.strength = traits_strength(&e.traits);
    if (e.strength < EVIDENCE_LEAST)
        return;
    e.item = evidence_text(out, "peers, %s", transport);
    e.why = evidence_text(
        out,
        "the host called about %.0f addresses without a name in about %.0f networks (/16) on high "
        "ports by %s from %s to %s UTC, in %s, %u of %u calls in vain, %.0f %% with "
        "messages of one size, %.1f kB a peer; about %.0f called it",
        ends, distinct_count(d->nets, NETS_BITS), transport, instant_format_short(d->first, first),
        instant_format_short(d->last, last),
        s->told ? "no known protocol" : "a protocol that is not told", d->vain, d->calls,
        100 * evenness(d), (double)d->bytes / ends / 1000, callers);
    evidence_add(out, &e);
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct p2p *s = detect->host_state;
    const struct pair *p = detect->pair;
    if (p->flags & (PAIR_OUTSIDE_HOME | PAIR_POPULAR | PAIR_BY_NAME))
        return;
    uint64_t digest = address_digest(p->outside);
    if (digest == s->udp.least && holds(&s->udp))
        tell(&s->udp, s, "UDP", out);
    if (digest == s->tcp.least && holds(&s->tcp))
        tell(&s->tcp, s, "TCP", out);
}

const struct detector detector_p2p = {
    .name = "p2p",
    .about = "hosts with many peers in a protocol of their own",
    .version = 1,
    .records = RECORD_FLOW,
    .host_bytes = (sizeof(struct p2p) + 7) / 8 * 8,
    .record = record,
    .close = close,
};
