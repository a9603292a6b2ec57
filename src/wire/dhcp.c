/*
 * DHCP messages. The trouble: options come in any order, any number of times, and the address that
 * a message is about stands in one of three places, by its type. So the options are noted in one
 * bounded walk, and what they mean is decided after it.
 */
#include "wire/dhcp.h"

#include <stdio.h>

enum {
    OPTIONS_MAX = 128,
    OPTION_NAME = 12, /* RFC 2132 3.14 */
    OPTION_DOMAIN = 15,
    OPTION_WISH = 50,
    OPTION_TYPE = 53,
    OPTION_SERVER = 54,
    OPTION_LIST = 55,
    OPTION_VENDOR = 60,
    OPTION_CLIENT = 61,
    OPTION_FQDN = 81, /* RFC 4702 */
    OPTIONS = 256,
};

struct options {
    struct cursor at[OPTIONS]; /* the first of each; at.at NULL = not there */
};

/* False when an option runs past the end. An end without its mark is fine: pads are often cut. */
static bool options_read(struct cursor c, struct options *ret)
{
    for (unsigned i = 0; i < OPTIONS_MAX && cursor_left(&c) > 0; i++) {
        uint8_t code = cursor_u8(&c);
        if (code == 255)
            return true;
        if (code == 0) {
            while (cursor_left(&c) > 0 && c.at[0] == 0)
                cursor_skip(&c, 1);
            continue;
        }
        struct cursor inside = cursor_child(&c, cursor_u8(&c));
        if (!cursor_ok(&c))
            return false;
        if (ret->at[code].at == NULL)
            ret->at[code] = inside;
    }
    return true;
}

static uint32_t number_of(const struct options *o, unsigned code, size_t bytes)
{
    struct cursor c = o->at[code];
    if (c.at == NULL || cursor_left(&c) != bytes)
        return 0;
    return bytes == 1 ? cursor_u8(&c) : cursor_u32(&c);
}

static struct address address_of(uint32_t number)
{
    struct address none = {0, 0};
    return number ? address_v4(number) : none;
}

/* Where the address stands (RFC 2131 4.3.1, 4.3.2, 4.3.5). */
static void address_read(const struct options *o, uint32_t mine, uint32_t yours,
                         struct dhcp_message *m)
{
    if (m->type == DHCP_ACK && !m->from_client) {
        m->address = address_of(yours ? yours : mine);
    } else if ((m->type == DHCP_REQUEST || m->type == DHCP_INFORM) && m->from_client) {
        m->wished = mine == 0 && number_of(o, OPTION_SERVER, 4) == 0;
        m->address = address_of(mine ? mine : number_of(o, OPTION_WISH, 4));
    }
}

/* Option 61: hardware type and address, or anything (RFC 2132 9.14). */
static struct text client_read(struct printable_room *room, struct cursor c)
{
    if (c.at == NULL || cursor_left(&c) < 2)
        return text_of(NULL);
    if (cursor_left(&c) == 7 && c.at[0] == 1) {
        cursor_skip(&c, 1);
        uint64_t mac = (uint64_t)cursor_u32(&c) << 16;
        return printable_mac(room, mac | cursor_u16(&c));
    }
    return printable_hex(room, c, PRINTABLE_NAME);
}

/* The machine's name and what stands behind its first dot. */
static void name_split(struct text whole, struct dhcp_message *m)
{
    const char *dot = whole.len ? memchr(whole.at, '.', whole.len) : NULL;
    size_t first = dot ? (size_t)(dot - whole.at) : whole.len;
    if (first > 0)
        m->name = text_at(whole.at, first);
    if (dot && first + 1 < whole.len)
        m->domain = text_at(dot + 1, whole.len - first - 1);
}

static void names_read(struct printable_room *room, const struct options *o, struct dhcp_message *m)
{
    struct cursor fqdn = o->at[OPTION_FQDN];
    if (fqdn.at != NULL) {
        bool wire = cursor_u8(&fqdn) & 4; /* RFC 4702 2.1: E */
        cursor_skip(&fqdn, 2);
        if (cursor_ok(&fqdn))
            name_split(wire ? printable_labels(room, fqdn, PRINTABLE_NAME)
                            : printable_utf8(room, fqdn, PRINTABLE_NAME),
                       m);
    }
    if (o->at[OPTION_NAME].at != NULL)
        name_split(printable_utf8(room, o->at[OPTION_NAME], PRINTABLE_NAME), m);
    if (m->domain.at == NULL && o->at[OPTION_DOMAIN].at != NULL)
        m->domain = printable_utf8(room, o->at[OPTION_DOMAIN], PRINTABLE_NAME);
}

/* "1,3,6 vendor": the numbers of a list, in order, then a text. */
static struct text fingerprint_of(struct printable_room *room, struct cursor list, unsigned width,
                                  struct cursor vendor)
{
    char text[PRINTABLE_LONG + 8];
    size_t len = 0;
    while (list.at && cursor_left(&list) >= width && len < PRINTABLE_LONG - 8) {
        unsigned code = width == 1 ? cursor_u8(&list) : cursor_u16(&list);
        int used = snprintf(text + len, sizeof text - len, "%s%u", len ? "," : "", code);
        len += (size_t)used;
    }
    if (vendor.at && cursor_left(&vendor) > 0) {
        size_t rest = cursor_left(&vendor);
        if (len)
            text[len++] = ' ';
        if (rest > sizeof text - len)
            rest = sizeof text - len;
        memcpy(text + len, cursor_take(&vendor, rest), rest);
        len += rest;
    }
    return printable_utf8(room, cursor_over(text, len), PRINTABLE_LONG);
}

bool dhcp_parse(const uint8_t *bytes, size_t len, struct printable_room *room,
                struct dhcp_message *ret)
{
    struct cursor c = cursor_over(bytes, len);
    uint8_t op = cursor_u8(&c), hardware = cursor_u8(&c), hardware_len = cursor_u8(&c);
    cursor_skip(&c, 9);
    uint32_t mine = cursor_u32(&c), yours = cursor_u32(&c);
    cursor_skip(&c, 8);
    uint64_t mac = (uint64_t)cursor_u32(&c) << 16;
    mac |= cursor_u16(&c);
    cursor_skip(&c, 10 + 64 + 128); /* rest of chaddr, sname, file */
    uint32_t cookie = cursor_u32(&c);
    if (!cursor_ok(&c) || (op != 1 && op != 2) || cookie != 0x63825363)
        return false;
    struct options o;
    memset(&o, 0, sizeof o);
    struct dhcp_message m = {.from_client = op == 1};
    if (!options_read(c, &o))
        return false;
    m.type = (uint8_t)number_of(&o, OPTION_TYPE, 1);
    if (m.type == 0 || m.type > 18) /* RFC 2132 9.6 and what came after it */
        return false;
    m.mac = hardware == 1 && hardware_len == 6 ? mac : 0;
    address_read(&o, mine, yours, &m);
    m.client = client_read(room, o.at[OPTION_CLIENT]);
    names_read(room, &o, &m);
    if (m.from_client)
        m.fingerprint = fingerprint_of(room, o.at[OPTION_LIST], 1, o.at[OPTION_VENDOR]);
    *ret = m;
    return true;
}

/* ---- DHCPv6 */

enum {
    SIX_CLIENT = 1, /* RFC 8415 21.2 */
    SIX_LIST = 6,
    SIX_VENDOR = 16,
    SIX_FQDN = 39, /* RFC 4704 */
};

/* Client messages: SOLICIT to INFORMATION-REQUEST, without the servers' (RFC 8415 7.3). */
static bool six_from_client(uint8_t type)
{
    return type == 1 || (type >= 3 && type <= 6) || type == 8 || type == 9 || type == 11;
}

bool dhcp6_parse(const uint8_t *bytes, size_t len, struct printable_room *room,
                 struct dhcp_message *ret)
{
    struct cursor c = cursor_over(bytes, len), none = {0}, list = none, vendor = none;
    struct dhcp_message m = {.type = cursor_u8(&c), .from_client = true};
    cursor_skip(&c, 3);
    if (!cursor_ok(&c) || !six_from_client(m.type))
        return false;
    for (unsigned i = 0; i < OPTIONS_MAX && cursor_left(&c) > 0; i++) {
        uint16_t code = cursor_u16(&c);
        struct cursor inside = cursor_child(&c, cursor_u16(&c));
        if (!cursor_ok(&c))
            return false;
        if (code == SIX_CLIENT && m.client.at == NULL) {
            m.client = printable_hex(room, inside, PRINTABLE_NAME);
        } else if (code == SIX_LIST) {
            list = inside;
        } else if (code == SIX_VENDOR) { /* enterprise number, then texts with their lengths */
            cursor_skip(&inside, 4);
            vendor = cursor_child(&inside, cursor_u16(&inside));
        } else if (code == SIX_FQDN && m.name.at == NULL) {
            cursor_skip(&inside, 1);
            name_split(printable_labels(room, inside, PRINTABLE_NAME), &m);
        }
    }
    if (m.client.at == NULL)
        return false;
    m.fingerprint = fingerprint_of(room, list, 2, vendor);
    *ret = m;
    return true;
}
