#include "base/buf.h"

#include "base/digits.h"
#include "base/err.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>

void buf_reserve(struct buf *buf, size_t bytes)
{
    size_t need = buf->len + bytes + 1;
    if (need <= buf->room)
        return;
    size_t room = buf->room ? buf->room : 256;
    while (room < need)
        room *= 2;
    buf->at = mem_resize(buf->at, room, 1);
    buf->room = room;
    buf->at[buf->len] = '\0';
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
    buf_reserve(buf, len);
    if (len)
        memcpy(buf->at + buf->len, bytes, len);
    buf->len += len;
    buf->at[buf->len] = '\0';
}

void buf_text(struct buf *buf, struct text text)
{
    buf_add(buf, text.at, text.len);
}

void buf_string(struct buf *buf, const char *string)
{
    buf_add(buf, string, strlen(string));
}

void buf_char(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_number(struct buf *buf, uint64_t number)
{
    char digit[DIGITS_U64];
    size_t len = (size_t)(digits_put(digit, number) - digit);
    buf_add(buf, digit, len);
}

void buf_format(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    muster_assert(len >= 0);
    buf_reserve(buf, (size_t)len);
    (void)vsnprintf(buf->at + buf->len, (size_t)len + 1, format, again);
    va_end(again);
    buf->len += (size_t)len;
}

/* Length of the valid UTF-8 sequence at text+i, or 0 (RFC 3629: no overlong, no surrogates). */
static unsigned utf8_len(struct text text, uint32_t i)
{
    const unsigned char *p = (const unsigned char *)text.at + i;
    uint32_t left = text.len - i;
    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xC2 && p[0] <= 0xDF && left >= 2 && (p[1] & 0xC0) == 0x80)
        return 2;
    if (p[0] >= 0xE0 && p[0] <= 0xEF && left >= 3 && (p[1] & 0xC0) == 0x80 &&
        (p[2] & 0xC0) == 0x80 && !(p[0] == 0xE0 && p[1] < 0xA0) && !(p[0] == 0xED && p[1] > 0x9F))
        return 3;
    if (p[0] >= 0xF0 && p[0] <= 0xF4 && left >= 4 && (p[1] & 0xC0) == 0x80 &&
        (p[2] & 0xC0) == 0x80 && (p[3] & 0xC0) == 0x80 && !(p[0] == 0xF0 && p[1] < 0x90) &&
        !(p[0] == 0xF4 && p[1] > 0x8F))
        return 4;
    return 0;
}

/* The code point of a valid sequence of `len` bytes. */
static uint32_t utf8_point(const char *at, unsigned len)
{
    const unsigned char *p = (const unsigned char *)at;
    uint32_t point = len == 1 ? p[0] : p[0] & (0x7FU >> len);
    for (unsigned i = 1; i < len; i++)
        point = point << 6 | (p[i] & 0x3F);
    return point;
}

/* Characters that are not seen but change what is: C0 and C1 controls (U+009B starts a terminal's
 * sequence as ESC [ does), the overrides of writing direction (Unicode TR 9), line and paragraph
 * separators, zero-width characters and tags. A name that somebody else chose may hold any. */
static bool is_hidden(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0x61C ||
           (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF ||
           (point >= 0xFFF9 && point <= 0xFFFB) || (point >= 0xE0000 && point <= 0xE007F);
}

static void put_bytes(struct buf *buf, const char *at, unsigned len)
{
    for (unsigned i = 0; i < len; i++)
        buf_format(buf, "\\x%02x", (unsigned char)at[i]);
}

/* Bytes from i on that no output writes otherwise than they are. */
static uint32_t plain_run(struct text text, uint32_t i)
{
    uint32_t from = i;
    for (; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c < 0x20 || c > 0x7E || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' ||
            c == '\'')
            break;
    }
    return i - from;
}

/* Walks the text as UTF-8. `put` appends what stands for the character (len bytes at `at`), or
 * declines: then it is copied. len 0: one byte that is no UTF-8. */
static void escape(struct buf *buf, struct text text,
                   bool (*put)(struct buf *, const char *at, unsigned len))
{
    for (uint32_t i = 0; i < text.len;) {
        uint32_t run = plain_run(text, i);
        if (run) {
            buf_add(buf, text.at + i, run);
            i += run;
            continue;
        }
        unsigned len = utf8_len(text, i);
        if (!put(buf, text.at + i, len))
            buf_add(buf, text.at + i, len);
        i += len ? len : 1;
    }
}

static bool put_json(struct buf *buf, const char *at, unsigned len)
{
    if (len == 0) {
        buf_string(buf, "\xEF\xBF\xBD");
        return true;
    }
    if (len == 1 && (*at == '"' || *at == '\\')) {
        char two[2] = {'\\', *at};
        buf_add(buf, two, 2);
        return true;
    }
    uint32_t point = utf8_point(at, len);
    if (!is_hidden(point))
        return false;
    if (point >= 0x10000) /* RFC 8259 7: as a pair of surrogates */
        buf_format(buf, "\\u%04x\\u%04x", 0xD800 + ((point - 0x10000) >> 10),
                   0xDC00 + ((point - 0x10000) & 0x3FF));
    else
        buf_format(buf, "\\u%04x", point);
    return true;
}

void buf_json(struct buf *buf, struct text text)
{
    buf_char(buf, '"');
    escape(buf, text, put_json);
    buf_char(buf, '"');
}

static bool put_html(struct buf *buf, const char *at, unsigned len)
{
    const char *entity = NULL;
    if (len == 0 || (is_hidden(utf8_point(at, len)) && *at != '\n' && *at != '\t'))
        entity = "\xEF\xBF\xBD";
    else if (*at == '<')
        entity = "&lt;";
    else if (*at == '>')
        entity = "&gt;";
    else if (*at == '&')
        entity = "&amp;";
    else if (*at == '"')
        entity = "&quot;";
    else if (*at == '\'')
        entity = "&#39;";
    if (entity != NULL)
        buf_string(buf, entity);
    return entity != NULL;
}

void buf_html(struct buf *buf, struct text text)
{
    escape(buf, text, put_html);
}

static bool put_printable(struct buf *buf, const char *at, unsigned len)
{
    if (len && !is_hidden(utf8_point(at, len)))
        return false;
    put_bytes(buf, at, len ? len : 1);
    return true;
}

void buf_printable(struct buf *buf, struct text text)
{
    escape(buf, text, put_printable);
}

static bool put_csv(struct buf *buf, const char *at, unsigned len)
{
    if (len == 1 && *at == '"') {
        buf_string(buf, "\"\"");
        return true;
    }
    return put_printable(buf, at, len);
}

void buf_sql(struct buf *buf, struct text text)
{
    buf_char(buf, '\'');
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\'')
            buf_char(buf, '\'');
        buf_char(buf, text.at[i]);
    }
    buf_char(buf, '\'');
}

void buf_csv(struct buf *buf, struct text text)
{
    bool quote = false;
    for (uint32_t i = 0; i < text.len && !quote; i++)
        quote = text.at[i] == ',' || text.at[i] == '"';
    if (quote)
        buf_char(buf, '"');
    escape(buf, text, put_csv);
    if (quote)
        buf_char(buf, '"');
}

void buf_free(struct buf *buf)
{
    mem_free(buf->at);
    *buf = (struct buf){0};
}
