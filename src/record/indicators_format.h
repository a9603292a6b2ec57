/*
 * The compiled indicator file, shared by its writer (feeds/compile.c) and its reader
 * (record/indicators.c, whose first comment is the essay about it). All numbers are in the byte
 * order of the machine that made it: it is a cache, a file of another order is made again.
 */
#ifndef MUSTER_RECORD_INDICATORS_FORMAT_H
#define MUSTER_RECORD_INDICATORS_FORMAT_H

#include "record/address.h"
#include "record/indicators.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define INDICATOR_MAGIC UINT64_C(0x315352455453554d) /* "MUSTERS1", little-endian */

enum {
    INDICATOR_VERSION = 7, /* of layout, of hashes and of what the feed readers make of a line */
    INDICATOR_BUCKET = 4,  /* entries a bucket holds on average */
    INDICATOR_FILTER = 16, /* filter bits an entry */
    INDICATOR_ITEM_LEN = INDICATOR_ITEM_MAX,
    INDICATOR_ENTRIES = 1 << 25, /* most a file may hold */
    INDICATOR_SAME = 8,          /* listings kept of one item; the rest is counted */
    INDICATOR_TOP16 = 65536,     /* one bit for each IPv4 /16 that a range touches */
};

/* One listing. Days are counted from 1970-01-01; 0 = none. */
struct indicator_entry {
    uint32_t tag;    /* low half of the key's hash */
    uint32_t item;   /* offset in the pool */
    uint32_t family; /* offset of {uint16 len, bytes} in the pool; 0 = none */
    uint16_t item_len;
    uint16_t first, last;
    uint8_t class;
    uint8_t confidence;
};

/* A CIDR range; sorted by first address, then wider before narrower. */
struct indicator_range {
    uint64_t high, low; /* first address */
    uint32_t entry;     /* index in `ranged` */
    uint32_t parent;    /* 1 + index of the range around it; 0 = none */
    uint8_t prefix;     /* of 128 */
    uint8_t spare[7];
};

/* Offsets are in bytes from the file's start and multiples of 8. */
struct indicator_table {
    uint64_t entries_at, entries; /* struct indicator_entry, bucket after bucket */
    uint64_t buckets_at, buckets; /* uint32_t[buckets + 1]: where each bucket starts */
    uint64_t filter_at, filter;   /* uint64_t words: two bits of one word an entry */
};

struct indicator_header {
    uint64_t magic;
    uint32_t version;
    uint32_t header_bytes;
    uint64_t header_digest; /* XXH3-64 of the header with this field zero */
    uint64_t file_bytes;
    struct indicator_table table[INDICATOR_KINDS];
    uint64_t ranged_at, ranged; /* struct indicator_entry of the ranges */
    uint64_t ranges_at;         /* struct indicator_range[ranged] */
    uint64_t top16_at;          /* uint64_t[INDICATOR_TOP16 / 64] */
    uint64_t pool_at, pool;     /* bytes of text */
    uint64_t rejects[INDICATOR_REJECTS];
    uint32_t reject_example[INDICATOR_REJECTS]; /* as `family` above */
    uint64_t by_kind[INDICATOR_KINDS];
    uint64_t listings, lines_used, lines_refused, lines_remark;
    uint32_t name, set, origin; /* as `family`: set's name, "name@digest", where it was read */
    uint32_t labels_most;       /* labels of the longest name */
    int32_t newest;             /* day number */
    uint32_t files;             /* read into it */
    char digest[24];            /* of the content, 16 hex digits and NULs */
};

static inline uint64_t indicator_hash(const void *bytes, size_t len)
{
    return XXH3_64bits(bytes, len);
}

/* Multiplies to 128 bits and folds the halves, as wyhash does. */
static inline uint64_t indicator_fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = a;
    product *= b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* port 0: the bare address. */
static inline uint64_t indicator_hash_address(struct address a, uint32_t port)
{
    uint64_t folded = indicator_fold(a.low ^ UINT64_C(0x9e3779b97f4a7c15),
                                     a.high ^ UINT64_C(0xe7037ed1a0b428db) ^ (uint64_t)port << 40);
    return indicator_fold(folded ^ a.high, UINT64_C(0xa0761d6478bd642f));
}

/* Decimal digits at out; returns how many. */
static inline size_t indicator_digits(uint32_t n, char *out)
{
    char reverse[10];
    size_t len = 0;
    do
        reverse[len++] = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    for (size_t i = 0; i < len; i++)
        out[i] = reverse[len - 1 - i];
    return len;
}

/* "192.0.2.1", "192.0.2.1:443", "[2001:db8::1]:443": the item of an address (port 0: alone). Made
 * by hand: a compile writes a million of them. Returns its length. */
static inline size_t indicator_end_format(struct address a, struct port port,
                                          char out[ADDRESS_TEXT + 8])
{
    size_t len = 0;
    if (address_is_v4(a)) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            len += indicator_digits(address_v4_number(a) >> shift & 255, out + len);
            out[len++] = '.';
        }
        len--;
    } else {
        char text[ADDRESS_TEXT];
        size_t plain = strlen(address_format(a, text));
        if (port.number)
            out[len++] = '[';
        memcpy(out + len, text, plain);
        len += plain;
        if (port.number)
            out[len++] = ']';
    }
    if (port.number) {
        out[len++] = ':';
        len += indicator_digits(port.number, out + len);
    }
    out[len] = '\0';
    return len;
}

/* A number below n, from the upper half of the hash. */
static inline uint64_t indicator_slot(uint64_t hash, uint64_t n)
{
    return (hash >> 32) * n >> 32;
}

static inline uint64_t indicator_filter_bits(uint64_t hash)
{
    return UINT64_C(1) << (hash & 63) | UINT64_C(1) << (hash >> 6 & 63);
}

#endif
