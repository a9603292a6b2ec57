/*
 * Data that leaves: a host sends an outside end far more than it gets from it, and far more than it
 * sent all others together that day. People fetch; programs that send much (backups, calls, shared
 * files) send to services that have a popular name, or that many hosts use, which `prevalence`
 * tells when days are judged together. What was sent is told by the application: to an address
 * without a name, in a protocol nobody knows or in clear by FTP, it is odder.
 *
 * Alone it is never a finding, for backups look the same; beside a beat or a listing it says what
 * was done. Volume against habit: Marchetti et al., Analysis of high volumes of network traffic for
 * Advanced Persistent Threat detection (Computer Networks 109, 2016).
 *
 * Not seen: slow leaks, and uploads to services that everybody uses.
 */
#include "detect/detect.h"

#include "record/packet.h"
#include "record/regular.h"

enum { KNOB_LEAST };
enum { RATIO_LEAST = 10, HABIT_TIMES = 5, MUCH_MEGA = 50 };
#define MEGA 1e6

static const struct knob knobs[] = {
    [KNOB_LEAST] = {"least", "MB", "sent to one end in a day, below which nothing is said", 1,
                    0.001, 1e9},
    {.name = NULL},
};

struct exfil {
    uint64_t number; /* the record that sent most */
    uint64_t most;
};

struct exfil_host {
    uint64_t sent; /* bytes of IP packets to all outside ends */
    uint64_t told; /* conversations of whose protocol the source says something */
};

static void record(const struct detect *detect, const struct record *record)
{
    struct exfil *x = detect->pair_state;
    struct exfil_host *h = detect->host_state;
    const struct flow_record *flow = record->flow;
    if (record->ends.outside_home)
        return;
    h->sent += flow->bytes_out;
    h->told += flow->app != NULL || flow->unknown;
    if (flow->bytes_out > x->most || (flow->bytes_out == x->most && record->number < x->number)) {
        x->most = flow->bytes_out;
        x->number = record->number;
    }
}

/* Flow export tells no protocols: there, none is odd. */
static bool in_clear(const struct pair *p, const struct exfil_host *h)
{
    return p->app == NULL ? h->told > 0 : strcmp(p->app, "ftp") == 0 || strcmp(p->app, "http") == 0;
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct exfil *x = detect->pair_state;
    const struct exfil_host *h = detect->host_state;
    const struct pair *p = detect->pair;
    if (p->flags & (PAIR_OUTSIDE_HOME | PAIR_POPULAR | PAIR_BY_NAME | PAIR_IMPLANT) ||
        !(p->flags & PAIR_OPENED_HOST) || !(p->flags & PAIR_ANSWERED))
        return;
    uint64_t others = h->sent > p->bytes_out ? h->sent - p->bytes_out : 0;
    if ((double)p->bytes_out < detect->knob[KNOB_LEAST] * MEGA ||
        p->bytes_out < RATIO_LEAST * p->bytes_in ||
        regular_service(p->app, p->protocol, p->port.number) != NULL)
        return;
    struct evidence e = {.group = GROUP_VOLUME, .number = x->number, .known_from = {DAY_NONE}};
    trait_set(&e.traits, TRAIT_exfil_upload, true);
    trait_set(&e.traits, TRAIT_exfil_much, (double)p->bytes_out >= MUCH_MEGA * MEGA);
    trait_set(&e.traits, TRAIT_exfil_bare, p->name.at == NULL);
    trait_set(&e.traits, TRAIT_exfil_habit, p->bytes_out > HABIT_TIMES * others);
    trait_set(&e.traits, TRAIT_exfil_clear, in_clear(p, h));
    e.strength = traits_strength(&e.traits);
    if (e.strength < EVIDENCE_LEAST)
        return;
    e.item = evidence_text(out, "%.0f MB sent", (double)p->bytes_out / MEGA);
    e.why =
        evidence_text(out,
                      "the host sent %.1f MB (most on port %u, %s) and got %.1f MB; to all other "
                      "outside ends together it sent %.1f MB that day",
                      (double)p->bytes_out / MEGA, p->port.number,
                      p->app    ? p->app
                      : h->told ? "no known protocol"
                                : "its protocol is not told",
                      (double)p->bytes_in / MEGA, (double)others / MEGA);
    evidence_add(out, &e);
}

const struct detector detector_exfil = {
    .name = "exfil",
    .about = "uploads far beyond what the host sends and gets otherwise",
    .version = 1,
    .records = RECORD_FLOW,
    .pair_bytes = (sizeof(struct exfil) + 7) / 8 * 8,
    .host_bytes = (sizeof(struct exfil_host) + 7) / 8 * 8,
    .knobs = knobs,
    .record = record,
    .close = close,
};
