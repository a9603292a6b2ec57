/*
 * Flows as Argus's `ra` prints them, and the CTU datasets' .binetflow files: a header of column
 * names, then a flow a line, separated by tabs, commas or semicolons. Two-way flows. A tool that
 * kept such a file may have added a label column: no part of this program reads it.
 *
 * State is "A_B", the TCP flags of the initiator and of the other end (argus(8)): F S R P A U E C;
 * of other protocols a word: CON (both ways), INT (one way), REQ, RSP, URP (a port was
 * unreachable). Dir says who sent: "->" the source opened, "<-" the other end, "<->" both sent, "?"
 * where Argus did not see the beginning. Times have no zone: taken as UTC.
 */
#include "source/fields.h"
#include "source/log.h"

#include <string.h>

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

enum { FIELDS = 64, TCP_HEADERS = 40 }; /* bytes of IP and TCP headers without options */

struct argus {
    bool started;
    char delimiter;
    unsigned fields;
    int8_t place[COLUMNS]; /* of a column among the fields; -1: not there */
};

static char delimiter_of(struct text line)
{
    for (uint32_t i = 0; i < line.len; i++)
        if (line.at[i] == '\t' || line.at[i] == ',' || line.at[i] == ';')
            return line.at[i];
    return '\0';
}

/* Whether the line names the columns that no flow can do without. */
static bool header_read(struct text line, struct argus *ret)
{
    struct text field[FIELDS];
    struct argus a = {.started = true, .delimiter = delimiter_of(line)};
    if (a.delimiter == '\0')
        return false;
    a.fields = fields_cut(line, a.delimiter, field, FIELDS);
    for (unsigned i = 0; i < a.fields; i++)
        field[i] = field_trim(field[i]);
    for (unsigned c = 0; c < COLUMNS; c++)
        a.place[c] = (int8_t)fields_find(field, a.fields, column_names[c]);
    if (a.place[COLUMN_START] < 0 || a.place[COLUMN_PROTO] < 0 || a.place[COLUMN_SOURCE] < 0 ||
        a.place[COLUMN_TARGET] < 0 || a.place[COLUMN_STATE] < 0)
        return false;
    *ret = a;
    return true;
}

static bool argus_knows(const uint8_t *start, size_t len)
{
    struct text rest = text_at(start, len), line;
    struct argus argus;
    return text_line(&rest, &line) && header_read(line, &argus);
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
    return field_seconds(text, &ret->us);
}

static uint8_t protocol_of(struct text name)
{
    static const struct {
        const char *name;
        uint8_t number;
    } known[] = {{"tcp", PROTOCOL_TCP},         {"udp", PROTOCOL_UDP},     {"icmp", PROTOCOL_ICMP},
                 {"ipv6-icmp", PROTOCOL_ICMP6}, {"icmp6", PROTOCOL_ICMP6}, {"rtp", PROTOCOL_UDP},
                 {"rtcp", PROTOCOL_UDP},        {"udt", PROTOCOL_UDP}};
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
static void tcp_state(struct flow_record *f, struct text state)
{
    struct text rest = state;
    struct text opener = text_word(&rest, '_'), other = rest;
    f->begun = has(opener, 'S');
    f->established = has(opener, 'A') && (has(other, 'S') || has(other, 'P') || has(other, 'A'));
    f->answered = f->established && has(other, 'P') && has(opener, 'P');
    f->refused = has(opener, 'S') && has(other, 'R') && !has(other, 'S') && !has(other, 'P');
    static const char letters[] = "SPFR", known[] = "SDFR";
    for (unsigned i = 0; letters[i]; i++)
        if (has(opener, letters[i]))
            history_add(f, known[i]);
    for (unsigned i = 0; letters[i]; i++)
        if (has(other, letters[i]))
            history_add(f, letters[i] == 'S' ? 'h' : (char)ascii_lower(known[i]));
}

static uint64_t count_of(const struct argus *a, const struct text *field, enum column column)
{
    uint64_t n = 0;
    return a->place[column] >= 0 && field_u64(field[a->place[column]], &n) ? n : 0;
}

static void counts_read(const struct argus *a, const struct text *field, bool turned,
                        struct flow_record *f)
{
    uint64_t packets = count_of(a, field, COLUMN_PACKETS);
    uint64_t bytes = count_of(a, field, COLUMN_BYTES);
    uint64_t source_packets = count_of(a, field, COLUMN_SOURCE_PACKETS);
    uint64_t source_bytes = count_of(a, field, COLUMN_SOURCE_BYTES);
    if (a->place[COLUMN_SOURCE_PACKETS] < 0) /* only sums: halves are the least wrong */
        source_packets = f->answered ? packets / 2 : packets;
    if (a->place[COLUMN_SOURCE_BYTES] < 0)
        source_bytes = f->answered ? bytes / 2 : bytes;
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

static enum log_line flow_read(const struct argus *a, const struct text *field,
                               struct log_entry *entry)
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
    /* Where the beginning was not seen, who has the smaller port serves. */
    bool unsure = has(dir, '?');
    bool turned = unsure ? ends.host_port.number && ends.host_port.number < ends.outside_port.number
                         : has(dir, '<') && !has(dir, '>');
    if (turned) {
        struct ends other = ends;
        ends.host = other.outside, ends.outside = other.host;
        ends.host_port = other.outside_port, ends.outside_port = other.host_port;
    }
    struct instant last = {first.us + lasted_us};
    struct flow_record *f = block_flow(entry->block, last, entry->number, &ends);
    struct text state = field[a->place[COLUMN_STATE]];
    f->first = first;
    f->last = last;
    if (ends.protocol == PROTOCOL_TCP) {
        tcp_state(f, state);
        f->begun = f->begun && !unsure;
    } else {
        f->begun = !unsure;
        f->answered = f->established = text_is(state, "CON") || (has(dir, '<') && has(dir, '>'));
    }
    counts_read(a, field, turned, f);
    return LOG_USED;
}

static enum log_line argus_line(void *state, struct log_entry *entry)
{
    struct argus *a = state;
    struct text field[FIELDS];
    if (!a->started)
        return header_read(entry->line, a) ? LOG_REMARK : LOG_DAMAGED;
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
