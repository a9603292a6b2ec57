/*
 * DER values (X.690) over the cursor: a value's contents become a cursor of their own, which
 * nothing inside can leave.
 */
#ifndef MUSTER_WIRE_DER_H
#define MUSTER_WIRE_DER_H

#include "base/cursor.h"

/* One value: its tag, its contents, and the bytes it stands in. */
struct der_value {
    uint8_t tag;
    struct cursor inside;
    const uint8_t *start;
};

/* Reads the next value (X.690 8.1, 10.1: definite lengths; tags of one byte are all we meet). */
static inline bool der_read(struct cursor *c, struct der_value *ret)
{
    ret->start = c->at;
    ret->tag = cursor_u8(c);
    size_t len = cursor_u8(c);
    if ((ret->tag & 0x1f) == 0x1f || len == 0x80 || len > 0x84)
        cursor_spoil(c);
    if (len > 0x80) {
        unsigned bytes = (unsigned)len & 7;
        len = 0;
        for (unsigned i = 0; i < bytes; i++)
            len = len << 8 | cursor_u8(c);
    }
    ret->inside = cursor_child(c, len);
    return cursor_ok(c);
}

static inline bool der_expect(struct cursor *c, uint8_t tag, struct der_value *ret)
{
    return der_read(c, ret) && ret->tag == tag;
}

#endif
