/*
 * Flows as Argus's `ra` prints them, and the CTU datasets' .binetflow files: a header of column
 * names, then a flow a line, separated by tabs, commas or semicolons. Two-way flows. A tool that
 * kept such a file may have added a label column: no part of this program reads it.
 *
 * State (ra(1), -Z b) is "A_B", the TCP flags of the initiator and of the other end: F S R P A U E
 * C; or without -Z a word: REQ, ACC, EST, CON, CLO, TIM, RST; or with -z letters of what happened,
 * "sSEfC". Of other protocols a word: CON (both ways), INT or REQ (one way), URP (a port was
 * unreachable). Dir says who opened a TCP connection, and of other protocols who sent: "->" the
 * source, "<-" the other end, "<->" both. Its middle may be "|" (reset), "o" (timed out) or "?"
 * (Argus did not see the beginning). Times have no zone: taken as UTC.
 *
 * Argus reports a long conversation in parts, one each status interval. A part that goes on where
 * the last one of the same ends stopped is no new call.
 */
#include "source/fields.h"
#include "source/log.h"

#include <string.h>
#include <xxhash.h>

/* The columns used; the second word of a name is what newer versions of ra call it. */
#define ARGUS_COLUMNS(X)                                                                           \
    X(START, "StartTime stime")                                                                    \
    X(DURATION, "Dur")                                                                             \
    X(PROTO, "Proto")                                                                              \
    X(SOURCE, "SrcAddr saddr")                                                                     \
    X(SOURCE_PORT, "Sport")                                                                        \
    X(DIR, "Dir")                                                                                  \
    X(TARGET, "DstAddr daddr")                                                                     \
    X(TARGET_PORT, "Dport")                                                                        \
    X(STATE, "State")                                                                              \
    X(PACKETS, "TotPkts pkts")                                                                     \
    X(BYTES, "TotBytes bytes")                                                                     \
    X(SOURCE_PACKETS, "SrcPkts spkts")                                                             \
    X(SOURCE_BYTES, "SrcBytes sbytes")

enum column {
#define X(name, names) COLUMN_##name,
    ARGUS_COLUMNS(X)
#undef X
        COLUMNS
};

static const char *const column_names[COLUMNS] = {
#define X(name, names) names,
    ARGUS_COLUMNS(X)
#undef X
};

enum {
    FIELDS = 64,
    TCP_HEADERS = 40,  /* bytes of IP and TCP headers without options */
    PARTS_KEPT = 8192, /* conversations whose next part is known for one; a newer takes the place */
};
/* Between two parts; Argus itself forgets a conversation after 60 s of silence or less. */
#define PART_GAP_US (90 * SECOND_US)

struct argus {
    bool started;
    char delimiter;
    int8_t place[COLUMNS]; /* of a column among the fields; -1: not there */
    struct {
        uint64_t ends; /* hash of the 5-tuple; 0 = none */
        struct instant last;
    } part[PARTS_KEPT];
};

static char delimiter_of(struct text line)
{
    for (uint32_t i = 0; i < line.len; i++)
        if (line.at[i] == '\t' || line.at[i] == ',' || line.at[i] == ';')
            return line.at[i];
    return '\0';
}

/* Whether the line names the columns that no flow can do without; their places. */
static bool header_read(struct text line, char delimiter, int8_t place[COLUMNS])
{
    struct text field[FIELDS];
    if (delimiter == '\0')
        return false;
    unsigned fields = fields_cut(line, delimiter, field, FIELDS);
    for (unsigned i = 0; i < fields; i++)
        field[i] = field_trim(field[i]);
    for (unsigned c = 0; c < COLUMNS; c++)
        place[c] = (int8_t)fields_find(field, fields, column_names[c]);
    return place[COLUMN_START] >= 0 && place[COLUMN_PROTO] >= 0 && place[COLUMN_SOURCE] >= 0 &&
           place[COLUMN_TARGET] >= 0 && place[COLUMN_STATE] >= 0;
}

static bool argus_knows(const uint8_t *start, size_t len)
{
    struct text rest = text_at(start, len), line;
    int8_t place[COLUMNS];
    return text_line(&rest, &line) && header_read(line, delimiter_of(line), place);
}

/* "2013/10/21 13:22:59.340835", or seconds since 1970 ("ra -u"). */
static bool time_read(struct text text, struct instant *ret)
{
    char iso[32];
    if (text.len >= 19 && text.len < sizeof iso && text.at[4] == '/') {
        memcpy(iso, text.at, text.len);
        iso[4] = iso[7] = '-';
        return instant_parse(text_at(iso, text.len), ret);
    }
    if (text.len > 4 && text.at[4] == '-')
        return instant_parse(text, ret);
    return field_seconds(text, &ret->us);
}

static uint8_t protocol_of(struct text name)
{
    static const struct {
        const char *name;
        uint8_t number;
    } known[] = {{"tcp", PROTOCOL_TCP},         {"udp", PROTOCOL_UDP},     {"icmp", PROTOCOL_ICMP},
                 {"ipv6-icmp", PROTOCOL_ICMP6}, {"icmp6", PROTOCOL_ICMP6}, {"rtp", PROTOCOL_UDP},
                 {"rtcp", PROTOCOL_UDP},        {"udt", PROTOCOL_UDP},     {"6", PROTOCOL_TCP},
                 {"17", PROTOCOL_UDP},          {"1", PROTOCOL_ICMP},      {"58", PROTOCOL_ICMP6}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (text_is(name, known[i].name))
            return known[i].number;
    return 0;
}

/* Ports are decimal or hexadecimal (of ICMP: type and code). */
static struct port port_of(struct text text)
{
    struct port port = {0};
    unsigned n = 0;
    if (!text_starts(text, "0x"))
        return field_port(text, &port) ? port : (struct port){0};
    for (uint32_t i = 2; i < text.len && i < 6; i++) {
        char c = ascii_lower(text.at[i]);
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                                : 16;
        if (digit == 16)
            return port;
        n = n << 4 | digit;
    }
    port.number = (uint16_t)n;
    return port;
}

static bool has(struct text flags, char flag)
{
    return flags.len && memchr(flags.at, flag, flags.len) != NULL;
}

static void history_add(struct flow_record *f, char letter)
{
    size_t len = strlen(f->history);
    if (len + 1 < sizeof f->history)
        f->history[len] = letter;
}

/* Who said what, by the flags of both ends. */
static void tcp_flags(struct flow_record *f, struct text state)
{
    struct text rest = state;
    struct text opener = text_word(&rest, '_'), other = rest;
    f->begun = has(opener, 'S');
    f->established = has(opener, 'A') && (has(other, 'S') || has(other, 'P') || has(other, 'A'));
    bool handshake = has(opener, 'S') && has(other, 'S');
    f->answered = f->established && has(other, 'P') && (handshake || has(opener, 'P'));
    f->refused = has(opener, 'S') && has(other, 'R') && !has(other, 'S') && !has(other, 'P');
    static const char letters[] = "SPFR", known[] = "SDFR";
    for (unsigned i = 0; letters[i]; i++)
        if (has(opener, letters[i]))
            history_add(f, known[i]);
    for (unsigned i = 0; letters[i]; i++)
        if (has(other, letters[i]))
            history_add(f, letters[i] == 'S' ? 'h' : (char)ascii_lower(known[i]));
}

/* A word for the whole: whether a reset refused the connection or ended it, the packets say; what
 * was said in one that was established, nothing does. */
static void tcp_word(struct flow_record *f, struct text state, uint64_t packets)
{
    enum { REFUSED_PACKETS = 6 }; /* three SYNs, each reset */
    bool letters = state.len > 0;
    for (uint32_t i = 0; i < state.len; i++)
        letters = letters && has(text_of("sSEfFCR"), state.at[i]);
    bool reset = letters ? has(state, 'R') : text_is(state, "RST");
    f->begun = true;
    f->refused = reset && packets <= REFUSED_PACKETS && !(letters && has(state, 'E'));
    f->established = letters ? has(state, 'E')
                             : text_is(state, "EST") || text_is(state, "CON") ||
                                   text_is(state, "CLO") || text_is(state, "FIN") ||
                                   (reset && !f->refused);
    f->answered = f->established;
}

static uint64_t count_of(const struct argus *a, const struct text *field, enum column column)
{
    uint64_t n = 0;
    return a->place[column] >= 0 && field_u64(field[a->place[column]], &n) ? n : 0;
}

/* other_only: the source sent nothing. */
static void counts_read(const struct argus *a, const struct text *field, bool turned,
                        bool other_only, struct flow_record *f)
{
    uint64_t packets = count_of(a, field, COLUMN_PACKETS);
    uint64_t bytes = count_of(a, field, COLUMN_BYTES);
    uint64_t source_packets = count_of(a, field, COLUMN_SOURCE_PACKETS);
    uint64_t source_bytes = count_of(a, field, COLUMN_SOURCE_BYTES);
    /* Only sums: halves are the least wrong, where both sent. */
    bool both = f->answered || f->established;
    if (a->place[COLUMN_SOURCE_PACKETS] < 0)
        source_packets = both ? packets / 2 : other_only ? 0 : packets;
    if (a->place[COLUMN_SOURCE_BYTES] < 0)
        source_bytes = both ? bytes / 2 : other_only ? 0 : bytes;
    if (source_packets > packets)
        source_packets = packets;
    if (source_bytes > bytes)
        source_bytes = bytes;
    f->packets_out = turned ? packets - source_packets : source_packets;
    f->packets_in = packets - f->packets_out;
    f->bytes_out = turned ? bytes - source_bytes : source_bytes;
    f->bytes_in = bytes - f->bytes_out;
    uint64_t heads_out = f->packets_out * TCP_HEADERS, heads_in = f->packets_in * TCP_HEADERS;
    f->payload_out = f->bytes_out > heads_out ? f->bytes_out - heads_out : 0;
    f->payload_in = f->bytes_in > heads_in ? f->bytes_in - heads_in : 0;
}

/* Whether the flow goes on where one of the same ends stopped; remembers where it stops. */
static bool is_part(struct argus *a, const struct ends *ends, const struct flow_record *f)
{
    const struct {
        struct address host, outside;
        uint16_t port[2];
        uint32_t protocol;
    } key = {ends->host,
             ends->outside,
             {ends->host_port.number, ends->outside_port.number},
             ends->protocol};
    uint64_t hash = XXH3_64bits(&key, sizeof key) | 1;
    unsigned i = (unsigned)(hash >> 32) % PARTS_KEPT;
    bool same = a->part[i].ends == hash;
    int64_t gap_us = f->first.us - a->part[i].last.us;
    if (!same || f->last.us > a->part[i].last.us)
        a->part[i].last = f->last;
    a->part[i].ends = hash;
    return same && gap_us >= -SECOND_US && gap_us <= PART_GAP_US;
}

/* What the state says of the conversation. */
static void state_read(struct argus *a, const struct text *field, const struct ends *ends,
                       struct flow_record *f)
{
    struct text state = field[a->place[COLUMN_STATE]];
    struct text dir = a->place[COLUMN_DIR] >= 0 ? field[a->place[COLUMN_DIR]] : text_of("->");
    bool both = has(dir, '<') && has(dir, '>'), tcp = ends->protocol == PROTOCOL_TCP;
    if (tcp && has(state, '_'))
        tcp_flags(f, state);
    else if (tcp)
        tcp_word(f, state, count_of(a, field, COLUMN_PACKETS));
    else
        f->answered = f->established = text_is(state, "CON") || both;
    if (!tcp)
        f->begun = has(dir, '>') || dir.len == 0;
    bool part = is_part(a, ends, f);
    bool opens = tcp && has(state, '_') && f->begun;
    f->cut = part && !opens;
    f->begun = f->begun && !has(dir, '?') && !f->cut;
}

static enum log_line flow_read(struct argus *a, const struct text *field, struct log_entry *entry)
{
    struct ends ends = {.protocol = protocol_of(field[a->place[COLUMN_PROTO]])};
    struct instant first;
    int64_t lasted_us = 0;
    if (!time_read(field[a->place[COLUMN_START]], &first)) {
        entry->wrong = "no time";
        return LOG_DAMAGED;
    }
    if (ends.protocol == 0)
        return LOG_IGNORED;
    first = record_clock(entry->block, first.us);
    if (!address_parse(field[a->place[COLUMN_SOURCE]], &ends.host) ||
        !address_parse(field[a->place[COLUMN_TARGET]], &ends.outside)) {
        entry->wrong = "an address cannot be read";
        return LOG_DAMAGED;
    }
    if (a->place[COLUMN_DURATION] >= 0 &&
        (!field_seconds(field[a->place[COLUMN_DURATION]], &lasted_us) || lasted_us < 0 ||
         lasted_us > 400 * DAY_US))
        lasted_us = 0;
    if (a->place[COLUMN_SOURCE_PORT] >= 0)
        ends.host_port = port_of(field[a->place[COLUMN_SOURCE_PORT]]);
    if (a->place[COLUMN_TARGET_PORT] >= 0)
        ends.outside_port = port_of(field[a->place[COLUMN_TARGET_PORT]]);
    struct text dir = a->place[COLUMN_DIR] >= 0 ? field[a->place[COLUMN_DIR]] : text_of("->");
    bool back = has(dir, '<') && !has(dir, '>'), tcp = ends.protocol == PROTOCOL_TCP;
    /* Where the beginning was not seen, who has the smaller port serves. */
    bool turned = has(dir, '?')
                      ? ends.host_port.number && ends.host_port.number < ends.outside_port.number
                      : back && tcp;
    if (turned) {
        struct ends other = ends;
        ends.host = other.outside, ends.outside = other.host;
        ends.host_port = other.outside_port, ends.outside_port = other.host_port;
    }
    struct instant last = {first.us + lasted_us};
    struct flow_record *f = block_flow(entry->block, last, entry->number, &ends);
    f->first = first;
    f->last = last;
    state_read(a, field, &ends, f);
    counts_read(a, field, turned, back && !tcp, f);
    return LOG_USED;
}

static enum log_line argus_line(void *state, struct log_entry *entry)
{
    struct argus *a = state;
    struct text field[FIELDS];
    if (!a->started) {
        a->delimiter = delimiter_of(entry->line);
        a->started = header_read(entry->line, a->delimiter, a->place);
        entry->wrong = "no header of column names before it";
        return a->started ? LOG_REMARK : LOG_DAMAGED;
    }
    unsigned len = fields_cut(entry->line, a->delimiter, field, FIELDS);
    for (unsigned c = 0; c < COLUMNS; c++)
        if (a->place[c] >= (int)len) {
            entry->wrong = "fewer fields than the header names";
            return LOG_DAMAGED;
        }
    for (unsigned i = 0; i < len; i++)
        field[i] = field_trim(field[i]);
    if (text_is_nocase(field[a->place[COLUMN_PROTO]], "proto"))
        return LOG_REMARK; /* files put together bring their headers along */
    if (text_is(field[a->place[COLUMN_PROTO]], "man"))
        return LOG_REMARK; /* Argus's own management record */
    return flow_read(a, field, entry);
}

static const struct log_format format = {
    .state_bytes = sizeof(struct argus),
    .lacks = LACK_BIT(names) | LACK_BIT(web) | LACK_BIT(tls) | LACK_BIT(certificates) |
             LACK_BIT(content) | LACK_BIT(identity),
    .line = argus_line,
};

const struct source_kind source_argus = {
    LOG_SOURCE,
    .name = "argus",
    .about = "flows as Argus's ra prints them (CTU .binetflow)",
    .knows = argus_knows,
    .log = &format,
};
