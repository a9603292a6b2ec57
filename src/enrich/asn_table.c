/*
 * The compiled ASN table: its look-up. Every offset is checked against the file at the time of use,
 * so a table that lies costs a wrong or missing answer, never a read outside.
 */
#include "enrich/asn_table.h"

#include "base/cursor.h"

static const char magic[16] = "musterASN";

bool asn_table_open(struct asn_table *table, const uint8_t *at, size_t len)
{
    struct cursor c = cursor_over(at, len);
    const uint8_t *found = cursor_take(&c, sizeof magic);
    if (found == NULL || memcmp(found, magic, sizeof magic) != 0)
        return false;
    uint32_t version = cursor_u32_le(&c);
    uint32_t range_bytes = cursor_u32_le(&c);
    struct asn_table made = {.at = at};
    made.identity = cursor_u64_le(&c);
    made.ranges = cursor_u64_le(&c);
    made.pool_len = cursor_u64_le(&c);
    if (!cursor_ok(&c) || version != 1 || range_bytes != ASN_RANGE || made.ranges > ASN_RANGES)
        return false;
    uint64_t before_pool = ASN_HEADER + made.ranges * ASN_RANGE;
    if (before_pool > len || made.pool_len != len - before_pool)
        return false;
    made.pool = at + before_pool;
    *table = made;
    return true;
}

struct range {
    struct address first, last;
    uint32_t asn, name;
};

static struct range range_at(const struct asn_table *table, uint64_t i)
{
    struct cursor c = cursor_over(table->at + ASN_HEADER + i * ASN_RANGE, ASN_RANGE);
    struct range r;
    r.first.high = cursor_u64_le(&c);
    r.first.low = cursor_u64_le(&c);
    r.last.high = cursor_u64_le(&c);
    r.last.low = cursor_u64_le(&c);
    r.asn = cursor_u32_le(&c);
    r.name = cursor_u32_le(&c);
    return r;
}

bool asn_table_find(const struct asn_table *table, struct address address, int64_t *ret_asn,
                    struct text *ret_name)
{
    uint64_t low = 0, high = table->ranges; /* ranges before low start at or before address */
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (address_compare(range_at(table, middle).first, address) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return false;
    struct range r = range_at(table, low - 1);
    if (address_compare(address, r.first) < 0 || address_compare(address, r.last) > 0)
        return false;
    struct text name = {0};
    if (r.name < table->pool_len) {
        struct cursor c = cursor_over(table->pool + r.name, table->pool_len - r.name);
        uint8_t len = cursor_u8(&c);
        const uint8_t *at = cursor_take(&c, len);
        if (at != NULL && len > 0)
            name = text_at(at, len);
    }
    *ret_asn = r.asn;
    *ret_name = name;
    return true;
}
