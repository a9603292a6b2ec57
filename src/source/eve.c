/* What all events of an EVE log share, and the flows. See eve.h. */
#include "source/eve.h"

#include "base/mem.h"
#include "source/fields.h"
#include "source/lines.h"

enum { IPV4_HEADER = 20, IPV6_HEADER = 40, TCP_HEADER = 20, UDP_HEADER = 8 };
enum { FLAG_FIN = 1, FLAG_SYN = 2, FLAG_RST = 4, FLAG_PSH = 8, FLAG_ACK = 16 };

static const char *const member_names[EVE_MEMBERS] = {
    [EVE_TIMESTAMP] = "timestamp",
    [EVE_EVENT_TYPE] = "event_type",
    [EVE_FLOW_ID] = "flow_id",
    [EVE_SRC_IP] = "src_ip",
    [EVE_SRC_PORT] = "src_port",
    [EVE_DEST_IP] = "dest_ip",
    [EVE_DEST_PORT] = "dest_port",
    [EVE_PROTO] = "proto",
    [EVE_APP_PROTO] = "app_proto",
    [EVE_DIRECTION] = "direction",
    [EVE_FLOW] = "flow",
    [EVE_TCP] = "tcp",
    [EVE_DNS] = "dns",
    [EVE_HTTP] = "http",
    [EVE_TLS] = "tls",
    [EVE_QUIC] = "quic",
    [EVE_DHCP] = "dhcp",
    [EVE_ALERT] = "alert",
    [EVE_PACKET] = "pcap_cnt",
    [EVE_SMTP] = "smtp",
    [EVE_EMAIL] = "email",
    [EVE_NETFLOW] = "netflow",
    [EVE_FILEINFO] = "fileinfo",
};

enum { PKTS_OUT, PKTS_IN, BYTES_OUT, BYTES_IN, START, END, FLOW_MEMBERS };
static const char *const flow_names[FLOW_MEMBERS] = {
    [PKTS_OUT] = "pkts_toserver",  [PKTS_IN] = "pkts_toclient", [BYTES_OUT] = "bytes_toserver",
    [BYTES_IN] = "bytes_toclient", [START] = "start",           [END] = "end",
};

/* ---- what the readers of events use */

void eve_turn(struct ends *ends)
{
    struct ends other = *ends;
    ends->host = other.outside, ends->outside = other.host;
    ends->host_port = other.outside_port, ends->outside_port = other.host_port;
}

static struct eve_flow *flow_slot(const struct eve *eve, uint64_t id)
{
    return &eve->known[(id * UINT64_C(0x9E3779B97F4A7C15) >> 32) % EVE_FLOWS];
}

static bool is_opener(const struct eve_flow *flow, struct address address, struct port port)
{
    return address_same(flow->opener, address) && flow->opener_port.number == port.number;
}

bool eve_known(struct eve_event *event)
{
    const struct eve_flow *flow = flow_slot(event->eve, event->flow_id);
    struct ends *ends = &event->ends;
    if (event->flow_id == 0 || flow->id != event->flow_id)
        return false;
    if (is_opener(flow, ends->host, ends->host_port))
        return true;
    if (!is_opener(flow, ends->outside, ends->outside_port))
        return false;
    eve_turn(ends);
    return true;
}

void eve_remember(const struct eve_event *event, const char *app)
{
    if (event->flow_id)
        *flow_slot(event->eve, event->flow_id) =
            (struct eve_flow){event->flow_id, event->ends.host, event->ends.host_port, app};
}

static const struct app {
    const char *theirs, *ours;
} apps[] = {
    {"tls", "tls"},       {"http", "http"},
    {"dns", "dns"},       {"failed", NULL},
    {"unknown", NULL},    {"quic", "quic"},
    {"ntp", "ntp"},       {"ssh", "ssh"},
    {"smtp", "smtp"},     {"ftp", "ftp"},
    {"smb", "smb"},       {"krb5", "kerberos"},
    {"dcerpc", "dcerpc"}, {"dhcp", "dhcp"},
    {"rdp", "rdp"},       {"imap", "imap"},
    {"irc", "irc"},       {"http2", "http2"},
    {"mqtt", "mqtt"},     {"rfb", "vnc"},
    {"telnet", "telnet"}, {"pop3", "pop3"},
    {"snmp", "snmp"},     {"sip", "sip"},
    {"tftp", "tftp"},     {"ftp-data", "ftp"},
    {"nfs", "nfs"},       {"ike", "ike"},
    {"ikev2", "ike"},     {"ldap", "ldap"},
    {"modbus", "modbus"}, {"dnp3", "dnp3"},
    {"doh2", "http2"},    {"websocket", "http"},
    {"pgsql", "pgsql"},   {"enip", "enip"},
    {"mdns", "dns"},      {"bittorrent-dht", "bittorrent-dht"},
};
enum { APPS = sizeof apps / sizeof apps[0] };

const char *eve_app(const struct eve *eve, struct text name)
{
    if (name.len == 0)
        return NULL;
    int place = json_names_find(&eve->apps, name);
    return place < 0 ? "other" /* known to Suricata */ : apps[place].ours;
}

struct text eve_text(const struct eve_event *event, struct json_value value)
{
    return arena_text(&event->entry->block->arena, json_text(value));
}

struct text eve_name(const struct eve_event *event, struct json_value value)
{
    struct text name = json_text(value);
    if (name.at == NULL)
        return name;
    uint32_t odd = 0, len = 0;
    for (uint32_t i = 0; i < name.len; i++)
        odd += name.at[i] < '!' || name.at[i] > '~';
    char *copy = arena_new(&event->entry->block->arena, name.len + 3 * (size_t)odd + 1);
    for (uint32_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.at[i];
        if (c >= '!' && c <= '~') {
            copy[len++] = ascii_lower((char)c);
            continue;
        }
        copy[len++] = '\\'; /* RFC 4343 2.1 */
        copy[len++] = (char)('0' + c / 100);
        copy[len++] = (char)('0' + c / 10 % 10);
        copy[len++] = (char)('0' + c % 10);
    }
    if (len > 1 && copy[len - 1] == '.')
        len--;
    return text_at(copy, len);
}

uint64_t eve_count(struct json_value value)
{
    int64_t n;
    return json_integer(value, &n) && n > 0 ? (uint64_t)n : 0;
}

static bool two_digits(const char *at, int *ret)
{
    unsigned tens = (unsigned)(at[0] - '0'), ones = (unsigned)(at[1] - '0');
    *ret = (int)(tens * 10 + ones);
    return tens < 10 && ones < 10;
}

/* "2024-03-05T12:00:01.250000+0000": how Suricata writes all times in UTC; others the long way. */
bool eve_time(struct json_value value, struct instant *ret)
{
    struct text text = json_text(value);
    int part[10];
    static const uint8_t at[10] = {0, 2, 5, 8, 11, 14, 17, 20, 22, 24};
    bool usual = text.len == 31 && memcmp(text.at + 26, "+0000", 5) == 0 && text.at[4] == '-' &&
                 text.at[7] == '-' && text.at[10] == 'T' && text.at[13] == ':' &&
                 text.at[16] == ':' && text.at[19] == '.';
    for (unsigned i = 0; usual && i < 10; i++)
        usual = two_digits(text.at + at[i], &part[i]);
    if (!usual || part[2] < 1 || part[2] > 12 || part[3] < 1 || part[3] > 31 || part[4] > 23 ||
        part[5] > 59 || part[6] > 60)
        return instant_parse(text, ret);
    int64_t day = day_of(part[0] * 100 + part[1], part[2], part[3]).number;
    int64_t second = part[4] * 3600 + part[5] * 60 + part[6];
    ret->us = day * DAY_US + second * SECOND_US + part[7] * INT64_C(10000) +
              part[8] * INT64_C(100) + part[9];
    return true;
}

/* ---- flows */

unsigned eve_tcp_flags(struct json_value value)
{
    struct text text = json_text(value);
    unsigned n = 0;
    for (uint32_t i = 0; i < text.len && i < 4; i++) {
        char c = ascii_lower(text.at[i]);
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                                : 16;
        if (digit == 16)
            return 0;
        n = n << 4 | digit;
    }
    return n;
}

static void history_make(struct flow_record *f, unsigned opener, unsigned other)
{
    static const struct {
        uint8_t flag;
        char letter;
    } letters[] = {{FLAG_SYN, 'S'}, {FLAG_PSH, 'D'}, {FLAG_FIN, 'F'}, {FLAG_RST, 'R'}};
    size_t len = 0;
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (opener & letters[i].flag)
            f->history[len++] = letters[i].letter;
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (other & letters[i].flag)
            f->history[len++] =
                letters[i].letter == 'S' ? 'h' : (char)ascii_lower(letters[i].letter);
}

/* Bytes without the headers, as far as they are known: Suricata counts whole frames. */
static void bytes_of_packets(struct flow_record *f, const struct ends *ends)
{
    uint64_t ip = address_is_v4(ends->host) ? IPV4_HEADER : IPV6_HEADER;
    uint64_t head =
        EVE_FRAME_HEADER + ip + (ends->protocol == PROTOCOL_TCP ? TCP_HEADER : UDP_HEADER);
    uint64_t out = f->packets_out * head, in = f->packets_in * head;
    f->payload_out = f->bytes_out > out ? f->bytes_out - out : 0;
    f->payload_in = f->bytes_in > in ? f->bytes_in - in : 0;
    out = f->packets_out * EVE_FRAME_HEADER, in = f->packets_in * EVE_FRAME_HEADER;
    f->bytes_out = f->bytes_out > out ? f->bytes_out - out : 0;
    f->bytes_in = f->bytes_in > in ? f->bytes_in - in : 0;
}

/* Who said what, by the flags of both ends. A push is data; data without one is rare. */
static void tcp_state(struct flow_record *f, unsigned opener, unsigned other)
{
    bool shook = (opener & FLAG_SYN) && (opener & FLAG_ACK) && (other & FLAG_SYN);
    bool both = (opener & FLAG_PSH) && (other & FLAG_PSH);
    f->begun = (opener & FLAG_SYN) || (other & FLAG_SYN);
    f->established = shook || both;
    f->answered = both || (shook && ((opener | other) & FLAG_PSH));
    f->refused = (opener & FLAG_SYN) && (other & FLAG_RST) && !(other & FLAG_SYN);
    history_make(f, opener, other);
}

static void app_count(struct eve *eve, const char *app)
{
    if (app == NULL)
        return;
    eve->seen |= strcmp(app, "dns") == 0    ? EVE_SPOKE_DNS
                 : strcmp(app, "http") == 0 ? EVE_SPOKE_HTTP
                 : strcmp(app, "tls") == 0  ? EVE_SPOKE_TLS
                                            : 0;
}

/* A flow that Suricata joined in its midst: its first packet is anybody's. */
static void midstream_turn(struct ends *ends, unsigned *out, unsigned *in, bool *ret_turned)
{
    enum { PORT_SYSTEM = 1024 }; /* RFC 6335 6 */
    *ret_turned = ends->host_port.number && ends->host_port.number < PORT_SYSTEM &&
                  ends->outside_port.number >= PORT_SYSTEM;
    if (!*ret_turned)
        return;
    unsigned kept = *out;
    *out = *in, *in = kept;
    eve_turn(ends);
}

static enum log_line flow_read(struct eve_event *event)
{
    struct eve *eve = event->eve;
    struct json_value v[FLOW_MEMBERS];
    struct instant first, last;
    struct ends *ends = &event->ends;
    if (!json_pick(event->member[EVE_FLOW], &eve->flow, v) || !eve_time(v[START], &first)) {
        event->entry->wrong = "a flow without its start";
        return LOG_DAMAGED;
    }
    if (!eve_time(v[END], &last) || last.us < first.us)
        last = first;
    unsigned out = 0, in = 0;
    bool tcp = ends->protocol == PROTOCOL_TCP, turned = false;
    if (tcp) { /* the second and third of ten */
        out = eve_tcp_flags(json_get(event->member[EVE_TCP], "tcp_flags_ts"));
        in = eve_tcp_flags(json_get(event->member[EVE_TCP], "tcp_flags_tc"));
    }
    if (tcp && !((out | in) & FLAG_SYN))
        midstream_turn(ends, &out, &in, &turned);
    first = record_clock(event->entry->block, first.us);
    last = record_clock(event->entry->block, last.us);
    struct flow_record *f = block_flow(event->entry->block, last, event->entry->number, ends);
    f->first = first;
    f->last = last;
    f->packets_out = eve_count(v[turned ? PKTS_IN : PKTS_OUT]);
    f->packets_in = eve_count(v[turned ? PKTS_OUT : PKTS_IN]);
    f->bytes_out = eve_count(v[turned ? BYTES_IN : BYTES_OUT]);
    f->bytes_in = eve_count(v[turned ? BYTES_OUT : BYTES_IN]);
    bytes_of_packets(f, ends);
    if (tcp) {
        tcp_state(f, out, in);
    } else {
        f->begun = true;
        f->answered = f->established = f->packets_out && f->packets_in;
    }
    f->app = eve_app(eve, json_text(event->member[EVE_APP_PROTO]));
    if (json_type(event->member[EVE_APP_PROTO]) == JSON_NONE && event->flow_id) {
        const struct eve_flow *known = flow_slot(eve, event->flow_id);
        f->app = known->id == event->flow_id ? known->app : NULL;
    }
    f->unknown = f->answered && text_is(json_text(event->member[EVE_APP_PROTO]), "failed");
    if (f->answered)
        app_count(eve, f->app);
    if (!(eve->seen & EVE_SEEN_FLOW))
        eve_netflow_drop(eve);
    eve->seen |= EVE_SEEN_FLOW;
    return LOG_USED;
}

/* ---- lines */

static uint8_t protocol_of(struct text proto)
{
    static const struct {
        const char *name;
        uint8_t number;
    } protocols[] = {{"TCP", PROTOCOL_TCP},
                     {"UDP", PROTOCOL_UDP},
                     {"ICMP", PROTOCOL_ICMP},
                     {"IPv6-ICMP", PROTOCOL_ICMP6}};
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (text_is_nocase(proto, protocols[i].name))
            return protocols[i].number;
    return 0;
}

/* What other events tell: who opened, and the protocol. */
static enum log_line flow_hint(struct eve_event *event)
{
    const char *app = eve_app(event->eve, json_text(event->member[EVE_EVENT_TYPE]));
    eve_remember(event, app);
    return LOG_USED;
}

static const struct kind {
    const char *name;
    enum log_line (*read)(struct eve_event *event);
} kinds[] = {
    {"flow", flow_read},      {"dns", eve_dns},     {"http", eve_http},     {"tls", eve_tls},
    {"quic", eve_quic},       {"alert", eve_alert}, {"dhcp", eve_dhcp},     {"smtp", eve_smtp},
    {"netflow", eve_netflow}, {"ssh", flow_hint},   {"fileinfo", eve_file},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static struct port port_of(struct json_value value)
{
    uint64_t n = eve_count(value);
    return (struct port){n <= UINT16_MAX ? (uint16_t)n : 0};
}

/* Ends, time and flow of an event; false: it is damaged. */
static bool common_read(struct eve_event *event)
{
    const struct json_value *m = event->member;
    struct ends *ends = &event->ends;
    if (!eve_time(m[EVE_TIMESTAMP], &event->time)) {
        event->entry->wrong = "an event without a time";
        return false;
    }
    event->time = record_clock(event->entry->block, event->time.us);
    if (!address_parse(json_text(m[EVE_SRC_IP]), &ends->host) ||
        !address_parse(json_text(m[EVE_DEST_IP]), &ends->outside)) {
        event->entry->wrong = "an event without its addresses";
        return false;
    }
    ends->host_port = port_of(m[EVE_SRC_PORT]);
    ends->outside_port = port_of(m[EVE_DEST_PORT]);
    ends->protocol = protocol_of(json_text(m[EVE_PROTO]));
    event->flow_id = eve_count(m[EVE_FLOW_ID]);
    event->entry->time = event->time;
    return true;
}

static void start(struct eve *eve)
{
    _Static_assert((int)KINDS <= (int)EVE_WORDS && (int)APPS <= (int)EVE_WORDS,
                   "room for all names");
    eve->reader = json_reader_new(LINE_BYTES_MAX);
    muster_assert(eve->reader != NULL); /* like mem_new: never fails in practice */
    eve->known = mem_map(EVE_FLOWS * sizeof *eve->known);
    json_names_make(&eve->members, member_names, EVE_MEMBERS);
    json_names_make(&eve->flow, flow_names, FLOW_MEMBERS);
    for (unsigned i = 0; i < KINDS; i++)
        eve->kind_name[i] = kinds[i].name;
    json_names_make(&eve->kinds, eve->kind_name, KINDS);
    for (unsigned i = 0; i < APPS; i++)
        eve->app_name[i] = apps[i].theirs;
    json_names_make(&eve->apps, eve->app_name, APPS);
    eve_dns_names(eve);
    eve_web_names(eve);
    eve_alert_names(eve);
    eve_dhcp_names(eve);
    eve_smtp_names(eve);
    eve_netflow_names(eve);
    eve_file_names(eve);
}

static enum log_line eve_line(void *state, struct log_entry *entry)
{
    struct eve *eve = state;
    struct json_value member[EVE_MEMBERS];
    struct eve_event event = {.eve = eve, .entry = entry, .member = member};
    if (eve->reader == NULL)
        start(eve);
    struct text line = entry->line;
    if (entry->number == 1 && text_starts(line, "\xef\xbb\xbf"))
        line = text_at(line.at + 3, line.len - 3);
    if (field_trim(line).len == 0)
        return LOG_REMARK;
    if (!json_read(eve->reader, line, &entry->wrong))
        return LOG_DAMAGED;
    if (!json_pick(json_root(eve->reader), &eve->members, member)) {
        entry->wrong = "no JSON object";
        return LOG_DAMAGED;
    }
    struct text name = json_text(member[EVE_EVENT_TYPE]);
    if (name.at == NULL) {
        entry->wrong = "an object without event_type";
        return LOG_DAMAGED;
    }
    int kind = json_names_find(&eve->kinds, name);
    if (kind < 0)
        return LOG_IGNORED;
    if (!common_read(&event))
        return LOG_DAMAGED;
    return event.ends.protocol ? kinds[kind].read(&event) : LOG_IGNORED;
}

/* What the log turned out not to have. That nobody spoke a protocol is not the log's lack. */
static unsigned eve_lacking(const void *state)
{
    const struct eve *eve = state;
    uint32_t seen = eve->seen;
    bool flows = seen & (EVE_SEEN_FLOW | EVE_SEEN_NETFLOW);
    unsigned lacks = 0;
    if (!flows)
        lacks |= LACK_BIT(calls) | LACK_BIT(answers);
    if (!(seen & (EVE_SEEN_DNS | EVE_SEEN_HTTP | EVE_SEEN_TLS)) ||
        (seen & EVE_SPOKE_DNS && !(seen & EVE_SEEN_DNS)))
        lacks |= LACK_BIT(names);
    if (!(seen & EVE_SEEN_HTTP) && (!flows || seen & EVE_SPOKE_HTTP))
        lacks |= LACK_BIT(web);
    if (!(seen & EVE_SEEN_TLS) && (!flows || seen & EVE_SPOKE_TLS))
        lacks |= LACK_BIT(tls) | LACK_BIT(certificates);
    if (!(seen & EVE_SEEN_DHCP))
        lacks |= LACK_BIT(identity);
    return lacks;
}

static void eve_free(void *state)
{
    struct eve *eve = state;
    json_free(eve->reader);
    eve_netflow_drop(eve);
    if (eve->known)
        mem_unmap(eve->known, EVE_FLOWS * sizeof *eve->known);
}

/* A line that begins an object and names an event, before or behind other members. */
static bool eve_knows(const uint8_t *start, size_t len)
{
    struct text rest = text_at(start, len), line;
    if (text_starts(rest, "\xef\xbb\xbf"))
        rest = text_at(rest.at + 3, rest.len - 3);
    for (int lines = 0; lines < 8 && text_line(&rest, &line); lines++) {
        line = field_trim(line);
        if (line.len && line.at[0] == '{' &&
            memmem(line.at, line.len, "\"event_type\"", 12) != NULL &&
            memmem(line.at, line.len, "\"timestamp\"", 11) != NULL)
            return true;
    }
    return false;
}

static bool eve_first(const uint8_t *start, size_t len, struct instant *ret)
{
    struct text rest = text_at(start, len), line;
    while (text_line(&rest, &line)) {
        static const char before[] = "\"timestamp\":";
        const char *at = memmem(line.at, line.len, before, sizeof before - 1);
        if (at == NULL)
            continue;
        at += sizeof before - 1;
        struct text value = text_at(at, line.len - (size_t)(at - line.at));
        (void)text_word(&value, '"');
        if (instant_parse(text_word(&value, '"'), ret))
            return true;
    }
    return false;
}

static const struct log_format format = {
    .state_bytes = sizeof(struct eve),
    .lacks = LACK_BIT(content),
    .line = eve_line,
    .lacking = eve_lacking,
    .finish = eve_netflow_finish,
    .free = eve_free,
};

const struct source_kind source_eve = {
    LOG_SOURCE,         .name = "eve",      .about = "Suricata's EVE log (JSON, one event a line)",
    .knows = eve_knows, .first = eve_first, .log = &format,
};
