#include "base/printable.h"

#include <stdio.h>

/* A text that grows in the room; what does not fit whole is left out, and all that follows. */
struct writer {
    char *at;
    uint32_t len, most;
};

static struct writer writer_start(struct printable_room *room, size_t most)
{
    size_t left = sizeof room->text - room->used;
    struct writer w = {room->text + room->used, 0, (uint32_t)(most < left ? most : left)};
    return w;
}

static void put(struct writer *w, const void *bytes, uint32_t len)
{
    if (w->most - w->len < len) {
        w->most = w->len;
        return;
    }
    memcpy(w->at + w->len, bytes, len);
    w->len += len;
}

static struct text writer_end(struct printable_room *room, struct writer *w)
{
    while (w->len && w->at[w->len - 1] == ' ')
        w->len--;
    if (w->len == 0)
        return text_of(NULL);
    room->used += w->len;
    return text_at(w->at, w->len);
}

/* A code point as UTF-8 (RFC 3629); controls and what is no character as '?'. */
static void put_point(struct writer *w, uint32_t c)
{
    uint8_t out[4];
    if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
        c = '?';
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        put(w, out, 1);
    } else if (c < 0x800) {
        out[0] = (uint8_t)(0xc0 | c >> 6);
        out[1] = (uint8_t)(0x80 | (c & 0x3f));
        put(w, out, 2);
    } else if (c < 0x10000) {
        out[0] = (uint8_t)(0xe0 | c >> 12);
        out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (c & 0x3f));
        put(w, out, 3);
    } else {
        out[0] = (uint8_t)(0xf0 | c >> 18);
        out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
        out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        out[3] = (uint8_t)(0x80 | (c & 0x3f));
        put(w, out, 4);
    }
}

/* The next character of UTF-8; a byte that starts none is '?'. */
static uint32_t next_utf8(struct cursor *c)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = cursor_u8(c);
    unsigned len = first < 0x80    ? 1
                   : first >= 0xf5 ? 0
                   : first >= 0xf0 ? 4
                   : first >= 0xe0 ? 3
                   : first >= 0xc2 ? 2
                                   : 0;
    if (len == 1)
        return first;
    if (len == 0 || cursor_left(c) < len - 1)
        return '?';
    uint32_t point = first & (0x7fU >> len);
    struct cursor ahead = *c;
    for (unsigned i = 1; i < len; i++) {
        uint8_t more = cursor_u8(&ahead);
        if ((more & 0xc0) != 0x80)
            return '?';
        point = point << 6 | (more & 0x3f);
    }
    *c = ahead;
    return point < least[len] ? '?' : point;
}

struct text printable_utf8(struct printable_room *room, struct cursor c, size_t most)
{
    struct writer w = writer_start(room, most);
    while (cursor_left(&c) > 0 && c.end[-1] == 0) /* padding */
        c.end--;
    while (cursor_left(&c) > 0 && w.len < w.most)
        put_point(&w, next_utf8(&c));
    return writer_end(room, &w);
}

struct text printable_utf16_le(struct printable_room *room, struct cursor c, size_t most)
{
    struct writer w = writer_start(room, most);
    while (cursor_left(&c) >= 2 && w.len < w.most) {
        uint32_t unit = cursor_u16_le(&c);
        if (unit == 0)
            break;
        struct cursor ahead = c;
        uint32_t low = unit >> 10 == 0x36 && cursor_left(&c) >= 2 ? cursor_u16_le(&ahead) : 0;
        if (low >> 10 == 0x37) { /* RFC 2781 2.2 */
            unit = 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff));
            c = ahead;
        }
        put_point(&w, unit);
    }
    return writer_end(room, &w);
}

struct text printable_hex(struct printable_room *room, struct cursor c, size_t most)
{
    static const char digits[] = "0123456789abcdef";
    struct writer w = writer_start(room, most);
    while (cursor_left(&c) > 0 && w.len < w.most) {
        uint8_t b = cursor_u8(&c);
        char two[2] = {digits[b >> 4], digits[b & 15]};
        put(&w, two, 2);
    }
    return writer_end(room, &w);
}

struct text printable_labels(struct printable_room *room, struct cursor c, size_t most)
{
    struct writer w = writer_start(room, most);
    while (cursor_left(&c) > 0 && w.len < w.most) {
        uint8_t len = cursor_u8(&c);
        if (len == 0)
            break;
        struct cursor label = cursor_child(&c, len);
        if (len > 63 || !cursor_ok(&c))
            return text_of(NULL);
        if (w.len)
            put(&w, ".", 1);
        while (cursor_left(&label) > 0 && w.len < w.most)
            put_point(&w, next_utf8(&label));
    }
    return writer_end(room, &w);
}

struct text printable_mac(struct printable_room *room, uint64_t mac)
{
    char text[18];
    (void)snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", (unsigned)(mac >> 40 & 255),
                   (unsigned)(mac >> 32 & 255), (unsigned)(mac >> 24 & 255),
                   (unsigned)(mac >> 16 & 255), (unsigned)(mac >> 8 & 255), (unsigned)(mac & 255));
    return printable_utf8(room, cursor_over(text, strlen(text)), sizeof text);
}
