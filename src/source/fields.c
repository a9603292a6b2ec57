#include "source/fields.h"

unsigned fields_cut(struct text line, char delimiter, struct text *field, unsigned max)
{
    unsigned len = 0;
    const char *at = line.at, *end = line.at + line.len;
    while (len + 1 < max) {
        const char *to = at < end ? memchr(at, delimiter, (size_t)(end - at)) : NULL;
        if (to == NULL)
            break;
        field[len++] = text_at(at, (size_t)(to - at));
        at = to + 1;
    }
    field[len++] = text_at(at, (size_t)(end - at));
    return len;
}

bool fields_cut_quoted(struct text line, char delimiter, struct text *field, unsigned max,
                       unsigned *ret_len)
{
    unsigned len = 0;
    const char *at = line.at, *end = line.at + line.len;
    for (;;) {
        if (at == end || *at != '"' || len + 1 == max) {
            const char *to =
                at < end && len + 1 < max ? memchr(at, delimiter, (size_t)(end - at)) : NULL;
            field[len++] = text_at(at, (size_t)((to ? to : end) - at));
            if (to == NULL)
                break;
            at = to + 1;
            continue;
        }
        const char *close = at + 1;
        while ((close = close < end ? memchr(close, '"', (size_t)(end - close)) : NULL) != NULL &&
               close + 1 < end && close[1] == '"')
            close += 2;
        if (close == NULL || (close + 1 < end && close[1] != delimiter))
            return false;
        field[len++] = text_at(at + 1, (size_t)(close - at - 1));
        if (close + 1 == end)
            break;
        at = close + 2;
    }
    *ret_len = len;
    return true;
}

int fields_find(const struct text *field, unsigned len, const char *names)
{
    struct text rest = text_of(names);
    while (rest.len) {
        struct text name = text_word(&rest, ' ');
        for (unsigned i = 0; i < len; i++) {
            uint32_t k = 0;
            while (k < name.len && k < field[i].len &&
                   ascii_lower(field[i].at[k]) == ascii_lower(name.at[k]))
                k++;
            if (k == name.len && k == field[i].len)
                return (int)i;
        }
    }
    return -1;
}

bool field_u64(struct text text, uint64_t *ret)
{
    uint64_t n = 0;
    if (text.len == 0 || text.len > 20)
        return false;
    for (uint32_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned)((unsigned char)text.at[i] - '0');
        if (digit > 9 || __builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, digit, &n))
            return false;
    }
    *ret = n;
    return true;
}

bool field_port(struct text text, struct port *ret)
{
    uint64_t n;
    if (text.len > 5 || !field_u64(text, &n) || n > UINT16_MAX)
        return false;
    ret->number = (uint16_t)n;
    return true;
}

bool field_seconds(struct text text, int64_t *ret_us)
{
    bool negative = text.len && text.at[0] == '-';
    uint32_t i = negative;
    int64_t us = 0;
    unsigned decimals = 0;
    bool point = false, digits = false;
    for (; i < text.len; i++) {
        char c = text.at[i];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9')
            return false;
        digits = true;
        if (decimals == 6)
            continue;
        decimals += point;
        if (us > (INT64_MAX - 9) / 10)
            return false;
        us = us * 10 + (c - '0');
    }
    for (; decimals < 6; decimals++)
        if (__builtin_mul_overflow(us, 10, &us))
            return false;
    *ret_us = negative ? -us : us;
    return digits;
}

struct text field_trim(struct text text)
{
    while (text.len && (text.at[0] == ' ' || text.at[0] == '\t')) {
        text.at++;
        text.len--;
    }
    while (text.len && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t'))
        text.len--;
    return text;
}
