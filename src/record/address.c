#include "record/address.h"

#include "base/digits.h"

#include <arpa/inet.h>
#include <stdio.h>

struct address address_v6(const uint8_t bytes[16])
{
    struct address a = {0, 0};
    for (int i = 0; i < 8; i++) {
        a.high = a.high << 8 | bytes[i];
        a.low = a.low << 8 | bytes[8 + i];
    }
    return a;
}

int address_compare(struct address a, struct address b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    return a.low < b.low ? -1 : a.low > b.low;
}

const char *address_format(struct address a, char out[ADDRESS_TEXT])
{
    out[0] = '\0';
    if (!address_known(a))
        return out;
    if (address_is_v4(a)) {
        uint32_t n = address_v4_number(a);
        char *at = out;
        for (unsigned shift = 24;; shift -= 8) {
            at = digits_put(at, n >> shift & 255);
            *at++ = shift ? '.' : '\0';
            if (shift == 0)
                return out;
        }
    }
    uint8_t bytes[16];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(a.high >> (56 - 8 * i));
        bytes[8 + i] = (uint8_t)(a.low >> (56 - 8 * i));
    }
    (void)inet_ntop(AF_INET6, bytes, out, ADDRESS_TEXT);
    return out;
}

/* Texts are read as inet_pton(3) reads them: IPv4 as four numbers up to 255 without leading zeros,
 * IPv6 as RFC 4291 2.2. Logs are made of them; with the copy and the call that inet_pton needs,
 * reading one takes three times as long. */
static bool quad_parse(struct text text, uint32_t *ret)
{
    const char *at = text.at, *end = text.at + text.len;
    uint32_t quad = 0;
    for (unsigned octet = 0; octet < 4; octet++) {
        unsigned number = 0, digits = 0;
        for (unsigned digit; at < end && (digit = (unsigned)(unsigned char)*at - '0') <= 9; at++) {
            number = number * 10 + digit;
            digits++;
        }
        bool good = digits == 1 || (digits == 2 && number >= 10) ||
                    (digits == 3 && number >= 100 && number <= 255);
        if (!good || (octet < 3 && (at == end || *at++ != '.')))
            return false;
        quad = quad << 8 | number;
    }
    *ret = quad;
    return at == end;
}

/* The groups of an IPv6 text. */
struct groups {
    uint16_t at[8];
    unsigned len;
    int gap; /* "::" stands before this one; -1: nowhere */
};

/* One group, or at the end the dotted quad that stands for two. */
static bool group_parse(struct groups *g, const char **at, const char *end)
{
    const char *from = *at;
    unsigned value = 0, digits = 0;
    int digit;
    for (; *at < end && digits < 4 && (digit = hex_digit(**at)) >= 0; digits++, (*at)++)
        value = value << 4 | (unsigned)digit;
    uint32_t quad;
    if (*at < end && **at == '.' && g->len <= 6 &&
        quad_parse(text_at(from, (size_t)(end - from)), &quad)) {
        g->at[g->len++] = (uint16_t)(quad >> 16);
        g->at[g->len++] = (uint16_t)quad;
        *at = end;
        return true;
    }
    if (digits == 0 || g->len == 8)
        return false;
    g->at[g->len++] = (uint16_t)value;
    return true;
}

static bool groups_parse(struct text text, struct groups *g)
{
    const char *at = text.at, *end = text.at + text.len;
    *g = (struct groups){.gap = -1};
    if (text_starts(text, "::")) {
        g->gap = 0;
        at += 2;
    }
    while (at < end) {
        if (!group_parse(g, &at, end))
            return false;
        if (at == end)
            break;
        if (*at++ != ':' || at == end)
            return false;
        if (*at == ':') {
            if (g->gap >= 0)
                return false;
            g->gap = (int)g->len;
            at++;
        }
    }
    return g->gap < 0 ? g->len == 8 : g->len < 8;
}

bool address_parse(struct text text, struct address *ret)
{
    struct groups g;
    uint32_t quad;
    if (text.at == NULL || text.len < 2 || text.len >= ADDRESS_TEXT)
        return false;
    if (quad_parse(text, &quad)) {
        *ret = address_v4(quad);
        return true;
    }
    if (!groups_parse(text, &g))
        return false;
    uint64_t half[2] = {0, 0};
    unsigned before = g.gap < 0 ? 8 : (unsigned)g.gap, missing = 8 - g.len;
    for (unsigned i = 0; i < g.len; i++) {
        unsigned place = i < before ? i : i + missing;
        half[place / 4] |= (uint64_t)g.at[i] << (48 - 16 * (place % 4));
    }
    *ret = (struct address){half[0], half[1]};
    return true;
}

static struct address address_mask(struct address a, uint8_t prefix)
{
    if (prefix < 64)
        a.high = prefix ? a.high & ~UINT64_C(0) << (64 - prefix) : 0;
    if (prefix < 128)
        a.low = prefix > 64 ? a.low & ~UINT64_C(0) << (128 - prefix) : 0;
    return a;
}

bool network_parse(struct text text, struct network *ret)
{
    uint32_t slash = 0;
    while (slash < text.len && text.at[slash] != '/')
        slash++;
    struct address a;
    if (!address_parse(text_at(text.at, slash), &a))
        return false;
    unsigned widest = address_is_v4(a) ? 32 : 128;
    unsigned prefix = widest;
    if (slash < text.len) {
        uint32_t digits = text.len - slash - 1;
        if (digits < 1 || digits > 3)
            return false;
        prefix = 0;
        for (uint32_t i = slash + 1; i < text.len; i++) {
            if (text.at[i] < '0' || text.at[i] > '9')
                return false;
            prefix = prefix * 10 + (unsigned)(text.at[i] - '0');
        }
        if (prefix > widest)
            return false;
    }
    ret->prefix = (uint8_t)(prefix + (128 - widest));
    ret->first = address_mask(a, ret->prefix);
    return true;
}

bool network_holds(const struct network *n, struct address a)
{
    return address_same(address_mask(a, n->prefix), n->first);
}
