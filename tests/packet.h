/*
 * Packets made by hand for the tests of wire/frame.h and flow/fragments.h: bytes from hexadecimal
 * text, and small IPv4 and IPv6 packets.
 */
#ifndef MUSTER_TESTS_PACKET_H
#define MUSTER_TESTS_PACKET_H

#include "base/digits.h"
#include "base/err.h"
#include "record/packet.h"

#include <stddef.h>
#include <string.h>

struct bytes {
    uint8_t at[4096];
    size_t len;
};

static inline void bytes_add(struct bytes *b, const void *at, size_t len)
{
    muster_assert(b->len + len <= sizeof b->at);
    if (len)
        memcpy(b->at + b->len, at, len);
    b->len += len;
}

static inline void bytes_u8(struct bytes *b, unsigned n)
{
    uint8_t byte = (uint8_t)n;
    bytes_add(b, &byte, 1);
}

static inline void bytes_u16(struct bytes *b, unsigned n)
{
    bytes_u8(b, n >> 8);
    bytes_u8(b, n & 255);
}

static inline void bytes_u32(struct bytes *b, uint32_t n)
{
    bytes_u16(b, n >> 16);
    bytes_u16(b, n & 0xFFFF);
}

/* "45 00 ..." */
static inline void bytes_hex(struct bytes *b, const char *hex)
{
    for (; *hex; hex += hex[0] == ' ' ? 1 : 2)
        if (*hex != ' ')
            bytes_u8(b, (unsigned)(hex_digit(hex[0]) << 4 | hex_digit(hex[1])));
}

/* The header of an IPv4 packet 10.0.0.1 -> 198.51.100.1; `fragment` is flags and offset. */
static inline void bytes_ipv4(struct bytes *b, unsigned protocol, unsigned id, unsigned fragment,
                              unsigned payload)
{
    bytes_hex(b, "45 00");
    bytes_u16(b, 20 + payload);
    bytes_u16(b, id);
    bytes_u16(b, fragment);
    bytes_u8(b, 64);
    bytes_u8(b, protocol);
    bytes_hex(b, "00 00 0a 00 00 01 c6 33 64 01");
}

/* The header of an IPv6 packet fd00::1 -> 2001:db8::1. */
static inline void bytes_ipv6(struct bytes *b, unsigned next, unsigned payload)
{
    bytes_hex(b, "60 00 00 00");
    bytes_u16(b, payload);
    bytes_u8(b, next);
    bytes_u8(b, 64);
    bytes_hex(b, "fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01");
    bytes_hex(b, "20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01");
}

static inline void bytes_udp(struct bytes *b, unsigned payload)
{
    bytes_u16(b, 4000);
    bytes_u16(b, 53);
    bytes_u16(b, 8 + payload);
    bytes_u16(b, 0);
}

/* n bytes that tell their place */
static inline void bytes_count(struct bytes *b, unsigned from, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        bytes_u8(b, (from + i) & 255);
}

static inline struct packet bytes_packet(const struct bytes *b, uint16_t link)
{
    return (struct packet){.time = {INT64_C(1600000000) * SECOND_US},
                           .number = 1,
                           .at = b->at,
                           .captured = (uint32_t)b->len,
                           .length = (uint32_t)b->len,
                           .link = link};
}

#endif
