/* The values of Zeek's logs: times, counts, addresses, texts with escapes, sets. */
#include "source/zeek.h"

#include "base/digits.h"
#include "base/printable.h"
#include "source/fields.h"

#include <stdlib.h>

#define LASTS_MAX_US (INT64_C(400) * DAY_US)
#define MILLIS_LEAST_US (INT64_C(10000000000) * SECOND_US) /* later than 2286: no seconds */

/* Eight bytes as they lie, the first the lowest. */
static inline uint64_t eight_bytes(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Eight decimal digits at once (D. Lemire, "Quickly parsing eight digits", 2018). */
static inline uint32_t eight_digits(uint64_t word, bool *ret_good)
{
    uint64_t digits = word - UINT64_C(0x3030303030303030);
    *ret_good &=
        ((digits | (digits + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080)) == 0;
    digits = digits * 10 + (digits >> 8);
    return (uint32_t)((((digits & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x000f424000000064)) +
                       (((digits >> 16) & UINT64_C(0x000000ff000000ff)) *
                        UINT64_C(0x0000271000000001))) >>
                      32);
}

/* The six digits that the text ends with, behind a point; it has at least eight bytes. */
static inline uint32_t six_decimals(struct text text, bool *ret_good)
{
    uint64_t word = eight_bytes(text.at + text.len - 8);
    *ret_good &= (word >> 8 & 0xff) == '.';
    return eight_digits((word & ~UINT64_C(0xffff)) | 0x3030, ret_good);
}

/* "1655071198.444458", as Zeek writes it since 2001 and until 2286. */
static inline bool usual_time(struct text text, int64_t *ret_us)
{
    if (text.len != 17)
        return false;
    bool good = true;
    uint32_t high = eight_digits(eight_bytes(text.at), &good);
    uint32_t decimals = six_decimals(text, &good);
    unsigned tens = (unsigned)(unsigned char)text.at[8] - '0';
    unsigned ones = (unsigned)(unsigned char)text.at[9] - '0';
    *ret_us = ((int64_t)high * 100 + (int64_t)tens * 10 + ones) * SECOND_US + decimals;
    return good && tens <= 9 && ones <= 9;
}

/* "12.050411" */
static inline bool usual_interval(struct text text, int64_t *ret_us)
{
    if (text.len < 8 || text.len > 15)
        return false;
    bool good = true;
    uint32_t decimals = six_decimals(text, &good);
    int64_t seconds = 0;
    for (uint32_t i = 0; good && i < text.len - 7; i++) {
        unsigned digit = (unsigned)(unsigned char)text.at[i] - '0';
        good = digit <= 9;
        seconds = seconds * 10 + digit;
    }
    *ret_us = seconds * SECOND_US + decimals;
    return good;
}

/* "9.5367431640625e-07": JSON writers' way of small numbers. */
static bool real_us(struct text text, int64_t *ret_us)
{
    char copy[40], *end;
    if (text.len == 0 || text.len >= sizeof copy)
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    double seconds = strtod(copy, &end);
    if (end != copy + text.len || !(seconds > -1e12 && seconds < 1e12))
        return false;
    *ret_us = (int64_t)(seconds * 1e6);
    return true;
}

bool zeek_time(const struct zeek *zeek, struct block *block, struct instant *ret)
{
    struct text text = zeek->value[VALUE_TS];
    struct instant time;
    if (text.at == NULL)
        return false;
    if (!usual_time(text, &time.us) && !field_seconds(text, &time.us) &&
        !instant_parse(text, &time) && !real_us(text, &time.us))
        return false;
    if (time.us <= -MILLIS_LEAST_US)
        return false;
    if (time.us >= MILLIS_LEAST_US) /* JSON::TS_MILLIS */
        time.us /= 1000;
    *ret = record_clock(block, time.us);
    return true;
}

int64_t zeek_interval_us(struct text text)
{
    int64_t us;
    if (text.at == NULL ||
        (!usual_interval(text, &us) && !field_seconds(text, &us) && !real_us(text, &us)))
        return 0;
    return us < 0 || us > LASTS_MAX_US ? 0 : us;
}

uint64_t zeek_count_long(struct text text)
{
    uint64_t n;
    return field_u64(text, &n) ? n : 0;
}

bool zeek_true(struct text text)
{
    return text.len && (text.at[0] == 'T' || text.at[0] == 't');
}

static struct port port_of(struct text text)
{
    uint64_t n = zeek_count(text);
    return (struct port){n <= UINT16_MAX ? (uint16_t)n : 0};
}

bool zeek_ends(const struct zeek *zeek, struct ends *ret)
{
    const struct text *value = zeek->value;
    *ret = (struct ends){.host_port = port_of(value[VALUE_ORIG_P]),
                         .outside_port = port_of(value[VALUE_RESP_P])};
    return address_parse(value[VALUE_ORIG_H], &ret->host) &&
           address_parse(value[VALUE_RESP_H], &ret->outside);
}

uint8_t zeek_protocol(struct text text)
{
    if (text.len == 3 && memcmp(text.at, "tcp", 3) == 0)
        return PROTOCOL_TCP;
    if (text.len == 3 && memcmp(text.at, "udp", 3) == 0)
        return PROTOCOL_UDP;
    return text_is(text, "icmp") ? PROTOCOL_ICMP : 0;
}

/* The four digits behind "\u"; -1: there are none. */
static int32_t code_unit(const char *at, const char *end)
{
    int32_t unit = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *to++ = (char)(0xe0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    } else {
        *to++ = (char)(0xf0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    }
    return to;
}

/* What "\uXXXX" at `at` stands for, with its second half (RFC 8259 7); moves behind it. */
static uint32_t code_point(const char **at, const char *end)
{
    int32_t high = code_unit(*at, end);
    if (high < 0)
        return '?';
    *at += 4;
    if (high < 0xd800 || high > 0xdfff)
        return (uint32_t)high;
    int32_t low =
        end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u' ? code_unit(*at + 2, end) : -1;
    if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return '?';
    *at += 6;
    return 0x10000 + ((uint32_t)(high - 0xd800) << 10 | (uint32_t)(low - 0xdc00));
}

/* JSON's escapes; what they make is never longer than they are. Returns the end. */
static char *json_undo(char *to, const char *at, const char *end)
{
    static const char letters[] = "bfnrt", bytes[] = "\b\f\n\r\t";
    while (at < end) {
        char c = *at++;
        if (c != '\\' || at == end) {
            *to++ = c;
            continue;
        }
        c = *at++;
        const char *letter = c ? strchr(letters, c) : NULL;
        if (c == 'u')
            to = put_utf8(to, code_point(&at, end));
        else
            *to++ = letter ? bytes[letter - letters] : c;
    }
    return to;
}

/* Zeek's own: \xNN is a byte, \\ a backslash. In place. */
static char *zeek_undo(char *at, const char *end)
{
    char *to = at;
    while (at < end) {
        if (*at == '\\' && end - at >= 4 && at[1] == 'x' && hex_digit(at[2]) >= 0 &&
            hex_digit(at[3]) >= 0) {
            *to++ = (char)(hex_digit(at[2]) * 16 + hex_digit(at[3]));
            at += 4;
            continue;
        }
        if (*at == '\\' && end - at >= 2 && at[1] == '\\')
            at++;
        *to++ = *at++;
    }
    return to;
}

struct text zeek_text(const struct zeek *zeek, struct block *block, struct text value)
{
    if (value.len > ZEEK_TEXT)
        value.len = ZEEK_TEXT;
    if (value.len == 0 || memchr(value.at, '\\', value.len) == NULL)
        return value;
    char *copy = arena_new(&block->arena, value.len), *end = copy + value.len;
    if (zeek->form == ZEEK_JSON)
        end = json_undo(copy, value.at, value.at + value.len);
    else
        memcpy(copy, value.at, value.len);
    return text_at(copy, (size_t)(zeek_undo(copy, end) - copy));
}

struct text zeek_lower(struct block *block, struct text text)
{
    uint32_t i = 0;
    while (i < text.len && ascii_lower(text.at[i]) == text.at[i])
        i++;
    if (i == text.len)
        return text;
    char *copy = arena_new(&block->arena, text.len);
    for (i = 0; i < text.len; i++)
        copy[i] = ascii_lower(text.at[i]);
    return text_at(copy, text.len);
}

struct text zeek_printable(const struct zeek *zeek, struct block *block, struct text value,
                           size_t most)
{
    struct printable_room room = {.used = 0};
    struct text text = zeek_text(zeek, block, value);
    if (text.len == 0)
        return text_of(NULL);
    struct text made = printable_utf8(&room, cursor_over((const uint8_t *)text.at, text.len), most);
    return made.at ? arena_text(&block->arena, made) : made;
}

/* In JSON an array's elements, strings without their quotes. */
static bool json_element(struct text *rest, struct text *ret)
{
    const char *at = rest->at, *end = at ? at + rest->len : at;
    while (at < end && (*at == '[' || *at == ',' || *at == ' ' || *at == ']'))
        at++;
    if (at == end)
        return false;
    const char *from = at, *to;
    if (*at == '"') {
        for (from = to = at + 1; to < end && *to != '"'; to++)
            to += *to == '\\' && to + 1 < end;
        at = to < end ? to + 1 : end;
    } else {
        for (to = at; to < end && *to != ',' && *to != ']'; to++)
            ;
        at = to;
    }
    *ret = text_at(from, (size_t)(to - from));
    *rest = text_at(at, (size_t)(end - at));
    return true;
}

bool zeek_element(const struct zeek *zeek, struct text *rest, struct text *ret)
{
    if (rest->at == NULL || rest->len == 0)
        return false;
    if (zeek->form == ZEEK_JSON && rest->at[0] != '\0' &&
        (rest->at[0] == '[' || rest->at[0] == ',' || rest->at[0] == ']'))
        return json_element(rest, ret);
    *ret = text_word(rest, zeek->header.set_separator);
    return true;
}

struct text zeek_first(const struct zeek *zeek, struct text value)
{
    struct text first;
    return zeek_element(zeek, &value, &first) ? first : text_of(NULL);
}

bool zeek_hex(struct text text, uint8_t *ret, size_t len)
{
    if (text.len != 2 * len)
        return false;
    for (uint32_t i = 0; i < text.len; i++)
        if (hex_digit(text.at[i]) < 0)
            return false;
    for (size_t i = 0; i < len; i++)
        ret[i] = (uint8_t)(hex_digit(text.at[2 * i]) * 16 + hex_digit(text.at[2 * i + 1]));
    return true;
}
