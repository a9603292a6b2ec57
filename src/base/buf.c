#include "base/buf.h"

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

/* Walks the text as UTF-8; `special` appends what stands for a one-byte character, or declines. */
static void escape(struct buf *buf, struct text text, const char *bad,
                   bool (*special)(struct buf *, unsigned char))
{
    for (uint32_t i = 0; i < text.len;) {
        unsigned len = utf8_len(text, i);
        unsigned char byte = (unsigned char)text.at[i];
        if (len == 0) {
            if (bad)
                buf_string(buf, bad);
            else
                buf_format(buf, "\\x%02x", byte);
            i++;
        } else {
            if (len > 1 || !special(buf, byte))
                buf_add(buf, text.at + i, len);
            i += len;
        }
    }
}

static bool json_special(struct buf *buf, unsigned char byte)
{
    if (byte == '"' || byte == '\\') {
        char two[2] = {'\\', (char)byte};
        buf_add(buf, two, 2);
        return true;
    }
    if (byte >= 0x20 && byte != 0x7F)
        return false;
    buf_format(buf, "\\u%04x", byte);
    return true;
}

void buf_json(struct buf *buf, struct text text)
{
    buf_char(buf, '"');
    escape(buf, text, "\xEF\xBF\xBD", json_special);
    buf_char(buf, '"');
}

static bool html_special(struct buf *buf, unsigned char byte)
{
    switch (byte) {
    case '<':
        buf_string(buf, "&lt;");
        return true;
    case '>':
        buf_string(buf, "&gt;");
        return true;
    case '&':
        buf_string(buf, "&amp;");
        return true;
    case '"':
        buf_string(buf, "&quot;");
        return true;
    case '\'':
        buf_string(buf, "&#39;");
        return true;
    default:
        if (byte >= 0x20 || byte == '\n' || byte == '\t')
            return false;
        buf_string(buf, "\xEF\xBF\xBD");
        return true;
    }
}

void buf_html(struct buf *buf, struct text text)
{
    escape(buf, text, "\xEF\xBF\xBD", html_special);
}

static bool printable_special(struct buf *buf, unsigned char byte)
{
    if (byte >= 0x20 && byte != 0x7F)
        return false;
    buf_format(buf, "\\x%02x", byte);
    return true;
}

void buf_printable(struct buf *buf, struct text text)
{
    escape(buf, text, NULL, printable_special);
}

void buf_csv(struct buf *buf, struct text text)
{
    bool quote = false;
    for (uint32_t i = 0; i < text.len && !quote; i++)
        quote = strchr(",\"\r\n", text.at[i]) != NULL;
    if (!quote) {
        buf_text(buf, text);
        return;
    }
    buf_char(buf, '"');
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"')
            buf_char(buf, '"');
        buf_char(buf, text.at[i]);
    }
    buf_char(buf, '"');
}

void buf_free(struct buf *buf)
{
    mem_free(buf->at);
    *buf = (struct buf){0};
}
