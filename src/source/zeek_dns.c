/*
 * dns.log: a question and, when one was seen, its answer, in one line. They become two messages, as
 * the wire has them. Types of answers are not told: an address is an address, a name under a
 * question for addresses an alias, else what was asked for. The length of the messages is not told
 * either: it is reckoned as RFC 1035 4 would have it, names compressed.
 */
#include "source/zeek.h"

#include "base/printable.h"

enum {
    DNS_PROTO = VALUE_OWN,
    DNS_ID,
    DNS_RTT,
    DNS_QUERY,
    DNS_QCLASS,
    DNS_QTYPE,
    DNS_RCODE,
    DNS_RD,
    DNS_ANSWERED,
    DNS_TTLS,
};

enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_TXT = 16, TYPE_AAAA = 28, TYPE_ANY = 255 };
enum {
    HEADER = 12,
    QUESTION = 6,
    RESOURCE = 12,
    NAME_MAX_BYTES = 255,
    PORT_NETBIOS = 137,
    PORT_LLMNR = 5355
};

/* As dns_record has names: lower case, no final dot, bytes outside [!-~] as \DDD. */
static struct text name_of(const struct zeek *zeek, struct block *block, struct text value)
{
    bool plain = value.len <= NAME_MAX_BYTES;
    for (uint32_t i = 0; plain && i < value.len; i++) {
        char c = value.at[i];
        plain = c > ' ' && c < 0x7f && c != '\\' && !(c >= 'A' && c <= 'Z');
    }
    struct text name = plain ? value : zeek_text(zeek, block, value);
    if (name.len > NAME_MAX_BYTES)
        name.len = NAME_MAX_BYTES;
    if (!plain) {
        char *copy = arena_new(&block->arena, (size_t)name.len * 4 + 1), *to = copy;
        for (uint32_t i = 0; i < name.len; i++) {
            unsigned char c = (unsigned char)ascii_lower(name.at[i]);
            if (c > ' ' && c < 0x7f && c != '\\') {
                *to++ = (char)c;
                continue;
            }
            *to++ = '\\';
            *to++ = (char)('0' + c / 100);
            *to++ = (char)('0' + c / 10 % 10);
            *to++ = (char)('0' + c % 10);
        }
        name = text_at(copy, (size_t)(to - copy));
    }
    if (name.len && name.at[name.len - 1] == '.')
        name.len--;
    return name;
}

static bool txt_of(const struct zeek *zeek, struct block *block, struct text value,
                   struct text *ret)
{
    if (!text_starts(value, "TXT ")) /* "TXT 11 v=spf1 -all" */
        return false;
    struct text rest = text_at(value.at + 4, value.len - 4);
    (void)text_word(&rest, ' ');
    *ret = zeek_text(zeek, block, rest);
    return true;
}

/* Fills one answer; returns how many bytes its data had. */
static uint32_t answer_read(const struct zeek *zeek, struct block *block, struct text value,
                            uint16_t asked, struct dns_answer *ret)
{
    bool addresses = asked == TYPE_A || asked == TYPE_AAAA || asked == TYPE_ANY;
    if (address_parse(value, &ret->address)) {
        ret->type = address_is_v4(ret->address) ? TYPE_A : TYPE_AAAA;
        return ret->type == TYPE_A ? 4 : 16;
    }
    ret->address = (struct address){0, 0};
    if (txt_of(zeek, block, value, &ret->data)) {
        ret->type = TYPE_TXT;
        return ret->data.len + 1;
    }
    ret->type = addresses ? TYPE_CNAME : asked;
    if (value.len == 0 || memchr(value.at, ' ', value.len) || value.at[0] == '<') {
        ret->data = zeek_text(zeek, block, value); /* "<unknown type=65>" and the like */
        return ret->data.len;
    }
    ret->name = name_of(zeek, block, value);
    return ret->name.len + 2;
}

static void answers_read(const struct zeek *zeek, struct block *block, struct dns_record *dns)
{
    struct text values = zeek->value[DNS_ANSWERED], ttls = zeek->value[DNS_TTLS], value, ttl;
    while (zeek_element(zeek, &values, &value)) {
        bool timed = zeek_element(zeek, &ttls, &ttl);
        if (dns->answers_len < DNS_ANSWERS) {
            struct dns_answer *answer = &dns->answer[dns->answers_len++];
            dns->message_len += RESOURCE + answer_read(zeek, block, value, dns->type, answer);
            answer->ttl_s = timed ? (uint32_t)(zeek_interval_us(ttl) / SECOND_US) : 0;
        } else {
            dns->message_len += RESOURCE + value.len;
        }
        if (dns->answers_total < UINT16_MAX)
            dns->answers_total++;
    }
}

/* A machine that makes sure that its own name is free asks for anything of it (RFC 4795 4.1);
 * nobody else asks LLMNR so. Then the name is the asker's. */
static bool own_name_read(const struct zeek *zeek, struct log_entry *entry, struct address host)
{
    struct text name = zeek_printable(zeek, entry->block, zeek->value[DNS_QUERY], PRINTABLE_NAME);
    if (zeek_count(zeek->value[DNS_QTYPE]) != TYPE_ANY || name.at == NULL)
        return false;
    *block_identity(entry->block, entry->time, entry->number, host) =
        (struct identity_record){.known_by = "llmnr", .name = name};
    return true;
}

static enum log_line dns_read(struct zeek *zeek, struct log_entry *entry)
{
    const struct text *value = zeek->value;
    struct ends ends;
    struct instant asked;
    if (!zeek_time(zeek, entry->block, &asked)) {
        entry->wrong = "no time";
        return LOG_DAMAGED;
    }
    struct instant answered = {asked.us + zeek_interval_us(value[DNS_RTT])};
    entry->time = answered;
    if (!zeek_ends(zeek, &ends)) {
        entry->wrong = "an address cannot be read";
        return LOG_DAMAGED;
    }
    ends.protocol = value[DNS_PROTO].at ? zeek_protocol(value[DNS_PROTO]) : PROTOCOL_UDP;
    if (ends.protocol == 0 || ends.outside_port.number == PORT_NETBIOS)
        return LOG_IGNORED; /* NetBIOS asks for names of the neighbourhood, not of the DNS */
    if (ends.outside_port.number == PORT_LLMNR && own_name_read(zeek, entry, ends.host))
        return LOG_USED;
    struct dns_record *dns = block_dns(entry->block, asked, entry->number, &ends);
    dns->recursion = zeek_true(value[DNS_RD]);
    dns->id = (uint16_t)zeek_count(value[DNS_ID]);
    dns->type = (uint16_t)zeek_count(value[DNS_QTYPE]);
    dns->rclass = (uint16_t)zeek_count(value[DNS_QCLASS]);
    dns->name = name_of(zeek, entry->block, value[DNS_QUERY]);
    dns->message_len = HEADER + QUESTION + dns->name.len;
    if (value[DNS_RCODE].at == NULL && value[DNS_ANSWERED].at == NULL)
        return LOG_USED;
    struct dns_record *answer = block_dns(entry->block, answered, entry->number, &ends);
    *answer = *dns;
    answer->response = true;
    answer->rcode = (uint8_t)zeek_count(value[DNS_RCODE]);
    answers_read(zeek, entry->block, answer);
    return LOG_USED;
}

const struct zeek_kind zeek_dns = {
    .name = "dns",
    .rank = 3,
    .columns = ZEEK_COMMON "proto trans_id rtt query qclass qtype rcode RD answers TTLs",
    .marks = "rejected qtype_name qtype",
    .read = dns_read,
};
