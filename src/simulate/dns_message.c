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

void dns_question(struct buf *out, uint16_t id, const char *name, uint16_t type)
{
    put_head(out, id, 0x0100, 0, name, type);
    put_opt(out);
}

void dns_reply(struct buf *out, uint16_t id, const char *name, uint16_t type, uint8_t rcode,
               const struct address *address)
{
    put_head(out, id, 0x8180u | rcode, address != NULL, name, type);
    if (address != NULL) {
        put_u16(out, 0xc00c); /* the name asked for, at byte 12 */
        put_u16(out, type);
        put_u16(out, 1);
        put_u16(out, 0);
        put_u16(out, 300);
        put_u16(out, 4);
        uint32_t n = address_v4_number(*address);
        put_u16(out, n >> 16);
        put_u16(out, n & 0xffff);
    }
    put_opt(out);
}
