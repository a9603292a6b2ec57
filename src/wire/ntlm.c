/*
 * NTLM. The trouble: a message has no length of its own; each field says where it lies, anywhere
 * behind the head. So the head is read first, the end of the farthest field is the end of the
 * message, and only when that is there are the texts read.
 */
#include "wire/ntlm.h"

enum {
    CHALLENGE = 2,
    AUTHENTICATE = 3,
    UNICODE = 1, /* NTLMSSP_NEGOTIATE_UNICODE */
    PAIRS_MAX = 16,
    PAIR_END = 0, /* MS-NLMP 2.2.2.1 */
    PAIR_MACHINE = 1,
    PAIR_DOMAIN = 2,
};

static const uint8_t mark[] = {'N', 'T', 'L', 'M', 'S', 'S', 'P', 0};

struct field {
    uint32_t offset, len;
};

const uint8_t *ntlm_find(const uint8_t *bytes, size_t len)
{
    return len < sizeof mark ? NULL : memmem(bytes, len, mark, sizeof mark);
}

static struct field field_read(struct cursor *c)
{
    struct field f;
    f.len = cursor_u16_le(c);
    cursor_skip(c, 2); /* room, to be ignored (MS-NLMP 2.2.1.3) */
    f.offset = cursor_u32_le(c);
    return f;
}

/* PARSE_DONE when the field lies inside `len` bytes. */
static enum parse field_there(struct field f, size_t head, size_t len)
{
    if (f.len == 0)
        return PARSE_DONE;
    if (f.offset < head || f.offset > NTLM_MAX || f.len > NTLM_MAX)
        return PARSE_BAD;
    return (size_t)f.offset + f.len <= len ? PARSE_DONE : PARSE_MORE;
}

static struct cursor field_over(struct cursor message, struct field f)
{
    if (f.len == 0)
        return cursor_over(NULL, 0);
    cursor_skip(&message, f.offset);
    return cursor_child(&message, f.len);
}

static struct text text_read(struct printable_room *room, struct cursor c, bool unicode)
{
    return unicode ? printable_utf16_le(room, c, PRINTABLE_NAME)
                   : printable_utf8(room, c, PRINTABLE_NAME);
}

static enum parse authenticate_read(struct cursor whole, struct cursor c,
                                    struct printable_room *room, struct ntlm_message *m)
{
    enum { HEAD = 64 };
    size_t len = cursor_left(&whole);
    struct field lan = field_read(&c), nt = field_read(&c), domain = field_read(&c);
    struct field user = field_read(&c), machine = field_read(&c), key = field_read(&c);
    bool unicode = cursor_u32_le(&c) & UNICODE;
    if (!cursor_ok(&c))
        return PARSE_MORE;
    const struct field all[] = {lan, nt, domain, user, machine, key};
    enum parse parse = PARSE_DONE;
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        enum parse one = field_there(all[i], HEAD, len);
        if (one == PARSE_BAD)
            return PARSE_BAD;
        if (one == PARSE_MORE)
            parse = PARSE_MORE;
    }
    if (parse == PARSE_MORE)
        return PARSE_MORE;
    m->authenticate = true;
    m->domain = text_read(room, field_over(whole, domain), unicode);
    m->user = text_read(room, field_over(whole, user), unicode);
    m->machine = text_read(room, field_over(whole, machine), unicode);
    return PARSE_DONE;
}

static enum parse challenge_read(struct cursor whole, struct cursor c, struct printable_room *room,
                                 struct ntlm_message *m)
{
    enum { HEAD = 48 };
    (void)field_read(&c); /* target: the domain or the server, which of them is said below */
    cursor_skip(&c, 4 + 8 + 8);
    struct field pairs = field_read(&c);
    if (!cursor_ok(&c))
        return PARSE_MORE;
    enum parse parse = field_there(pairs, HEAD, cursor_left(&whole));
    if (parse != PARSE_DONE)
        return parse;
    struct cursor list = field_over(whole, pairs);
    for (unsigned i = 0; i < PAIRS_MAX && cursor_left(&list) > 0; i++) {
        uint16_t kind = cursor_u16_le(&list);
        struct cursor value = cursor_child(&list, cursor_u16_le(&list));
        if (!cursor_ok(&list))
            return PARSE_BAD;
        if (kind == PAIR_END)
            break;
        if (kind == PAIR_MACHINE)
            m->machine = printable_utf16_le(room, value, PRINTABLE_NAME);
        if (kind == PAIR_DOMAIN)
            m->domain = printable_utf16_le(room, value, PRINTABLE_NAME);
    }
    return PARSE_DONE;
}

enum parse ntlm_parse(const uint8_t *bytes, size_t len, struct printable_room *room,
                      struct ntlm_message *ret)
{
    struct cursor whole = cursor_over(bytes, len), c = whole;
    struct ntlm_message m = {.authenticate = false};
    size_t shown = len < sizeof mark ? len : sizeof mark;
    if (shown && memcmp(bytes, mark, shown) != 0)
        return PARSE_BAD;
    cursor_skip(&c, sizeof mark);
    uint32_t type = cursor_u32_le(&c);
    if (!cursor_ok(&c))
        return PARSE_MORE;
    enum parse parse = type == AUTHENTICATE ? authenticate_read(whole, c, room, &m)
                       : type == CHALLENGE  ? challenge_read(whole, c, room, &m)
                                            : PARSE_BAD;
    if (parse == PARSE_DONE)
        *ret = m;
    return parse;
}
