/*
 * What the parsers' findings mean. The trouble: each protocol names somebody else. A registration
 * names its sender, a DHCP acknowledgement its client, a ticket its receiver, a challenge the
 * server; and accounts that end in '$' are machines. What could be about a third one is left out.
 */
#include "wire/identity.h"

#include "wire/dhcp.h"
#include "wire/kerberos.h"
#include "wire/netbios.h"
#include "wire/ntlm.h"

enum {
    PORT_DHCP_SERVER = 67,
    PORT_DHCP_CLIENT = 68,
    PORT_NETBIOS_NAME = 137,
    PORT_NETBIOS_DATAGRAM = 138,
    PORT_DHCP6_CLIENT = 546,
    PORT_DHCP6_SERVER = 547,
    PORT_SSDP = 1900,
    PORT_MDNS = 5353,
    PORT_LLMNR = 5355,
    TYPE_ANY = 255,
};

struct identity_ends identity_ends_of(const struct frame *f)
{
    bool to_many = f->mac_target >> 40 & 1;
    struct identity_ends ends = {f->source, f->target, f->source_port, f->target_port,
                                 to_many ? f->mac_source : 0};
    return ends;
}

static bool between(const struct identity_ends *ends, uint16_t port)
{
    return ends->receiver_port.number == port || ends->sender_port.number == port;
}

/* An account, told apart by how it is written: a machine's ends in '$' (MS-SAMR 3.1.1.8.4). */
static void account_put(struct text account, struct identity_record *r)
{
    if (text_ends(account, "$")) {
        account.len--;
        if (account.len > 0)
            r->name = account;
    } else if (account.len > 0) {
        r->user = account;
    }
}

static bool told(const struct identity_record *r)
{
    return r->name.at || r->user.at || r->domain.at || r->client.at || r->fingerprint.at ||
           r->confirms;
}

/* ---- DHCP */

static bool dhcp_tells(const struct identity_ends *ends, const uint8_t *bytes, size_t len,
                       struct identity_scratch *scratch, struct identity_record *r,
                       struct address *about, bool *is)
{
    struct dhcp_message m;
    *is = dhcp_parse(bytes, len, &scratch->room, &m);
    if (!*is || !address_known(m.address))
        return false;
    (void)ends;
    *about = m.address;
    *r = (struct identity_record){.known_by = "dhcp",
                                  .mac = m.mac,
                                  .client = m.client,
                                  .name = m.name,
                                  .domain = m.domain,
                                  .fingerprint = m.fingerprint,
                                  .pending = m.wished,
                                  .confirms = !m.from_client};
    return m.mac != 0 || told(r);
}

static bool dhcp6_tells(const struct identity_ends *ends, const uint8_t *bytes, size_t len,
                        struct identity_scratch *scratch, struct identity_record *r,
                        struct address *about, bool *is)
{
    struct dhcp_message m;
    *is = dhcp6_parse(bytes, len, &scratch->room, &m);
    if (!*is)
        return false;
    *about = ends->sender;
    *r = (struct identity_record){.known_by = "dhcpv6",
                                  .mac = ends->mac,
                                  .client = m.client,
                                  .name = m.name,
                                  .domain = m.domain,
                                  .fingerprint = m.fingerprint};
    return told(r);
}

/* ---- NetBIOS */

enum { SUFFIX_STATION = 0x00, SUFFIX_USER = 0x03, SUFFIX_SERVER = 0x20 };

static bool is_domain_suffix(uint8_t suffix)
{
    return suffix == 0x00 || suffix == 0x1c || suffix == 0x1d || suffix == 0x1e;
}

/* The workstation's name first, then the server's; the group it belongs to. */
static void netbios_names(const struct netbios_message *m, struct identity_record *r)
{
    for (unsigned i = 0; i < m->names; i++) {
        const struct netbios_name *n = &m->name[i];
        bool machine = n->suffix == SUFFIX_STATION || n->suffix == SUFFIX_SERVER;
        if (n->text.at[0] == '?' || text_starts(n->text, "IS~") || text_is(n->text, "*"))
            continue; /* __MSBROWSE__ between control bytes, IIS, everybody */
        if (!n->group && machine && (r->name.at == NULL || n->suffix == SUFFIX_STATION))
            r->name = n->text;
        else if (n->group && is_domain_suffix(n->suffix) && r->domain.at == NULL)
            r->domain = n->text;
    }
    for (unsigned i = 0; i < m->names; i++) { /* of the messenger's names one is the machine's */
        const struct netbios_name *n = &m->name[i];
        if (!n->group && n->suffix == SUFFIX_USER && r->name.at && !text_same(n->text, r->name) &&
            !text_ends(n->text, "$"))
            r->user = n->text;
    }
}

static bool netbios_tells(const struct identity_ends *ends, const struct netbios_message *m,
                          struct identity_record *r, struct address *about)
{
    *r = (struct identity_record){
        .known_by = "netbios", .mac = m->mac ? m->mac : ends->mac, .fingerprint = m->version};
    /* an answer that a name server gave about another is not taken from it */
    if (m->names == 0 || (!m->of_sender && !address_same(m->address, ends->sender)))
        return false;
    netbios_names(m, r);
    *about = ends->sender;
    return r->name.at || r->domain.at;
}

/* ---- names that machines announce */

/* A name as dns.c writes it (\DDD for what is not printable ASCII) in its own bytes, which are
 * UTF-8 on the link (RFC 6762 16, RFC 4795 2.1.2); null when it is empty or no single label. */
static struct text label_of(struct printable_room *room, struct text name)
{
    uint8_t bytes[PRINTABLE_LONG];
    size_t len = 0;
    struct cursor c = cursor_over(name.at, name.len);
    while (cursor_left(&c) > 0 && len < sizeof bytes) {
        uint8_t b = cursor_u8(&c);
        if (b == '.')
            return text_of(NULL);
        if (b == '\\') {
            unsigned code = 0;
            for (unsigned i = 0; i < 3; i++)
                code = code * 10 + (unsigned)(cursor_u8(&c) - '0') % 10;
            b = (uint8_t)code;
        }
        bytes[len++] = b;
    }
    return cursor_ok(&c) ? printable_utf8(room, cursor_over(bytes, len), PRINTABLE_NAME)
                         : text_of(NULL);
}

/* The first name whose address is the sender's; without ".local". */
static bool announced(const struct identity_ends *ends, const struct dns_hosts *hosts,
                      struct printable_room *room, struct text *ret)
{
    for (unsigned i = 0; i < hosts->len; i++) {
        struct text name = hosts->at[i].name;
        if (!address_same(hosts->at[i].address, ends->sender))
            continue;
        if (text_ends(name, ".local"))
            name.len -= 6;
        *ret = label_of(room, name);
        if (ret->at != NULL)
            return true;
    }
    return false;
}

static bool announcement_tells(const struct identity_ends *ends, const uint8_t *bytes, size_t len,
                               struct identity_scratch *scratch, struct identity_record *r,
                               struct address *about)
{
    struct dns_hosts hosts;
    bool llmnr = between(ends, PORT_LLMNR);
    if (!dns_parse_hosts(bytes, len, &scratch->dns, &hosts))
        return false;
    struct text name;
    if (!announced(ends, &hosts, &scratch->room, &name)) {
        /* A machine makes sure that its own name is free by asking for anything of it (RFC 4795
         * 4.1); nobody else asks LLMNR for "any". */
        if (!llmnr || hosts.response || hosts.type != TYPE_ANY)
            return false;
        name = label_of(&scratch->room, hosts.question);
        if (name.at == NULL)
            return false;
    }
    *about = ends->sender;
    *r = (struct identity_record){
        .known_by = llmnr ? "llmnr" : "mdns", .mac = ends->mac, .name = name};
    return true;
}

/* What an SSDP message says of its sender's system, "OS/version UPnP/version product/version": who
 * searches in USER-AGENT, who announces in SERVER (UPnP Device Architecture 2.0, 1.2.2, 1.3.2). */
static bool ssdp_tells(const struct identity_ends *ends, const uint8_t *bytes, size_t len,
                       struct printable_room *room, struct identity_record *r,
                       struct address *about)
{
    struct text rest = text_at((const char *)bytes, len);
    bool searches = text_starts(rest, "M-SEARCH ");
    if (!searches && !text_starts(rest, "NOTIFY * "))
        return false;
    (void)text_word(&rest, '\n');
    while (rest.len) {
        struct text line = text_trim(text_word(&rest, '\n'));
        struct text name = text_trim(text_word(&line, ':')), value = text_trim(line);
        if (!text_is_nocase(name, searches ? "user-agent" : "server") || value.len == 0)
            continue;
        *about = ends->sender;
        *r = (struct identity_record){.known_by = "ssdp", .mac = ends->mac};
        r->fingerprint =
            printable_utf8(room, cursor_over((const uint8_t *)value.at, value.len), PRINTABLE_NAME);
        return r->fingerprint.at != NULL;
    }
    return false;
}

/* ---- accounts */

bool identity_of_kerberos(const struct identity_ends *ends, const uint8_t *bytes, size_t len,
                          struct identity_scratch *scratch, struct identity_record *ret,
                          struct address *about)
{
    struct kerberos_message m;
    scratch->room.used = 0;
    if (!kerberos_parse(bytes, len, &scratch->room, &m))
        return false;
    struct identity_record r = {.known_by = "kerberos"};
    r.mac = m.request ? ends->mac : 0;
    if (m.machine.at)
        r.name = m.machine;
    if (m.client.at && !text_starts(m.client, "WELLKNOWN/")) { /* RFC 8062 3: anonymous */
        struct text client = m.client;
        if (text_starts(client, "host/")) {
            client = text_at(client.at + 5, client.len - 5);
            if (r.name.at == NULL && client.len > 0)
                r.name = client;
        } else {
            account_put(client, &r);
        }
    }
    if (r.name.at == NULL && r.user.at == NULL)
        return false;
    r.domain = m.realm;
    *about = m.request ? ends->sender : ends->receiver;
    *ret = r;
    return true;
}

enum parse identity_of_ntlm(const struct identity_ends *ends, const uint8_t *bytes, size_t len,
                            struct identity_scratch *scratch, struct identity_record *ret,
                            struct address *about)
{
    struct ntlm_message m;
    scratch->room.used = 0;
    enum parse parse = ntlm_parse(bytes, len, &scratch->room, &m);
    if (parse != PARSE_DONE)
        return parse;
    struct identity_record r = {.known_by = "ntlm", .name = m.machine};
    if (m.user.at)
        account_put(m.user, &r);
    if (r.name.at == NULL && r.user.at == NULL)
        return PARSE_BAD;
    r.domain = m.domain;
    *about = ends->sender;
    *ret = r;
    return PARSE_DONE;
}

/* ---- datagrams */

const char *identity_of_datagram(const struct identity_ends *ends, const uint8_t *bytes, size_t len,
                                 struct identity_scratch *scratch, struct identity_record *ret,
                                 struct address *about, bool *tells)
{
    struct netbios_message netbios;
    bool is = false;
    scratch->room.used = 0;
    *tells = false;
    if (len > 240 && memcmp(bytes + 236, "\x63\x82\x53\x63", 4) == 0) {
        *tells = dhcp_tells(ends, bytes, len, scratch, ret, about, &is);
        return is ? "dhcp" : NULL;
    }
    if (netbios_recognise_name(bytes, len)) {
        *tells = netbios_parse_name(bytes, len, &scratch->room, &netbios) &&
                 netbios_tells(ends, &netbios, ret, about);
        return "netbios";
    }
    if (len > 14 && bytes[0] >= 0x10 && bytes[0] <= 0x12 &&
        netbios_parse_datagram(bytes, len, &scratch->room, &netbios)) {
        *tells = netbios_tells(ends, &netbios, ret, about);
        return "netbios";
    }
    if (len > 2 && bytes[0] >= 0x6a && kerberos_recognise(bytes, len, len)) {
        *tells = identity_of_kerberos(ends, bytes, len, scratch, ret, about);
        return "kerberos";
    }
    if (between(ends, PORT_DHCP6_SERVER) && between(ends, PORT_DHCP6_CLIENT)) {
        *tells = dhcp6_tells(ends, bytes, len, scratch, ret, about, &is);
        return is ? "dhcpv6" : NULL;
    }
    if (between(ends, PORT_MDNS) || between(ends, PORT_LLMNR))
        *tells = announcement_tells(ends, bytes, len, scratch, ret, about);
    if (ends->receiver_port.number == PORT_SSDP)
        *tells = ssdp_tells(ends, bytes, len, &scratch->room, ret, about);
    return NULL; /* DNS to everybody else */
}

bool identity_hears(const struct frame *f, struct identity_scratch *scratch, struct address *about)
{
    if (f->protocol != PROTOCOL_UDP || f->payload_len == 0)
        return false;
    struct dhcp_message m;
    switch (f->target_port.number) {
    case PORT_DHCP_SERVER:
    case PORT_DHCP_CLIENT:
        scratch->room.used = 0;
        if (!dhcp_parse(f->payload, f->payload_len, &scratch->room, &m))
            return false;
        *about = m.address;
        return address_known(m.address);
    case PORT_NETBIOS_NAME:
    case PORT_NETBIOS_DATAGRAM:
    case PORT_DHCP6_SERVER:
    case PORT_SSDP:
    case PORT_MDNS:
    case PORT_LLMNR:
        *about = f->source;
        return true;
    default:
        return false;
    }
}
