#include "simulate/message.h"

static void put_u16(struct buf *out, unsigned n)
{
    buf_char(out, (char)(n >> 8));
    buf_char(out, (char)n);
}

/* RFC 1035 3.1: labels with a length byte each. The names are ours and well-formed. */
static void put_name(struct buf *out, const char *name)
{
    while (*name) {
        size_t len = strcspn(name, ".");
        buf_char(out, (char)len);
        buf_add(out, name, len);
        name += len + (name[len] == '.');
    }
    buf_char(out, 0);
}

static void put_head(struct buf *out, uint16_t id, unsigned flags, unsigned answers,
                     const char *name, uint16_t type)
{
    put_u16(out, id);
    put_u16(out, flags);
    put_u16(out, 1);
    put_u16(out, answers);
    put_u16(out, 0);
    put_u16(out, 1);
    put_name(out, name);
    put_u16(out, type);
    put_u16(out, 1);
}

static void put_opt(struct buf *out)
{
    static const unsigned char opt[] = {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0};
    buf_add(out, opt, sizeof opt);
}

static void put_record_head(struct buf *out, uint16_t type, uint32_t ttl, size_t len)
{
    put_u16(out, type);
    put_u16(out, 1);
    put_u16(out, ttl >> 16);
    put_u16(out, ttl & 0xffff);
    put_u16(out, (unsigned)len);
}

static void put_address(struct buf *out, struct address address)
{
    if (address_is_v4(address)) {
        uint32_t n = address_v4_number(address);
        put_u16(out, n >> 16);
        put_u16(out, n & 0xffff);
        return;
    }
    for (unsigned i = 0; i < 4; i++)
        put_u16(out, (unsigned)(address.high >> (48 - 16 * i)) & 0xffff);
    for (unsigned i = 0; i < 4; i++)
        put_u16(out, (unsigned)(address.low >> (48 - 16 * i)) & 0xffff);
}

void dns_question(struct buf *out, uint16_t id, const char *name, uint16_t type)
{
    put_head(out, id, 0x0100, 0, name, type);
    put_opt(out);
}

enum { POINTER = 0xc000, NAME_AT = 12 }; /* the name asked for is at byte 12 */

void dns_reply(struct buf *out, uint16_t id, const char *name, uint16_t type, uint8_t rcode,
               const struct address *address)
{
    put_head(out, id, 0x8180u | rcode, address != NULL, name, type);
    if (address != NULL) {
        put_u16(out, POINTER | NAME_AT);
        put_record_head(out, type, 300, address_is_v4(*address) ? 4 : 16);
        put_address(out, *address);
    }
    put_opt(out);
}

void dns_reply_alias(struct buf *out, uint16_t id, const char *name, uint16_t type,
                     const char *alias, uint32_t ttl, const struct address *address, unsigned len)
{
    size_t start = out->len;
    put_head(out, id, 0x8180u, len + (alias != NULL), name, type);
    unsigned owner = POINTER | NAME_AT;
    if (alias != NULL) {
        put_u16(out, owner);
        put_record_head(out, DNS_TYPE_CNAME, ttl, strlen(alias) + 2);
        owner = POINTER | (unsigned)(out->len - start);
        put_name(out, alias);
    }
    for (unsigned i = 0; i < len; i++) {
        put_u16(out, owner);
        put_record_head(out, type, ttl, address_is_v4(address[i]) ? 4 : 16);
        put_address(out, address[i]);
    }
    put_opt(out);
}

void dns_reply_text(struct buf *out, uint16_t id, const char *name, const char *text)
{
    size_t len = strlen(text);
    put_head(out, id, 0x8180u, 1, name, DNS_TYPE_TXT);
    put_u16(out, POINTER | NAME_AT);
    put_record_head(out, DNS_TYPE_TXT, 0, len + 1);
    buf_char(out, (char)len); /* one character-string (RFC 1035 3.3.14) */
    buf_add(out, text, len);
    put_opt(out);
}

void mdns_announcement(struct buf *out, const char *name, const struct address *address)
{
    put_u16(out, 0);
    put_u16(out, 0x8400); /* authoritative answer (RFC 6762 18) */
    put_u16(out, 0);
    put_u16(out, 1);
    put_u16(out, 0);
    put_u16(out, 0);
    put_name(out, name);
    put_u16(out, DNS_TYPE_A);
    put_u16(out, 0x8001); /* cache flush (RFC 6762 10.2) */
    put_u16(out, 0);
    put_u16(out, 120);
    put_u16(out, 4);
    put_address(out, *address);
}
