/*
 * A bounded, sticky reader over foreign bytes: every parser of input reads through it alone.
 *
 * Trouble it answers: a length check forgotten once is a hole. Here no read can pass the end: the
 * first short read spoils the cursor, every later read yields zeros, and the parser asks once, at
 * its end, whether all went well (cursor_ok).
 *
 * Order: cursor_over() -> reads, children for length fields -> cursor_ok().
 * Multi-byte reads are big-endian (network order); the _le ones are little-endian.
 */
#ifndef MUSTER_BASE_CURSOR_H
#define MUSTER_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
    const uint8_t *at;  /* next byte to read */
    const uint8_t *end; /* one past the last */
    bool spoiled;       /* a read passed the end: nothing read since is real */
};

static inline struct cursor cursor_over(const void *bytes, size_t len)
{
    /* NULL with no bytes is an empty input, and NULL + 0 is undefined (C17 6.5.6). */
    const uint8_t *at = bytes;
    struct cursor c = {.at = at, .end = len ? at + len : at, .spoiled = false};
    return c;
}

static inline size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->at);
}

static inline bool cursor_ok(const struct cursor *c)
{
    return !c->spoiled;
}

static inline void cursor_spoil(struct cursor *c)
{
    c->spoiled = true;
    c->at = c->end;
}

/* Returns len bytes and moves past them; NULL (and spoils) when fewer are left. */
static inline const uint8_t *cursor_take(struct cursor *c, size_t len)
{
    if (cursor_left(c) < len || c->spoiled) {
        cursor_spoil(c);
        return NULL;
    }
    const uint8_t *at = c->at;
    c->at += len;
    return at;
}

static inline void cursor_skip(struct cursor *c, size_t len)
{
    (void)cursor_take(c, len);
}

/* A child over the next len bytes, which the parent moves past: for a length field's contents. */
static inline struct cursor cursor_child(struct cursor *c, size_t len)
{
    const uint8_t *at = cursor_take(c, len);
    if (at == NULL) {
        struct cursor none = {.at = c->end, .end = c->end, .spoiled = true};
        return none;
    }
    return cursor_over(at, len);
}

/* Numbers of a header of fixed length that one cursor_take yielded whole: one check for all. */
static inline uint16_t field_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t field_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 1);
    return p ? p[0] : 0;
}

static inline uint16_t cursor_u16(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 2);
    return p ? (uint16_t)((unsigned)p[0] << 8 | p[1]) : 0;
}

static inline uint32_t cursor_u24(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 3);
    return p ? (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2] : 0;
}

static inline uint32_t cursor_u32(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 4);
    return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline uint64_t cursor_u64(struct cursor *c)
{
    uint64_t high = cursor_u32(c);
    return high << 32 | cursor_u32(c);
}

static inline uint16_t cursor_u16_le(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 2);
    return p ? (uint16_t)((unsigned)p[1] << 8 | p[0]) : 0;
}

static inline uint32_t cursor_u32_le(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 4);
    return p ? (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0] : 0;
}

static inline uint64_t cursor_u64_le(struct cursor *c)
{
    uint64_t low = cursor_u32_le(c);
    return (uint64_t)cursor_u32_le(c) << 32 | low;
}

#endif
