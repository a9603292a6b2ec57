/*
 * An address and a port, each its own type. IPv4 is held as ::ffff:a.b.c.d (RFC 4291 2.5.5.2), so
 * that one comparison serves both.
 */
#ifndef MUSTER_RECORD_ADDRESS_H
#define MUSTER_RECORD_ADDRESS_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct address {
    uint64_t high; /* bytes 0-7, network order as a big-endian number */
    uint64_t low;  /* bytes 8-15; of IPv4: 0x0000ffff then the address */
};

struct port {
    uint16_t number;
};

static inline struct address address_v4(uint32_t host_order)
{
    struct address a = {0, UINT64_C(0xffff00000000) | host_order};
    return a;
}

static inline bool address_is_v4(struct address a)
{
    return a.high == 0 && a.low >> 32 == 0xffff;
}

static inline uint32_t address_v4_number(struct address a) /* host order; only of an IPv4 one */
{
    return (uint32_t)a.low;
}

static inline bool address_same(struct address a, struct address b)
{
    return a.high == b.high && a.low == b.low;
}

static inline bool address_known(struct address a) /* "::" stands for none */
{
    return (a.high | a.low) != 0;
}

/* Reads 16 (v6) bytes in network order. */
struct address address_v6(const uint8_t bytes[16]);
int address_compare(struct address a, struct address b);

enum { ADDRESS_TEXT = 48 };
/* "192.0.2.1" or RFC 5952 text; "" for none. Returns out. */
const char *address_format(struct address a, char out[ADDRESS_TEXT]);
/* Strict dotted quad or IPv6 text, no zone, no port. */
bool address_parse(struct text text, struct address *ret);

/* An address range: what CIDR says. */
struct network {
    struct address first; /* with the bits behind the prefix zero */
    uint8_t prefix;       /* of 128: an IPv4 /24 is 120 */
};
/* "10.0.0.0/8", "fc00::/7" or a bare address; bits behind the prefix are cleared. */
bool network_parse(struct text text, struct network *ret);
bool network_holds(const struct network *n, struct address a);

#endif
