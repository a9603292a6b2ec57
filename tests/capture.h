/*
 * Captures made by hand, in any byte order, and what a source makes of them: for the tests of
 * source/. Order: capture_* append to a zeroed struct capture; taken_* read it in one of the ways
 * there are; capture_free, taken_free.
 */
#ifndef MUSTER_TESTS_CAPTURE_H
#define MUSTER_TESTS_CAPTURE_H

#include "base/buf.h"
#include "base/mem.h"
#include "source/input.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct capture {
    struct buf buf;
    bool big;
    size_t block; /* where the open pcapng block starts */
};

static inline void capture_number(struct capture *c, uint64_t n, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buf_char(&c->buf, (char)(n >> 8 * (c->big ? bytes - 1 - i : i)));
}

static inline void capture_u16(struct capture *c, uint16_t n)
{
    capture_number(c, n, 2);
}

static inline void capture_u32(struct capture *c, uint32_t n)
{
    capture_number(c, n, 4);
}

static inline void capture_free(struct capture *c)
{
    buf_free(&c->buf);
}

/* n bytes that tell their place: seed, seed + 1, ... */
static inline void capture_bytes(struct capture *c, uint8_t seed, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        buf_char(&c->buf, (char)(uint8_t)(seed + i));
}

static inline void capture_pcap(struct capture *c, uint32_t magic, uint16_t major, uint16_t minor,
                                uint32_t link)
{
    capture_u32(c, magic);
    capture_u16(c, major);
    capture_u16(c, minor);
    capture_number(c, 0, 8);
    capture_u32(c, 65535);
    capture_u32(c, link);
}

static inline void capture_record(struct capture *c, uint32_t seconds, uint32_t fraction,
                                  uint8_t seed, uint32_t captured, uint32_t length)
{
    capture_u32(c, seconds);
    capture_u32(c, fraction);
    capture_u32(c, captured);
    capture_u32(c, length);
    capture_bytes(c, seed, captured);
}

static inline void capture_pad(struct capture *c)
{
    while (c->buf.len % 4)
        buf_char(&c->buf, 0);
}

static inline void capture_begin(struct capture *c, uint32_t type)
{
    c->block = c->buf.len;
    capture_u32(c, type);
    capture_u32(c, 0);
}

/* Closes the block: pads it and puts its length at both its ends. */
static inline void capture_end(struct capture *c)
{
    capture_pad(c);
    uint32_t length = (uint32_t)(c->buf.len - c->block + 4);
    capture_u32(c, length);
    memcpy(c->buf.at + c->block + 4, c->buf.at + c->buf.len - 4, 4);
}

static inline void capture_section(struct capture *c, bool big)
{
    c->big = big;
    capture_begin(c, 0x0a0d0d0a);
    capture_u32(c, 0x1a2b3c4d);
    capture_u16(c, 1);
    capture_u16(c, 0);
    capture_number(c, UINT64_MAX, 8);
    capture_end(c);
}

/* resolution: the byte of if_tsresol, or -1; offset: if_tsoffset, or 0 for none. */
static inline void capture_interface(struct capture *c, uint16_t link, uint32_t snap,
                                     int resolution, int64_t offset)
{
    capture_begin(c, 1);
    capture_u16(c, link);
    capture_u16(c, 0);
    capture_u32(c, snap);
    capture_u16(c, 2); /* if_name, of a length that needs padding */
    capture_u16(c, 5);
    buf_add(&c->buf, "wlan0", 5);
    capture_pad(c);
    if (resolution >= 0) {
        capture_u16(c, 9);
        capture_u16(c, 1);
        buf_char(&c->buf, (char)resolution);
        capture_pad(c);
    }
    if (offset != 0) {
        capture_u16(c, 14);
        capture_u16(c, 8);
        capture_number(c, (uint64_t)offset, 8);
    }
    capture_u32(c, 0);
    capture_end(c);
}

static inline void capture_enhanced(struct capture *c, uint32_t interface, uint64_t ticks,
                                    uint8_t seed, uint32_t captured, uint32_t length)
{
    capture_begin(c, 6);
    capture_u32(c, interface);
    capture_u32(c, (uint32_t)(ticks >> 32));
    capture_u32(c, (uint32_t)ticks);
    capture_u32(c, captured);
    capture_u32(c, length);
    capture_bytes(c, seed, captured);
    capture_end(c);
}

/* The obsolete packet block. */
static inline void capture_old(struct capture *c, uint16_t interface, uint64_t ticks, uint8_t seed,
                               uint32_t captured, uint32_t length)
{
    capture_begin(c, 2);
    capture_u16(c, interface);
    capture_u16(c, 0xffff);
    capture_u32(c, (uint32_t)(ticks >> 32));
    capture_u32(c, (uint32_t)ticks);
    capture_u32(c, captured);
    capture_u32(c, length);
    capture_bytes(c, seed, captured);
    capture_end(c);
}

static inline void capture_simple(struct capture *c, uint8_t seed, uint32_t captured,
                                  uint32_t length)
{
    capture_begin(c, 3);
    capture_u32(c, length);
    capture_bytes(c, seed, captured);
    capture_end(c);
}

/* A block of a type that nobody reads, with n bytes inside. */
static inline void capture_other(struct capture *c, uint32_t type, uint32_t n)
{
    capture_begin(c, type);
    capture_bytes(c, 0, n);
    capture_end(c);
}

/* What came out of a source. */
struct taken {
    struct packet *packet; /* `at` points into bytes */
    uint8_t *bytes;
    size_t len, used;
    struct skips skips;
    char damage[160];
    bool opened;
};

/* Reads the source to its end and closes it. The block is spoilt between two calls, so that a
 * source that leans on it is found out. */
static inline struct taken taken_from(struct source *source)
{
    struct taken t = {.opened = source != NULL};
    if (source == NULL)
        return t;
    struct block *block = mem_new(1, sizeof *block);
    while (source_next(source, block)) {
        muster_assert(block->packets > 0 && block->packets <= BLOCK_PACKETS);
        t.packet = mem_resize(t.packet, t.len + block->packets, sizeof *t.packet);
        for (uint32_t i = 0; i < block->packets; i++) {
            struct packet p = block->packet[i];
            t.bytes = mem_resize(t.bytes, t.used + p.captured + 1, 1);
            if (p.captured)
                memcpy(t.bytes + t.used, p.at, p.captured);
            t.used += p.captured;
            muster_assert(p.number == t.len + 1);
            t.packet[t.len++] = p;
        }
        if (block->bytes != NULL)
            memset(block->bytes, 0xee, block->room / 2);
    }
    muster_assert(!source_next(source, block));
    size_t used = 0;
    for (size_t i = 0; i < t.len; i++) {
        t.packet[i].at = t.bytes + used;
        used += t.packet[i].captured;
    }
    t.skips = source->skips;
    memcpy(t.damage, source->damage, sizeof t.damage);
    block_free_bytes(block);
    mem_free(block);
    source_close(source);
    return t;
}

static inline struct source *source_over(struct input *in, const void *bytes, size_t len)
{
    const struct source_kind *kind = source_kind_of(bytes, len);
    kind = kind ? kind : &source_pcap;
    return kind->open(kind, in, "made by hand", NULL);
}

static inline struct taken taken_memory(const void *bytes, size_t len)
{
    struct input in;
    input_memory(&in, bytes, len);
    return taken_from(source_over(&in, bytes, len));
}

/* As a stream of which the first bytes were read already. */
static inline struct taken taken_stream(const void *bytes, size_t len)
{
    struct input in;
    int fd = memfd_create("capture", MFD_CLOEXEC);
    muster_assert(fd >= 0);
    size_t start = len < 4096 ? len / 2 : 4096;
    const uint8_t *at = bytes;
    for (size_t done = start; done < len;) {
        ssize_t n = write(fd, at + done, len - done);
        muster_assert(n > 0);
        done += (size_t)n;
    }
    muster_assert(lseek(fd, 0, SEEK_SET) == 0);
    input_stream(&in, fd, at, start);
    struct taken t = taken_from(source_over(&in, bytes, len));
    (void)close(fd);
    return t;
}

static inline bool taken_same(const struct taken *a, const struct taken *b)
{
    if (a->opened != b->opened || a->len != b->len || a->used != b->used ||
        memcmp(&a->skips, &b->skips, sizeof a->skips) != 0 || strcmp(a->damage, b->damage) != 0)
        return false;
    for (size_t i = 0; i < a->len; i++) {
        const struct packet *p = &a->packet[i], *q = &b->packet[i];
        if (p->time.us != q->time.us || p->captured != q->captured || p->length != q->length ||
            p->link != q->link || p->number != q->number)
            return false;
    }
    return a->used == 0 || memcmp(a->bytes, b->bytes, a->used) == 0;
}

static inline void taken_free(struct taken *t)
{
    mem_free(t->packet);
    mem_free(t->bytes);
    *t = (struct taken){0};
}

#endif
