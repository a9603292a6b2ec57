/*
 * NetBIOS. The trouble: the name service looks like DNS and is none, a name is 16 bytes spelt in 32
 * letters of which the last byte says what it is for, and a registration, an answer and a status
 * reply tell the name of the sender, of somebody else, and a list. Each of the three is read by its
 * own rule; all else is recognised and tells nothing.
 */
#include "wire/netbios.h"

#include <stdio.h>

enum {
    LABELS_MAX = 8, /* of a scope */
    TYPE_NAME = 0x20,
    TYPE_STATUS = 0x21,
    OP_QUERY = 0,
    OP_REGISTER = 5,
    OP_REFRESH = 8, /* 9 in many systems, from a misprint in RFC 1002 4.2.1.1 */
    OP_REFRESH_9 = 9,
    OP_REGISTER_MANY = 15,
    NAME_BYTES = 16,
    GROUP = 0x8000, /* RFC 1002 4.2.1.3: G */
};

/* 32 letters A to P behind their length, and the scope (RFC 1002 4.1, first-level encoding). */
static bool name_read(struct cursor *c, uint8_t ret[NAME_BYTES])
{
    if (cursor_u8(c) != 32)
        return false;
    for (unsigned i = 0; i < NAME_BYTES; i++) {
        uint8_t high = cursor_u8(c), low = cursor_u8(c);
        if (high < 'A' || high > 'P' || low < 'A' || low > 'P')
            return false;
        ret[i] = (uint8_t)((high - 'A') << 4 | (low - 'A'));
    }
    for (unsigned i = 0; i < LABELS_MAX; i++) {
        uint8_t len = cursor_u8(c);
        if (len == 0)
            return cursor_ok(c);
        if (len > 63)
            return false;
        cursor_skip(c, len);
    }
    return false;
}

/* A record's name: spelt out or a pointer to the question (C00C). */
static bool name_again(struct cursor *c, uint8_t name[NAME_BYTES])
{
    if (cursor_left(c) >= 2 && c->at[0] == 0xc0) {
        cursor_skip(c, 2);
        return true;
    }
    return name_read(c, name);
}

static void name_add(struct printable_room *room, struct netbios_message *m,
                     const uint8_t name[NAME_BYTES], bool group)
{
    if (m->names == NETBIOS_NAMES)
        return;
    struct text text = printable_utf8(room, cursor_over(name, NAME_BYTES - 1), NAME_BYTES);
    if (text.at != NULL)
        m->name[m->names++] = (struct netbios_name){text, name[NAME_BYTES - 1], group};
}

bool netbios_recognise_name(const uint8_t *bytes, size_t len)
{
    struct cursor c = cursor_over(bytes, len);
    uint8_t name[NAME_BYTES];
    cursor_skip(&c, 12);
    return name_read(&c, name);
}

/* Type, class, time to live, length: false when it is no record of that type. */
static bool record_read(struct cursor *c, uint16_t type, struct cursor *data)
{
    uint16_t is = cursor_u16(c), class = cursor_u16(c);
    cursor_skip(c, 4);
    *data = cursor_child(c, cursor_u16(c));
    return cursor_ok(c) && is == type && class == 1;
}

static bool status_read(struct cursor c, struct printable_room *room, struct netbios_message *m)
{
    unsigned names = cursor_u8(&c);
    for (unsigned i = 0; i < names; i++) {
        const uint8_t *name = cursor_take(&c, NAME_BYTES);
        bool group = cursor_u16(&c) & GROUP;
        if (!cursor_ok(&c))
            return false;
        name_add(room, m, name, group);
    }
    m->mac = (uint64_t)cursor_u32(&c) << 16;
    m->mac |= cursor_u16(&c);
    if (!cursor_ok(&c))
        return false;
    m->of_sender = true;
    return true;
}

/* Name flags and an address, once or several times; only the first is looked at. */
static bool owner_read(struct cursor c, bool of_sender, struct printable_room *room,
                       struct netbios_message *m, const uint8_t name[NAME_BYTES])
{
    bool group = cursor_u16(&c) & GROUP;
    uint32_t address = cursor_u32(&c);
    if (!cursor_ok(&c))
        return false;
    m->of_sender = of_sender;
    if (!of_sender)
        m->address = address_v4(address);
    name_add(room, m, name, group);
    return true;
}

bool netbios_parse_name(const uint8_t *bytes, size_t len, struct printable_room *room,
                        struct netbios_message *ret)
{
    struct cursor c = cursor_over(bytes, len), data;
    uint8_t name[NAME_BYTES];
    struct netbios_message m = {.names = 0};
    cursor_skip(&c, 2);
    uint16_t flags = cursor_u16(&c), questions = cursor_u16(&c), answers = cursor_u16(&c);
    cursor_skip(&c, 2);
    uint16_t additional = cursor_u16(&c);
    bool reply = flags & 0x8000;
    unsigned op = flags >> 11 & 15;
    if (!cursor_ok(&c) || questions > 1 || answers > 1 || additional > 1 || !name_read(&c, name))
        return false;
    if (questions == 1) {
        uint16_t type = cursor_u16(&c), class = cursor_u16(&c);
        if (!cursor_ok(&c) || (type != TYPE_NAME && type != TYPE_STATUS) || class != 1)
            return false;
    }
    bool registers =
        op == OP_REGISTER || op == OP_REFRESH || op == OP_REFRESH_9 || op == OP_REGISTER_MANY;
    if (!reply && registers && questions == 1 && additional == 1) {
        if (!name_again(&c, name) || !record_read(&c, TYPE_NAME, &data) ||
            !owner_read(data, true, room, &m, name))
            return false;
    } else if (reply && op == OP_QUERY && (flags & 15) == 0 && questions == 0 && answers == 1) {
        struct cursor status = c;
        bool done = record_read(&c, TYPE_NAME, &data)
                        ? owner_read(data, false, room, &m, name)
                        : record_read(&status, TYPE_STATUS, &data) && status_read(data, room, &m);
        if (!done)
            return false;
    }
    *ret = m;
    return true;
}

/* ---- datagrams */

/* The announcement behind the SMB header of a mailslot write (MS-MAIL, MS-BRWS 2.2.1, 2.2.10). */
static void announcement_read(struct cursor c, struct printable_room *room,
                              struct netbios_message *m)
{
    static const char slot[] = "\\MAILSLOT\\BROWSE";
    if (cursor_u32(&c) != 0xff534d42 || cursor_u8(&c) != 0x25) /* SMB_COM_TRANSACTION */
        return;
    cursor_skip(&c, 27);
    cursor_skip(&c, (size_t)cursor_u8(&c) * 2); /* words */
    struct cursor rest = cursor_child(&c, cursor_u16(&c));
    const uint8_t *name = cursor_take(&rest, sizeof slot);
    if (name == NULL || memcmp(name, slot, sizeof slot) != 0)
        return;
    uint8_t command = cursor_u8(&rest);
    cursor_skip(&rest, 1 + 4 + NAME_BYTES);
    uint8_t major = cursor_u8(&rest), minor = cursor_u8(&rest);
    if (!cursor_ok(&rest) || (command != 1 && command != 15)) /* host, local master */
        return;
    char text[32];
    int len = snprintf(text, sizeof text, "browser version %u.%u", major, minor);
    m->version = printable_utf8(room, cursor_over(text, (size_t)len), sizeof text);
}

bool netbios_parse_datagram(const uint8_t *bytes, size_t len, struct printable_room *room,
                            struct netbios_message *ret)
{
    struct cursor c = cursor_over(bytes, len);
    struct netbios_message m = {.names = 0};
    uint8_t source[NAME_BYTES], target[NAME_BYTES];
    uint8_t type = cursor_u8(&c), flags = cursor_u8(&c);
    cursor_skip(&c, 8); /* number, address and port of the sender */
    uint16_t length = cursor_u16(&c), offset = cursor_u16(&c);
    struct cursor rest = cursor_child(&c, length);
    if (!cursor_ok(&c) || type < 0x10 || type > 0x12 || (flags & 0xf0) != 0 || offset != 0 ||
        !name_read(&rest, source) || !name_read(&rest, target))
        return false;
    m.of_sender = true;
    name_add(room, &m, source, false);
    if (target[NAME_BYTES - 1] != 0x20) /* a group: the workgroup, its browsers, its masters */
        name_add(room, &m, target, true);
    announcement_read(rest, room, &m);
    *ret = m;
    return true;
}
