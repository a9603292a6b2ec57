#include "output/wrap.h"

static bool starts_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

unsigned wrap_width(struct text text)
{
    unsigned width = 0;
    for (uint32_t i = 0; i < text.len; i++)
        width += starts_character(text.at[i]);
    return width;
}

/* Bytes of text from `from` that fit into `room` characters, ending at a word if there is one. */
static uint32_t fit(struct text text, uint32_t from, unsigned room)
{
    uint32_t at = from, space = from;
    for (unsigned used = 0; at < text.len; at++) {
        if (starts_character(text.at[at]) && used++ == room)
            break;
        if (text.at[at] == ' ')
            space = at;
    }
    if (at == text.len || text.at[at] == ' ')
        return at - from;
    return (space > from ? space : at) - from;
}

void wrap_hanging(struct buf *buf, struct text text, unsigned columns, unsigned indent,
                  unsigned lines)
{
    unsigned room = columns > indent + 4 ? columns - indent : 4;
    uint32_t at = 0;
    for (unsigned line = 1; at < text.len && line <= lines; line++) {
        bool last = line == lines;
        uint32_t len = fit(text, at, room);
        bool cut = last && at + len < text.len;
        if (cut)
            len = fit(text, at, room - 3);
        for (unsigned i = 0; i < indent && line > 1; i++)
            buf_char(buf, ' ');
        buf_add(buf, text.at + at, len);
        buf_string(buf, cut ? "...\n" : "\n");
        at += len;
        while (at < text.len && text.at[at] == ' ')
            at++;
    }
}

void wrap_text(struct buf *buf, struct text text, unsigned columns, unsigned indent, unsigned lines)
{
    for (unsigned i = 0; i < indent && text.len && lines; i++)
        buf_char(buf, ' ');
    wrap_hanging(buf, text, columns, indent, lines);
}
