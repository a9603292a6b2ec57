/*
 * Kerberos messages: DER in which every field is wrapped in a tag of its own number. A walk over
 * the fields picks the three that name the client; tickets and ciphertexts are stepped over whole.
 */
#include "wire/kerberos.h"

#include "wire/der.h"

enum { /* RFC 4120 5.10: application tags */
       TAG_AS_REQUEST = 0x6a,
       TAG_AS_REPLY = 0x6b,
       TAG_TGS_REQUEST = 0x6c,
       TAG_TGS_REPLY = 0x6d,
       TAG_ERROR = 0x7e,
       TAG_SEQUENCE = 0x30,
       TAG_INTEGER = 0x02,
       TAG_OCTETS = 0x04,
       TAG_STRING = 0x1b,
       FIELDS_MAX = 16,
       PARTS_MAX = 4, /* of a principal's name */
       ADDRESSES_MAX = 16,
       ADDRESS_NETBIOS = 20, /* RFC 4120 7.5.3 */
};

#define FIELD(number) (uint8_t)(0xa0 + (number))

static bool is_message(uint8_t tag)
{
    return (tag >= TAG_AS_REQUEST && tag <= TAG_TGS_REPLY) || tag == TAG_ERROR;
}

bool kerberos_recognise(const uint8_t *bytes, size_t len, size_t whole)
{
    struct cursor c = cursor_over(bytes, len);
    uint8_t tag = cursor_u8(&c);
    size_t size = cursor_u8(&c), head = 2;
    if (size > 0x80 && size <= 0x84) {
        unsigned more = (unsigned)size & 7;
        head += more;
        size = 0;
        for (unsigned i = 0; i < more; i++)
            size = size << 8 | cursor_u8(&c);
    } else if (size == 0x80) {
        return false;
    }
    return cursor_u8(&c) == TAG_SEQUENCE && cursor_ok(&c) && is_message(tag) && size < whole &&
           size + head == whole;
}

static uint32_t integer_read(struct cursor c)
{
    struct der_value number;
    uint32_t value = 0;
    if (!der_expect(&c, TAG_INTEGER, &number) || cursor_left(&number.inside) > 4)
        return 0;
    while (cursor_left(&number.inside) > 0)
        value = value << 8 | cursor_u8(&number.inside);
    return value;
}

static struct text string_read(struct cursor c, struct printable_room *room)
{
    struct der_value string;
    if (!der_expect(&c, TAG_STRING, &string))
        return text_of(NULL);
    return printable_utf8(room, string.inside, PRINTABLE_NAME);
}

/* PrincipalName (RFC 4120 5.2.2): its type, and its parts joined. */
static bool principal_read(struct cursor c, struct printable_room *room, struct kerberos_message *m)
{
    struct der_value name, field, list, part;
    char joined[PRINTABLE_NAME * 2];
    size_t len = 0;
    if (!der_expect(&c, TAG_SEQUENCE, &name) || !der_expect(&name.inside, FIELD(0), &field))
        return false;
    m->client_type = (uint8_t)integer_read(field.inside);
    if (!der_expect(&name.inside, FIELD(1), &field) ||
        !der_expect(&field.inside, TAG_SEQUENCE, &list))
        return false;
    for (unsigned i = 0; i < PARTS_MAX && cursor_left(&list.inside) > 0; i++) {
        if (!der_expect(&list.inside, TAG_STRING, &part))
            return false;
        size_t bytes = cursor_left(&part.inside);
        if (bytes > sizeof joined - len - 1)
            bytes = sizeof joined - len - 1;
        if (i > 0)
            joined[len++] = '/';
        if (bytes > sizeof joined - len)
            bytes = sizeof joined - len;
        if (bytes > 0)
            memcpy(joined + len, cursor_take(&part.inside, bytes), bytes);
        len += bytes;
        if (len >= sizeof joined - 1)
            break;
    }
    m->client = printable_utf8(room, cursor_over(joined, len), PRINTABLE_NAME);
    return true;
}

/* The client's NetBIOS name among its addresses: 16 bytes, blanks behind. Damage costs only it. */
static struct text machine_read(struct cursor c, struct printable_room *room)
{
    struct der_value list, address, type, field, octets;
    if (!der_expect(&c, TAG_SEQUENCE, &list))
        return text_of(NULL);
    for (unsigned i = 0; i < ADDRESSES_MAX && cursor_left(&list.inside) > 0; i++) {
        if (!der_expect(&list.inside, TAG_SEQUENCE, &address) ||
            !der_expect(&address.inside, FIELD(0), &type) ||
            !der_expect(&address.inside, FIELD(1), &field) ||
            !der_expect(&field.inside, TAG_OCTETS, &octets))
            return text_of(NULL);
        struct cursor name = octets.inside;
        if (integer_read(type.inside) != ADDRESS_NETBIOS || cursor_left(&name) > 16)
            continue;
        if (cursor_left(&name) == 16)
            name.end--; /* what the name is for */
        return printable_utf8(room, name, 16);
    }
    return text_of(NULL);
}

/* KDC-REQ-BODY (RFC 4120 5.4.1). */
static bool body_read(struct cursor c, struct printable_room *room, struct kerberos_message *m)
{
    struct der_value body, field;
    if (!der_expect(&c, TAG_SEQUENCE, &body))
        return false;
    for (unsigned i = 0; i < FIELDS_MAX && cursor_left(&body.inside) > 0; i++) {
        if (!der_read(&body.inside, &field))
            return false;
        if (field.tag == FIELD(1) && !principal_read(field.inside, room, m))
            return false;
        if (field.tag == FIELD(2))
            m->realm = string_read(field.inside, room);
        if (field.tag == FIELD(9))
            m->machine = machine_read(field.inside, room);
    }
    return true;
}

bool kerberos_parse(const uint8_t *bytes, size_t len, struct printable_room *room,
                    struct kerberos_message *ret)
{
    struct cursor c = cursor_over(bytes, len);
    struct der_value message, sequence, field;
    if (!der_read(&c, &message) || !is_message(message.tag) ||
        !der_expect(&message.inside, TAG_SEQUENCE, &sequence))
        return false;
    struct kerberos_message m = {.request = message.tag == TAG_AS_REQUEST ||
                                            message.tag == TAG_TGS_REQUEST};
    bool error = message.tag == TAG_ERROR;
    for (unsigned i = 0; i < FIELDS_MAX && cursor_left(&sequence.inside) > 0; i++) {
        if (!der_read(&sequence.inside, &field))
            return false;
        if (i == 0 && field.tag != FIELD(m.request ? 1 : 0)) /* pvno */
            return false;
        if (error)
            continue;
        bool fine = true;
        if (m.request && field.tag == FIELD(4))
            fine = body_read(field.inside, room, &m);
        else if (!m.request && field.tag == FIELD(3))
            m.realm = string_read(field.inside, room);
        else if (!m.request && field.tag == FIELD(4))
            fine = principal_read(field.inside, room, &m);
        if (!fine)
            return false;
    }
    *ret = m;
    return true;
}
