/*
 * dhcp.log, kerberos.log and ntlm.log: who a machine and its user are. As from packets, a client
 * tells of itself: DHCP of the address it was given, Kerberos and NTLM of the address that asked;
 * an account that ends in '$' is a machine's (MS-SAMR 3.1.1.8.4).
 */
#include "source/zeek.h"

#include "base/printable.h"

enum {
    DHCP_MAC = VALUE_OWN,
    DHCP_ASSIGNED,
    DHCP_ASSIGNED_OLD, /* to version 2.5 */
    DHCP_CLIENT,
    DHCP_NAME,
    DHCP_FQDN,
    DHCP_DOMAIN,
    DHCP_MESSAGES,
};

enum { KERBEROS_CLIENT = VALUE_OWN, KERBEROS_SUCCESS };
enum { NTLM_USER = VALUE_OWN, NTLM_HOST, NTLM_DOMAIN, NTLM_SUCCESS };

/* "08:00:27:5e:9a:a6"; 0: none. */
static uint64_t mac_of(struct text text)
{
    uint64_t mac = 0;
    if (text.len != 17)
        return 0;
    for (uint32_t i = 0; i < text.len; i += 3) {
        uint8_t byte;
        if (!zeek_hex(text_at(text.at + i, 2), &byte, 1) ||
            (i + 2 < text.len && text.at[i + 2] != ':' && text.at[i + 2] != '-'))
            return 0;
        mac = mac << 8 | byte;
    }
    return mac;
}

/* Splits "name.domain" at the first dot. */
static void name_split(struct text *name, struct text *domain)
{
    const char *dot = name->len ? memchr(name->at, '.', name->len) : NULL;
    if (dot == NULL)
        return;
    size_t len = (size_t)(dot - name->at);
    if (domain->len == 0 && name->len > len + 1)
        *domain = text_at(dot + 1, name->len - len - 1);
    *name = len ? text_at(name->at, len) : text_of(NULL);
}

static void account_put(struct text account, struct identity_record *r)
{
    if (account.len > 1 && account.at[account.len - 1] == '$') {
        if (r->name.at == NULL)
            r->name = text_at(account.at, account.len - 1);
    } else if (account.len > 0) {
        r->user = account;
    }
}

/* Whether the server agreed to what the client asked. */
static bool is_agreed(const struct zeek *zeek, struct text messages)
{
    struct text message;
    while (zeek_element(zeek, &messages, &message))
        if (text_is(message, "ACK"))
            return true;
    return false;
}

static enum log_line dhcp_read(struct zeek *zeek, struct log_entry *entry)
{
    const struct text *value = zeek->value;
    struct block *block = entry->block;
    struct address host;
    if (!zeek_time(zeek, block, &entry->time)) {
        entry->wrong = "no time";
        return LOG_DAMAGED;
    }
    bool agreed = value[DHCP_MESSAGES].at == NULL || is_agreed(zeek, value[DHCP_MESSAGES]);
    if (!address_parse(value[DHCP_ASSIGNED], &host) &&
        !address_parse(value[DHCP_ASSIGNED_OLD], &host) &&
        !address_parse(value[DHCP_CLIENT], &host))
        return LOG_IGNORED; /* asked for, and not given */
    if (!address_known(host) || (address_is_v4(host) && address_v4_number(host) == 0) || !agreed)
        return LOG_IGNORED;
    struct identity_record r = {.known_by = "dhcp", .mac = mac_of(value[DHCP_MAC])};
    r.name = zeek_printable(zeek, block, value[DHCP_NAME], PRINTABLE_NAME);
    struct text full = zeek_printable(zeek, block, value[DHCP_FQDN], PRINTABLE_LONG);
    r.domain = zeek_printable(zeek, block, value[DHCP_DOMAIN], PRINTABLE_NAME);
    name_split(&full, &r.domain);
    if (r.name.at == NULL)
        r.name = full;
    if (r.domain.len > PRINTABLE_NAME)
        r.domain.len = PRINTABLE_NAME;
    r.confirms = true;
    if (r.mac == 0 && r.name.at == NULL)
        return LOG_IGNORED;
    *block_identity(block, entry->time, entry->number, host) = r;
    return LOG_USED;
}

/* The client's address, when the line tells of one and did not fail. */
static bool client_of(struct zeek *zeek, struct log_entry *entry, struct text success,
                      struct address *ret, enum log_line *ret_outcome)
{
    struct ends ends;
    *ret_outcome = LOG_DAMAGED;
    entry->wrong = "no time, or an address that cannot be read";
    if (!zeek_time(zeek, entry->block, &entry->time) || !zeek_ends(zeek, &ends))
        return false;
    entry->wrong = NULL;
    *ret = ends.host;
    *ret_outcome = LOG_IGNORED;
    return success.at == NULL || zeek_true(success);
}

static enum log_line kerberos_read(struct zeek *zeek, struct log_entry *entry)
{
    const struct text *value = zeek->value;
    struct address host;
    enum log_line outcome;
    if (!client_of(zeek, entry, value[KERBEROS_SUCCESS], &host, &outcome))
        return outcome;
    struct text client = zeek_printable(zeek, entry->block, value[KERBEROS_CLIENT], PRINTABLE_LONG);
    struct identity_record r = {.known_by = "kerberos"};
    /* "name/REALM", "host/machine.domain/REALM" */
    const char *slash = client.len ? memrchr(client.at, '/', client.len) : NULL;
    if (slash) {
        size_t len = (size_t)(slash - client.at);
        r.domain = client.len > len + 1 ? text_at(slash + 1, client.len - len - 1) : text_of(NULL);
        client = text_at(client.at, len);
    }
    if (text_starts(client, "WELLKNOWN")) /* RFC 8062 3: anonymous */
        return LOG_IGNORED;
    if (text_starts(client, "host/"))
        r.name = text_at(client.at + 5, client.len - 5);
    else
        account_put(client, &r);
    if (r.name.len == 0 && r.user.len == 0)
        return LOG_IGNORED;
    *block_identity(entry->block, entry->time, entry->number, host) = r;
    return LOG_USED;
}

static enum log_line ntlm_read(struct zeek *zeek, struct log_entry *entry)
{
    const struct text *value = zeek->value;
    struct block *block = entry->block;
    struct address host;
    enum log_line outcome;
    if (!client_of(zeek, entry, value[NTLM_SUCCESS], &host, &outcome))
        return outcome;
    struct identity_record r = {.known_by = "ntlm"};
    r.name = zeek_printable(zeek, block, value[NTLM_HOST], PRINTABLE_NAME);
    r.domain = zeek_printable(zeek, block, value[NTLM_DOMAIN], PRINTABLE_NAME);
    account_put(zeek_printable(zeek, block, value[NTLM_USER], PRINTABLE_NAME), &r);
    if (r.name.len == 0 && r.user.len == 0)
        return LOG_IGNORED;
    *block_identity(block, entry->time, entry->number, host) = r;
    return LOG_USED;
}

const struct zeek_kind zeek_dhcp = {
    .name = "dhcp",
    .rank = 2,
    .columns = ZEEK_COMMON "mac assigned_addr assigned_ip client_addr host_name client_fqdn domain "
                           "msg_types",
    .marks = "assigned_addr assigned_ip lease_time msg_types",
    .read = dhcp_read,
};

const struct zeek_kind zeek_kerberos = {
    .name = "kerberos",
    .rank = 6,
    .columns = ZEEK_COMMON "client success",
    .marks = "request_type",
    .read = kerberos_read,
};

const struct zeek_kind zeek_ntlm = {
    .name = "ntlm",
    .rank = 6,
    .columns = ZEEK_COMMON "username hostname domainname success",
    .marks = "domainname server_nb_computer_name",
    .read = ntlm_read,
};
