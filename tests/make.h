/*
 * Makes messages for the tests: bytes one behind the other, and length fields that are filled in
 * when what they count is there.
 */
#ifndef MUSTER_TESTS_MAKE_H
#define MUSTER_TESTS_MAKE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct make {
    size_t len;
    uint8_t at[80000];
};

static inline void make_bytes(struct make *m, const void *bytes, size_t len)
{
    assert(len <= sizeof m->at - m->len);
    memcpy(m->at + m->len, bytes, len);
    m->len += len;
}

static inline void make_string(struct make *m, const char *string)
{
    make_bytes(m, string, strlen(string));
}

/* A big-endian number of so many bytes. */
static inline void make_number(struct make *m, uint64_t value, unsigned bytes)
{
    while (bytes-- > 0) {
        uint8_t b = bytes < 8 ? (uint8_t)(value >> 8 * bytes) : 0;
        make_bytes(m, &b, 1);
    }
}

static inline void make_u16s(struct make *m, const uint16_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        make_number(m, values[i], 2);
}

/* Opens a length field of so many bytes; make_close fills it. */
static inline size_t make_open(struct make *m, unsigned bytes)
{
    make_number(m, 0, bytes);
    return m->len;
}

static inline void make_close(struct make *m, size_t open, unsigned bytes)
{
    size_t len = m->len - open;
    for (unsigned i = 0; i < bytes; i++)
        m->at[open - 1 - i] = (uint8_t)(len >> 8 * i);
}

#endif
