/*
 * TLS that hides from nobody in particular: no server name, to a bare address that no name resolved
 * to, with a certificate nobody else vouches for, on a port of its own. Each of these is ordinary
 * alone (appliances, peer-to-peer software, remote support); together, repeated, and towards
 * several unrelated addresses from one host they are how controllers without a domain are reached.
 *
 * With a name, only a certificate that its server made itself is odd: who has a name gets a signed
 * one for nothing.
 *
 * TLS 1.3 hides certificates: there only the missing name, the port and the repetition are seen,
 * and the strength stays under the line.
 */
#include "detect/detect.h"
#include "record/packet.h"

#include <math.h>
#include <stdio.h>

enum { PORTS_USUAL = 12, SILENT_ENDS = 3 };
static const uint16_t usual_port[PORTS_USUAL] = {443, 465, 563, 587, 636,  853,
                                                 989, 990, 993, 995, 5223, 8443};

struct tls_pair {
    uint32_t handshakes, nameless;
    uint32_t silent; /* hellos without a name that no server answered */
    uint16_t port;
    bool odd_port, self_signed, no_host_name, odd_validity, certificate, fillers;
    uint64_t number;
    char subject[72];
    uint32_t subject_len;
};

struct tls_host {
    uint32_t ends;        /* outside addresses with a nameless, self-signed TLS server */
    uint32_t silent_ends; /* outside addresses that left a nameless hello unanswered */
};

static bool port_is_usual(uint16_t port)
{
    for (int i = 0; i < PORTS_USUAL; i++)
        if (usual_port[i] == port)
            return true;
    return false;
}

/* Makers of certificates use round terms: 90 days, one to three years, ten years, and the like. */
static bool validity_is_odd(const struct certificate *c)
{
    if (!instant_known(c->not_before) || !instant_known(c->not_after))
        return false;
    double days = (double)(c->not_after.us - c->not_before.us) / (double)DAY_US;
    static const double usual_days[] = {30,  60,  90,   180,  365,  366,  397,  398,  730,
                                        731, 825, 1095, 1096, 1825, 1826, 3650, 3652, 3653};
    for (size_t i = 0; i < sizeof usual_days / sizeof *usual_days; i++)
        if (fabs(days - usual_days[i]) <= 1.01)
            return false;
    return true;
}

/* What OpenSSL's and others' tools put in when nobody answers their questions: who runs a service
 * answers, who makes a hundred servers by script does not. */
static bool is_unanswered(struct text subject)
{
    static const char *const fillers[] = {"Internet Widgits Pty Ltd", "Some-State", "Some Company",
                                          "Default City", "Default Company Ltd"};
    for (size_t i = 0; i < sizeof fillers / sizeof fillers[0]; i++)
        if (subject.len && memmem(subject.at, subject.len, fillers[i], strlen(fillers[i])) != NULL)
            return true;
    return false;
}

static void look_at_certificate(struct tls_pair *t, const struct certificate *c)
{
    t->certificate = true;
    t->self_signed |= c->self_signed;
    t->odd_validity |= validity_is_odd(c);
    t->fillers |= is_unanswered(c->subject) || is_unanswered(c->issuer);
    bool named = c->subject_name.at && memchr(c->subject_name.at, '.', c->subject_name.len);
    t->no_host_name |= !named && !c->name_unknown;
    if (t->subject_len == 0 && c->subject.at) {
        t->subject_len = c->subject.len < sizeof t->subject ? c->subject.len : sizeof t->subject;
        memcpy(t->subject, c->subject.at, t->subject_len);
    }
}

/* Malware that carries a list of controllers tries one after the other: most are gone, or are
 * somebody else's by now. */
static void unanswered(struct tls_pair *t, struct tls_host *h, const struct record *record)
{
    /* of QUIC a log, or a capture cut short, tells the hello alone where a server did answer */
    if (record->tls->server_name.len || record->ends.protocol == PROTOCOL_UDP)
        return;
    if (t->silent++ == 0)
        h->silent_ends++;
    if (t->number == 0)
        t->number = record->number;
    t->port = record->ends.outside_port.number;
}

static void record(const struct detect *detect, const struct record *record)
{
    struct tls_pair *t = detect->pair_state;
    struct tls_host *h = detect->host_state;
    const struct tls_record *tls = record->tls;
    if (!record->ends.host_opened || record->ends.outside_home || !tls->client)
        return;
    if (!tls->server) {
        unanswered(t, h, record);
        return;
    }
    bool counted = t->nameless && t->self_signed;
    t->handshakes++;
    t->nameless += tls->server_name.len == 0;
    t->port = record->ends.outside_port.number;
    t->odd_port |= !port_is_usual(t->port);
    if (t->number == 0)
        t->number = record->number;
    if (tls->certificate_seen)
        look_at_certificate(t, &tls->certificate);
    if (!counted && t->nameless && t->self_signed)
        h->ends++;
}

/* Shape alone never confirms. */
#define STRENGTH_MOST 9.4

/* A bare address: what is odd about the handshakes adds up. */
static struct traits bare_traits(const struct tls_pair *t, const struct tls_host *h)
{
    struct traits traits = {{0}};
    trait_set(&traits, TRAIT_tls_bare, t->handshakes > 0);
    trait_set(&traits, TRAIT_tls_silent, t->silent && t->handshakes == 0);
    trait_set(&traits, TRAIT_tls_silent_ends,
              t->silent && t->handshakes == 0 && h->silent_ends >= SILENT_ENDS);
    trait_set(&traits, TRAIT_tls_bare_self_signed, t->self_signed);
    trait_set(&traits, TRAIT_tls_bare_no_host_name, t->certificate && t->no_host_name);
    trait_set(&traits, TRAIT_tls_bare_odd_validity, t->odd_validity && t->self_signed);
    trait_set(&traits, TRAIT_tls_bare_fillers, t->fillers);
    trait_set(&traits, TRAIT_tls_bare_odd_port, t->odd_port);
    trait_set(&traits, TRAIT_tls_bare_again, t->handshakes >= 3);
    trait_set(&traits, TRAIT_tls_bare_ends_two, t->self_signed && h->ends == 2);
    trait_set(&traits, TRAIT_tls_bare_ends_more, t->self_signed && h->ends > 2);
    return traits;
}

static struct traits named_traits(const struct tls_pair *t)
{
    struct traits traits = {{0}};
    if (!t->self_signed && !t->fillers)
        return traits;
    trait_set(&traits, TRAIT_tls_self_signed, t->self_signed);
    trait_set(&traits, TRAIT_tls_fillers, t->fillers);
    trait_set(&traits, TRAIT_tls_no_host_name, t->no_host_name);
    trait_set(&traits, TRAIT_tls_odd_validity, t->odd_validity);
    trait_set(&traits, TRAIT_tls_odd_port, t->odd_port);
    return traits;
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct tls_pair *t = detect->pair_state;
    const struct tls_host *h = detect->host_state;
    bool named = t->nameless < t->handshakes || detect->pair->name.at != NULL;
    if (t->handshakes + t->silent == 0 || (detect->pair->flags & PAIR_POPULAR))
        return;
    struct traits traits = named ? named_traits(t) : bare_traits(t, h);
    double strength = fmin(STRENGTH_MOST, traits_strength(&traits));
    if (strength < EVIDENCE_LEAST)
        return;
    struct evidence e = {.group = GROUP_SHAPE,
                         .strength = strength,
                         .traits = traits,
                         .number = t->number,
                         .known_from = {DAY_NONE}};
    e.item = evidence_text(out, "tls %s, port %u",
                           !named           ? "without a name"
                           : t->self_signed ? "self-signed"
                                            : "odd certificate",
                           t->port);
    char ends[64] = "";
    if (!named)
        (void)snprintf(ends, sizeof ends, "; %u address%s of this sort called by the host", h->ends,
                       h->ends == 1 ? "" : "es");
    if (t->handshakes == 0) {
        e.item = evidence_text(out, "tls unanswered, port %u", t->port);
        e.why = evidence_text(out,
                              "%u TLS hello%s without a server name to a bare address left "
                              "unanswered; so did %u address%s that the host called that day",
                              t->silent, t->silent == 1 ? "" : "s", h->silent_ends,
                              h->silent_ends == 1 ? "" : "es");
        evidence_add(out, &e);
        return;
    }
    e.why = evidence_text(
        out, "%u TLS handshake%s %s%s%s%.*s%s%s", t->handshakes, t->handshakes == 1 ? "" : "s",
        named ? "with a name" : "without a server name to a bare address",
        t->odd_port ? " on an unusual port" : "",
        t->self_signed   ? ", certificate self-signed ("
        : t->certificate ? ", certificate ("
                         : "",
        (int)t->subject_len, t->subject,
        t->certificate ? (t->odd_validity ? ", odd term of validity)" : ")") : "", ends);
    evidence_add(out, &e);
}

const struct detector detector_tls = {
    .name = "tls",
    .about = "TLS without names: bare addresses, self-made certificates, ports of their own",
    .version = 3,
    .records = RECORD_TLS,
    .pair_bytes = (sizeof(struct tls_pair) + 7) / 8 * 8,
    .host_bytes = (sizeof(struct tls_host) + 7) / 8 * 8,
    .record = record,
    .close = close,
};
