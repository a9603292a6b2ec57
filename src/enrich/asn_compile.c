/*
 * Compiles an ASN CSV into the table of asn_table.h: half a million lines in a fraction of a
 * second, done once for a file. Names repeat on thousands of lines, so each is kept once.
 */
#include "enrich/asn_table.h"

#include "base/cursor.h"
#include "base/mem.h"

#include <stdlib.h>
#include <xxhash.h>

enum { NAME_SLOTS = 1 << 21, NAMES = NAME_SLOTS / 2, LINE = 1024 };

struct line {
    struct address first, last;
    uint32_t asn;
    char name[ASN_NAME];
    uint8_t name_len;
};

struct names {
    uint32_t *slot; /* pool offset + 1; 0 = free */
    uint32_t used;
    struct buf pool;
};

/* The next field of a CSV line (RFC 4180), unquoted into out; false when it does not fit or a quote
 * is open. Fields of the ranges are never quoted, so one buffer serves all. */
static bool field(struct cursor *c, char *out, size_t room, size_t *ret_len)
{
    size_t len = 0;
    bool quoted = cursor_left(c) && *c->at == '"';
    if (quoted)
        cursor_skip(c, 1);
    while (cursor_left(c)) {
        char byte = (char)cursor_u8(c);
        if (quoted && byte == '"') {
            if (cursor_left(c) && *c->at == '"') {
                cursor_skip(c, 1);
            } else {
                quoted = false;
                continue;
            }
        } else if (!quoted && byte == ',') {
            break;
        }
        if (len >= room)
            return false;
        out[len++] = byte;
    }
    *ret_len = len;
    return !quoted;
}

static bool field_number(struct cursor *c, uint32_t *ret)
{
    char digits[11];
    size_t len;
    if (!field(c, digits, sizeof digits, &len) || len == 0)
        return false;
    uint64_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(digits[i] - '0');
    }
    *ret = (uint32_t)n;
    return n <= UINT32_MAX;
}

static bool field_address(struct cursor *c, struct address *ret)
{
    char text[ADDRESS_TEXT];
    size_t len;
    return field(c, text, sizeof text, &len) && address_parse(text_at(text, len), ret);
}

static bool line_parse(struct cursor *c, struct line *ret)
{
    char name[LINE];
    size_t len = 0;
    if (!field_address(c, &ret->first) || !field_address(c, &ret->last) ||
        !field_number(c, &ret->asn) || !field(c, name, sizeof name, &len))
        return false;
    if (address_compare(ret->first, ret->last) > 0 ||
        address_is_v4(ret->first) != address_is_v4(ret->last))
        return false;
    ret->name_len = (uint8_t)(len < ASN_NAME ? len : ASN_NAME);
    memcpy(ret->name, name, ret->name_len);
    return true;
}

/* The next line without its end; false at the end of the input. Longer ones than LINE are cut,
 * which their parser then refuses or shortens. */
static bool next_line(struct cursor *csv, struct cursor *ret)
{
    size_t left = cursor_left(csv);
    if (left == 0)
        return false;
    const uint8_t *end = memchr(csv->at, '\n', left);
    size_t len = end ? (size_t)(end - csv->at) : left;
    *ret = cursor_child(csv, len);
    if (end)
        cursor_skip(csv, 1);
    if (len && ret->end[-1] == '\r')
        ret->end--;
    return true;
}

bool asn_csv_knows(const uint8_t *at, size_t len)
{
    struct cursor csv = cursor_over(at, len), text;
    struct line line;
    return next_line(&csv, &text) && line_parse(&text, &line);
}

/* Offset of the name in the pool, added when new; 0 is the empty name. */
static uint32_t name_offset(struct names *names, const char *name, uint8_t len)
{
    if (len == 0)
        return 0;
    uint32_t slot = (uint32_t)XXH3_64bits(name, len) % NAME_SLOTS;
    for (; names->slot[slot]; slot = (slot + 1) % NAME_SLOTS) {
        const char *there = names->pool.at + names->slot[slot] - 1;
        if ((uint8_t)there[0] == len && memcmp(there + 1, name, len) == 0)
            return names->slot[slot] - 1;
    }
    if (names->used == NAMES)
        return 0;
    names->used++;
    uint32_t offset = (uint32_t)names->pool.len;
    buf_char(&names->pool, (char)len);
    buf_add(&names->pool, name, len);
    names->slot[slot] = offset + 1;
    return offset;
}

static void put_u32(struct buf *out, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        buf_char(out, (char)(n >> 8 * i & 255));
}

static void put_u64(struct buf *out, uint64_t n)
{
    put_u32(out, (uint32_t)n);
    put_u32(out, (uint32_t)(n >> 32));
}

static void put_range(struct buf *out, const struct line *line, uint32_t name)
{
    const uint64_t number[] = {line->first.high, line->first.low, line->last.high, line->last.low,
                               (uint64_t)name << 32 | line->asn};
    uint8_t range[ASN_RANGE];
    for (unsigned i = 0; i < sizeof range; i++)
        range[i] = (uint8_t)(number[i / 8] >> 8 * (i % 8));
    buf_add(out, range, sizeof range);
}

static struct address first_of(const void *range)
{
    struct cursor c = cursor_over(range, 16);
    struct address a;
    a.high = cursor_u64_le(&c);
    a.low = cursor_u64_le(&c);
    return a;
}

static int by_first(const void *a, const void *b)
{
    int order = address_compare(first_of(a), first_of(b));
    return order ? order : memcmp(a, b, ASN_RANGE);
}

static void put_header(struct buf *out, uint64_t identity)
{
    static const char magic[16] = "musterASN";
    buf_add(out, magic, sizeof magic);
    put_u32(out, 1);
    put_u32(out, ASN_RANGE);
    put_u64(out, identity);
}

bool asn_table_compile(const uint8_t *csv, size_t len, uint64_t identity, struct buf *out,
                       uint64_t *ret_skipped, struct err *err)
{
    struct names names = {.slot = mem_map(NAME_SLOTS * sizeof(uint32_t))};
    struct buf ranges = {0};
    struct cursor left = cursor_over(csv, len), text;
    struct line line;
    struct address before = {0, 0};
    uint64_t skipped = 0;
    bool ordered = true;         /* as published; then there is nothing to sort */
    buf_char(&names.pool, '\0'); /* the empty name */
    while (next_line(&left, &text) && ranges.len < (size_t)ASN_RANGES * ASN_RANGE) {
        if (cursor_left(&text) == 0)
            continue;
        if (!line_parse(&text, &line)) {
            skipped++;
            continue;
        }
        ordered = ordered && (ranges.len == 0 || address_compare(before, line.first) < 0);
        before = line.first;
        put_range(&ranges, &line, name_offset(&names, line.name, line.name_len));
    }
    bool done = ranges.len > 0 && cursor_left(&left) == 0;
    if (ranges.len == 0)
        (void)err_set(err, "no line of it is `first,last,asn,name`");
    else if (!done)
        (void)err_set(err, "it has more than %d ranges", ASN_RANGES);
    if (done) {
        if (!ordered)
            qsort(ranges.at, ranges.len / ASN_RANGE, ASN_RANGE, by_first);
        put_header(out, identity);
        put_u64(out, ranges.len / ASN_RANGE);
        put_u64(out, names.pool.len);
        buf_add(out, ranges.at, ranges.len);
        buf_add(out, names.pool.at, names.pool.len);
        *ret_skipped = skipped;
    }
    buf_free(&ranges);
    buf_free(&names.pool);
    mem_unmap(names.slot, NAME_SLOTS * sizeof(uint32_t));
    return done;
}
