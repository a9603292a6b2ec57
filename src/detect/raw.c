/*
 * A protocol of its own: TCP conversations whose content is nothing known, to an address without a
 * name, on a port of its own. Remote-access tools talk so. Games, file sharing, calls and remote
 * support do as well; what tells them apart is
 *  - a registration: the host presents itself with its system, user and machine name between
 *    separators, which only something that collects hosts needs;
 *  - frames: both sides put a length before each message (RFC-less, but a parser can check it);
 *  - a host that speaks so to very few ends, again and again or all day.
 * Without a registration the strength stays well under the line: rhythm or a listing must join.
 */
#include "detect/detect.h"
#include "record/packet.h"

#include <math.h>

enum { MANY_ENDS = 6, FRAMES_LEAST = 3, SEPARATORS_LEAST = 4, SEPARATORS_EACH = 64, KEPT = 64 };
#define LONG_US (INT64_C(300) * SECOND_US)
#define FRAME_BYTES_MAX UINT32_C(0x200000)

struct raw {
    uint64_t number;
    uint32_t talks, framed;
    uint16_t port;
    bool registers, not_web; /* not_web: on a port where TLS or HTTP should be */
    uint8_t line_len;
    char line[KEPT];
    int64_t longest_us;
    uint64_t sent, got;
};

struct raw_host {
    uint64_t ends; /* outside ends that it spoke unknown protocols with */
};

static const char *const systems[] = {
    "Windows 7", "Windows 8",  "Windows 10", "Windows 11", "Windows XP", "Windows Vista",
    "Windows S", "Win 7",      "Win 10",     "Win 11",     "Win7",       "Win8",
    "Win10",     "Win11",      "WinXP",      "Win XP",     "WIN_7",      "WIN_10",
    "Ubuntu ",   "Debian GNU", "Linux ",     "Android ",   "armv7l",     "mipsel",
};

static bool holds(struct text text, const char *what)
{
    return text.len && memmem(text.at, text.len, what, strlen(what)) != NULL;
}

/* A system's name among fields: the same separator again and again. */
static bool text_registers(struct text said)
{
    bool system = false;
    for (size_t i = 0; i < sizeof systems / sizeof *systems && !system; i++)
        system = holds(said, systems[i]);
    if (!system)
        return false;
    static const char separators[] = "|;#~^*\t";
    for (const char *s = separators; *s; s++) {
        unsigned found = 0;
        for (uint32_t i = 0; i < said.len && found < SEPARATORS_EACH; i++)
            found += said.at[i] == *s;
        if (found >= SEPARATORS_LEAST)
            return true;
    }
    return false;
}

/* Messages behind a 4-byte length: how many follow one another as the lengths say. */
static unsigned frames(struct text said, bool little, uint32_t counts_itself)
{
    unsigned found = 0;
    uint32_t at = 0;
    while (at + 4 <= said.len) {
        const uint8_t *b = (const uint8_t *)said.at + at;
        uint32_t len = little ? (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
                                    (uint32_t)b[3] << 24
                              : (uint32_t)b[3] | (uint32_t)b[2] << 8 | (uint32_t)b[1] << 16 |
                                    (uint32_t)b[0] << 24;
        if (len <= counts_itself || len > FRAME_BYTES_MAX)
            return 0;
        found++;
        uint32_t step = len - counts_itself + 4;
        if (step > said.len - at) /* goes on behind what was kept, or was sent so */
            return found;
        at += step;
    }
    return at == said.len ? found : 0;
}

/* Both sides put lengths before their messages in the same manner. */
static bool talk_is_framed(const struct talk_record *talk)
{
    static const uint32_t counts_itself[] = {0, 4};
    for (int little = 0; little <= 1; little++)
        for (int i = 0; i < 2; i++) {
            unsigned out = frames(talk->out, little, counts_itself[i]);
            unsigned in = frames(talk->in, little, counts_itself[i]);
            if (out && in && out + in >= FRAMES_LEAST)
                return true;
        }
    return false;
}

/* A log tells of an unknown protocol without its words; a capture has them (`talked`). */
static void unknown(struct raw *r, struct raw_host *h, const struct record *record)
{
    if (r->number == 0 || record->number < r->number)
        r->number = record->number;
    r->port = record->ends.outside_port.number;
    r->not_web |= r->port == 443 || r->port == 80 || r->port == 8080;
    h->ends += r->talks++ == 0;
}

static void talked(struct raw *r, struct raw_host *h, const struct record *record)
{
    const struct talk_record *talk = record->talk;
    bool registers = talk->out.len && text_registers(talk->out);
    if (talk->app != NULL || talk->out.len == 0 || !(talk->begun || registers))
        return; /* from the middle of a conversation everything is unknown */
    unknown(r, h, record);
    r->framed += talk_is_framed(talk);
    if (!r->registers && registers) {
        r->registers = true;
        for (uint32_t i = 0; i < talk->out.len && r->line_len < KEPT; i++)
            if (talk->out.at[i] >= ' ' && talk->out.at[i] <= '~')
                r->line[r->line_len++] = talk->out.at[i];
    }
}

static void record(const struct detect *detect, const struct record *record)
{
    struct raw *r = detect->pair_state;
    if (!record->ends.host_opened || record->ends.outside_home ||
        record->ends.protocol != PROTOCOL_TCP)
        return;
    if (record->kind == RECORD_TALK) {
        talked(r, detect->host_state, record);
        return;
    }
    const struct flow_record *f = record->flow;
    if (f->unknown && f->begun)
        unknown(r, detect->host_state, record);
    if (f->app != NULL || !f->answered || r->talks == 0) /* its talk came before its end */
        return;
    int64_t lasted_us = f->last.us - f->first.us;
    if (lasted_us > r->longest_us)
        r->longest_us = lasted_us;
    r->sent += f->payload_out;
    r->got += f->payload_in;
}

#define STRENGTH_MOST 9.4

static struct traits traits_of(const struct raw *r, const struct raw_host *h,
                               const struct pair *pair)
{
    struct traits t = {{0}};
    trait_set(&t, TRAIT_raw_unknown, true);
    trait_set(&t, TRAIT_raw_registers, r->registers);
    trait_set(&t, TRAIT_raw_bare, pair->name.at == NULL);
    trait_set(&t, TRAIT_raw_high_port, r->port >= 1024 || r->not_web);
    trait_set(&t, TRAIT_raw_framed, r->framed);
    trait_set(&t, TRAIT_raw_again, r->talks >= 3);
    trait_set(&t, TRAIT_raw_long, r->longest_us >= LONG_US);
    trait_set(&t, TRAIT_raw_uploads, r->sent > 4 * r->got && r->sent > 20000);
    trait_set(&t, TRAIT_raw_many_ends, h->ends > MANY_ENDS);
    return t;
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct raw *r = detect->pair_state;
    const struct raw_host *h = detect->host_state;
    const struct pair *pair = detect->pair;
    if (r->talks == 0 || !(pair->flags & PAIR_ANSWERED) || (pair->flags & PAIR_POPULAR))
        return;
    struct traits traits = traits_of(r, h, pair);
    double strength = fmin(STRENGTH_MOST, traits_strength(&traits));
    if (strength < EVIDENCE_LEAST)
        return;
    struct evidence e = {.group = GROUP_SHAPE,
                         .strength = strength,
                         .traits = traits,
                         .number = r->number,
                         .known_from = {DAY_NONE}};
    e.item = evidence_text(out, "unknown protocol, port %u", r->port);
    e.why = evidence_text(
        out,
        "%u conversation%s of no known protocol with %s on port %u, the longest %lld s, %llu bytes "
        "sent, %llu received%s%s%s%.*s%s",
        r->talks, r->talks == 1 ? "" : "s", pair->name.at ? "a name" : "a bare address", r->port,
        (long long)(r->longest_us / SECOND_US), (unsigned long long)r->sent,
        (unsigned long long)r->got, r->framed ? ", a length before each message" : "",
        r->not_web ? ", where TLS or HTTP belongs" : "",
        r->registers ? "; the host presents itself: \"" : "", r->line_len, r->line,
        r->registers ? "\"" : "");
    evidence_add(out, &e);
}

const struct detector detector_raw = {
    .name = "raw",
    .about = "protocols of their own: registrations, framed chatter with bare addresses",
    .version = 2,
    .records = RECORD_TALK | RECORD_FLOW,
    .pair_bytes = (sizeof(struct raw) + 7) / 8 * 8,
    .host_bytes = (sizeof(struct raw_host) + 7) / 8 * 8,
    .record = record,
    .close = close,
};
