/*
 * conn.log: a conversation a line, written when it ended. What happened in it stands in `history`
 * (letters of the events: S SYN, h SYN-ACK, A ACK, D data, F FIN, R RST, upper case from who
 * opened) and `conn_state` (a summary). Where both are, history is believed: it does not suffer
 * from sequence numbers that jump, as byte counts do.
 */
#include "source/zeek.h"

enum {
    CONN_PROTO = VALUE_OWN,
    CONN_SERVICE,
    CONN_DURATION,
    CONN_ORIG_BYTES,
    CONN_RESP_BYTES,
    CONN_STATE,
    CONN_MISSED,
    CONN_HISTORY,
    CONN_ORIG_PKTS,
    CONN_ORIG_IP_BYTES,
    CONN_RESP_PKTS,
    CONN_RESP_IP_BYTES,
};

enum { IP_TCP_HEADERS = 40, IP_UDP_HEADERS = 28 }; /* bytes without options */

/* Zeek's names of protocols and ours, the telling ones first: a conversation in several layers
 * ("gssapi,smb,krb") is called by the first that is in it. */
#define SERVICE(name, app)                                                                         \
    {                                                                                              \
        name, app, sizeof(name) - 1                                                                \
    }
static const struct {
    const char *zeek, *app;
    uint8_t len;
} services[] = {
    SERVICE("dns", "dns"),
    SERVICE("quic", "quic"),
    SERVICE("ssl", "tls"),
    SERVICE("http", "http"),
    SERVICE("ssh", "ssh"),
    SERVICE("smtp", "smtp"),
    SERVICE("ntp", "ntp"),
    SERVICE("dhcp", "dhcp"),
    SERVICE("irc", "irc"),
    SERVICE("ftp", "ftp"),
    SERVICE("ftp-data", "ftp"),
    SERVICE("imap", "imap"),
    SERVICE("pop3", "pop3"),
    SERVICE("rdp", "rdp"),
    SERVICE("rdpeudp", "rdp"),
    SERVICE("rfb", "vnc"),
    SERVICE("smb", "smb"),
    SERVICE("dce_rpc", "dcerpc"),
    SERVICE("mqtt", "mqtt"),
    SERVICE("snmp", "snmp"),
    SERVICE("sip", "sip"),
    SERVICE("syslog", "syslog"),
    SERVICE("socks", "socks"),
    SERVICE("stun", "stun"),
    SERVICE("krb", "kerberos"),
    SERVICE("krb_tcp", "kerberos"),
    SERVICE("ldap", "ldap"),
    SERVICE("ldap_tcp", "ldap"),
    SERVICE("ldap_udp", "ldap"),
    SERVICE("mysql", "mysql"),
    SERVICE("postgresql", "postgresql"),
    SERVICE("xmpp", "xmpp"),
    SERVICE("radius", "radius"),
    SERVICE("modbus", "modbus"),
    SERVICE("dnp3", "dnp3"),
    SERVICE("bittorrent", "bittorrent"),
    SERVICE("websocket", "websocket"),
    SERVICE("teredo", "teredo"),
    SERVICE("ayiya", "ayiya"),
    SERVICE("gtpv1", "gtp"),
    SERVICE("tftp", "tftp"),
    SERVICE("ntlm", "ntlm"),
    SERVICE("gssapi", "gssapi"),
};
enum { SERVICES = sizeof services / sizeof services[0] };

static unsigned service_place(struct text name)
{
    unsigned i = 0;
    while (i < SERVICES &&
           !(name.len == services[i].len && memcmp(name.at, services[i].zeek, name.len) == 0))
        i++;
    return i;
}

/* NULL: Zeek did not recognise it. A name that is not in the table is one all the same. */
static const char *app_of(struct text service)
{
    unsigned best = SERVICES + 1;
    while (service.len) {
        struct text name = text_word(&service, ',');
        if (name.len == 0 || name.at[0] == '-') /* "-ssl": it began so, and was not */
            continue;
        unsigned place = service_place(name);
        best = place < best ? place : best;
    }
    return best < SERVICES ? services[best].app : best == SERVICES ? "other" : NULL;
}

/* Protocols that older versions do not know: NTP before 3.1, QUIC before 6.1. Sizes tell what they
 * are: NTP's messages have 48 bytes (RFC 5905 7.3), QUIC's first is padded to 1,200 (RFC
 * 9000 14.1). Without this, clocks and browsers would speak a protocol that nobody knows. */
static const char *app_by_size(const struct ends *ends, const struct flow_record *f)
{
    enum { PORT_NTP = 123, NTP_BYTES = 48, PORT_HTTPS = 443, QUIC_FIRST_BYTES = 1200 };
    if (ends->protocol != PROTOCOL_UDP || f->payload_out == 0)
        return NULL;
    uint16_t port = ends->outside_port.number;
    if (port == PORT_NTP && f->payload_out % NTP_BYTES == 0 && f->payload_in % NTP_BYTES == 0)
        return "ntp";
    return port == PORT_HTTPS && f->payload_out >= QUIC_FIRST_BYTES ? "quic" : NULL;
}

enum {
    SAW_SYN = 1,
    SAW_SYN_ACK = 2,
    SAW_DATA_OUT = 4,
    SAW_DATA_IN = 8,
    SAW_RESET_IN = 16,
    SAW_OUT = 32
};

/* Which of the telling events the history holds. */
static unsigned events_of(struct text history)
{
    static const uint8_t event[128] = {
        ['S'] = SAW_SYN | SAW_OUT,
        ['s'] = SAW_SYN,
        ['h'] = SAW_SYN_ACK,
        ['H'] = SAW_SYN_ACK,
        ['D'] = SAW_DATA_OUT | SAW_OUT,
        ['d'] = SAW_DATA_IN,
        ['r'] = SAW_RESET_IN,
        ['A'] = SAW_OUT,
    };
    unsigned seen = 0;
    for (uint32_t i = 0; i < history.len; i++)
        seen |= (unsigned char)history.at[i] < 128 ? event[(unsigned char)history.at[i]] : 0u;
    return seen;
}

static bool state_is(struct text state, const char *names)
{
    struct text rest = text_of(names);
    while (rest.len)
        if (text_same(text_word(&rest, ' '), state))
            return true;
    return false;
}

/* TCP by its history, or by conn_state where there is none. */
static void tcp_fill(struct flow_record *f, const struct text *value)
{
    struct text state = value[CONN_STATE], history = value[CONN_HISTORY];
    f->refused = text_is(state, "REJ");
    if (history.at == NULL) {
        f->begun = !text_is(state, "OTH");
        f->established = state_is(state, "S1 SF S2 S3 RSTO RSTR");
        f->answered = f->established && f->payload_in > 0;
        return;
    }
    unsigned saw = events_of(history);
    bool both = (saw & SAW_DATA_OUT) && (saw & SAW_DATA_IN);
    f->begun = (saw & (SAW_SYN | SAW_SYN_ACK)) != 0;
    f->established = both || ((saw & SAW_SYN_ACK) && (saw & (SAW_DATA_OUT | SAW_DATA_IN))) ||
                     state_is(state, "S1 SF S2 S3 RSTO RSTR");
    f->established &= !f->refused;
    f->answered = both || (f->established && (saw & SAW_DATA_IN));
}

static void counts_fill(struct flow_record *f, const struct text *value, uint8_t protocol)
{
    uint64_t heads = protocol == PROTOCOL_TCP ? IP_TCP_HEADERS : IP_UDP_HEADERS;
    f->packets_out = zeek_count(value[CONN_ORIG_PKTS]);
    f->packets_in = zeek_count(value[CONN_RESP_PKTS]);
    f->payload_out = zeek_count(value[CONN_ORIG_BYTES]);
    f->payload_in = zeek_count(value[CONN_RESP_BYTES]);
    if (value[CONN_ORIG_IP_BYTES].at) {
        /* Payload is reckoned from sequence numbers, which anybody can send; packets are counted.
         */
        f->bytes_out = zeek_count(value[CONN_ORIG_IP_BYTES]);
        f->bytes_in = zeek_count(value[CONN_RESP_IP_BYTES]);
        f->payload_out = f->payload_out < f->bytes_out ? f->payload_out : f->bytes_out;
        f->payload_in = f->payload_in < f->bytes_in ? f->payload_in : f->bytes_in;
    } else {
        f->bytes_out = f->payload_out + heads * f->packets_out;
        f->bytes_in = f->payload_in + heads * f->packets_in;
    }
    uint64_t missed = zeek_count(value[CONN_MISSED]);
    f->lost_in = missed < UINT32_MAX ? (uint32_t)missed : UINT32_MAX; /* the side is not told */
}

static enum log_line conn_read(struct zeek *zeek, struct log_entry *entry)
{
    const struct text *value = zeek->value;
    struct ends ends;
    struct instant first;
    if (!zeek_time(zeek, entry->block, &first)) {
        entry->wrong = "no time";
        return LOG_DAMAGED;
    }
    struct instant last = {first.us + zeek_interval_us(value[CONN_DURATION])};
    entry->time = last;
    if (!zeek_ends(zeek, &ends)) {
        entry->wrong = "an address cannot be read";
        return LOG_DAMAGED;
    }
    ends.protocol = zeek_protocol(value[CONN_PROTO]);
    if (ends.protocol == 0)
        return LOG_IGNORED;
    if (ends.protocol == PROTOCOL_ICMP && !address_is_v4(ends.host))
        ends.protocol = PROTOCOL_ICMP6;
    if (ends.protocol == PROTOCOL_ICMP || ends.protocol == PROTOCOL_ICMP6)
        ends.host_port.number = ends.outside_port.number = 0; /* type and code */
    struct flow_record *f = block_flow(entry->block, last, entry->number, &ends);
    f->first = first;
    f->last = last;
    counts_fill(f, value, ends.protocol);
    f->app = value[CONN_SERVICE].len ? app_of(value[CONN_SERVICE]) : app_by_size(&ends, f);
    size_t letters = value[CONN_HISTORY].len;
    letters = letters < sizeof f->history ? letters : sizeof f->history - 1;
    if (letters)
        memcpy(f->history, value[CONN_HISTORY].at, letters);
    if (ends.protocol == PROTOCOL_TCP) {
        tcp_fill(f, value);
    } else {
        f->begun = true;
        f->answered = f->established = value[CONN_RESP_PKTS].at
                                           ? f->packets_in > 0 && f->packets_out > 0
                                           : text_is(value[CONN_STATE], "SF") || f->payload_in > 0;
    }
    f->unknown = f->app == NULL && f->answered && f->payload_out && f->payload_in;
    return LOG_USED;
}

const struct zeek_kind zeek_conn = {
    .name = "conn",
    .rank = 9,
    .columns = ZEEK_COMMON "proto service duration orig_bytes resp_bytes conn_state missed_bytes "
                           "history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes",
    .marks = "conn_state",
    .read = conn_read,
};
