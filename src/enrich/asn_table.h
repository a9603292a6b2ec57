/*
 * The compiled form of an ASN CSV (`first,last,asn,"name"`): sorted ranges and a pool of names,
 * looked at where it lies. Little-endian; read as untrusted.
 *
 *     0  magic "musterASN"+NUL-padded to 16
 *    16  version u32, range bytes u32 (40)
 *    24  identity u64: size, times and inode of the CSV it was made from
 *    32  ranges u64
 *    40  pool bytes u64
 *    48  ranges, sorted by first: first (high u64, low u64), last (high, low), asn u32, name u32
 *        then the pool: each name a length byte and its bytes; `name` is its offset
 *
 * The file's size is exactly 48 + 40 * ranges + pool bytes, else it is not used.
 *
 * Order: asn_table_compile (from CSV bytes) -> asn_table_open -> asn_table_find.
 */
#ifndef MUSTER_ENRICH_ASN_TABLE_H
#define MUSTER_ENRICH_ASN_TABLE_H

#include "base/buf.h"
#include "base/err.h"
#include "record/address.h"

enum { ASN_HEADER = 48, ASN_RANGE = 40, ASN_NAME = 255, ASN_RANGES = 1 << 23 };

struct asn_table {
    const uint8_t *at; /* the whole compiled file */
    uint64_t identity;
    uint64_t ranges;
    const uint8_t *pool;
    uint64_t pool_len;
};

/* Whether bytes start with a line of an ASN CSV. */
bool asn_csv_knows(const uint8_t *at, size_t len);
/* Appends the compiled form to `out`. Lines that are not understood are skipped and counted in
 * *ret_skipped; false and err when none is left or there are more than ASN_RANGES. */
bool asn_table_compile(const uint8_t *csv, size_t len, uint64_t identity, struct buf *out,
                       uint64_t *ret_skipped, struct err *err);

/* False when the bytes are no compiled table of this version. */
bool asn_table_open(struct asn_table *table, const uint8_t *at, size_t len);
/* False when no range holds the address. The name is a view into the table. */
bool asn_table_find(const struct asn_table *table, struct address address, int64_t *ret_asn,
                    struct text *ret_name);

#endif
