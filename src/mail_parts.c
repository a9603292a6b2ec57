#include "mail_parts.h"

#include "base/base64.h"
#include "base/digits.h"

#include <stdio.h>
#include <string.h>

static bool starts_nocase(struct text line, const char *with)
{
    size_t len = strlen(with);
    return line.len >= len && text_is_nocase(text_at(line.at, len), with);
}

/* ---- heads */

/* The value of name=value or name="value" in a field; empty when it is not there. */
static struct text parameter(struct text field, const char *name)
{
    size_t len = strlen(name);
    for (uint32_t i = 0; i + len < field.len; i++) {
        bool border =
            i == 0 || field.at[i - 1] == ';' || field.at[i - 1] == ' ' || field.at[i - 1] == '\t';
        if (!border || !text_is_nocase(text_at(field.at + i, len), name) ||
            field.at[i + len] != '=')
            continue;
        struct text rest = text_at(field.at + i + len + 1, field.len - i - len - 1);
        bool quoted = rest.len && rest.at[0] == '"';
        if (quoted)
            rest = text_at(rest.at + 1, rest.len - 1);
        uint32_t end = 0;
        while (end < rest.len && rest.at[end] != (quoted ? '"' : ';') &&
               (quoted || (rest.at[end] != ' ' && rest.at[end] != '\t')))
            end++;
        return text_at(rest.at, end);
    }
    return text_of("");
}

static void keep(char *to, size_t room, struct text text)
{
    (void)snprintf(to, room, "%.*s", (int)text.len, text.len ? text.at : "");
}

static void content_type(struct mail_parts *m, struct text value)
{
    struct text rest = value, type = text_trim(text_word(&rest, ';'));
    struct text name = parameter(value, "name");
    keep(m->type, sizeof m->type, type);
    m->multipart = starts_nocase(type, "multipart/");
    if (m->multipart)
        keep(m->next, sizeof m->next, parameter(value, "boundary"));
    if (name.len && m->name[0] == '\0')
        keep(m->name, sizeof m->name, name);
    m->attached |= name.len > 0 || !(starts_nocase(type, "text/") || m->multipart ||
                                     starts_nocase(type, "message/"));
}

/* A whole field of a head. */
static void field_end(struct mail_parts *m)
{
    struct text field = text_at(m->field, m->field_len);
    const char *colon = field.len ? memchr(field.at, ':', field.len) : NULL;
    m->field_len = 0;
    if (colon == NULL)
        return;
    struct text name = text_at(field.at, (size_t)(colon - field.at));
    struct text value = text_trim(text_at(colon + 1, field.len - name.len - 1));
    if (text_is_nocase(name, "content-type")) {
        content_type(m, value);
    } else if (text_is_nocase(name, "content-transfer-encoding")) {
        m->base64 = text_is_nocase(value, "base64");
        m->quoted = text_is_nocase(value, "quoted-printable");
    } else if (text_is_nocase(name, "content-disposition")) {
        struct text file = parameter(value, "filename");
        if (file.len)
            keep(m->name, sizeof m->name, file);
        m->attached |= file.len > 0 || starts_nocase(value, "attachment");
    }
}

static void head_begin(struct mail_parts *m)
{
    m->state = MAIL_HEAD;
    m->base64 = m->quoted = m->multipart = m->attached = false;
    m->name[0] = m->type[0] = m->next[0] = '\0';
    m->field_len = 0;
    m->bits = 0;
    m->kept = 0;
}

static void head_line(struct mail_parts *m, struct text line, const struct mail_sink *sink)
{
    bool folded = line.len && (line.at[0] == ' ' || line.at[0] == '\t');
    if (!folded)
        field_end(m);
    if (line.len == 0) {
        m->state = MAIL_BODY;
        if (m->multipart && m->next[0] && m->depth < MAIL_DEPTH)
            memcpy(m->boundary[m->depth++], m->next, sizeof m->next);
        m->open = m->attached && !m->multipart;
        if (m->open)
            sink->begin(sink->context, text_of(m->name), text_of(m->type));
        return;
    }
    uint32_t room = (uint32_t)sizeof m->field - m->field_len,
             len = line.len < room ? line.len : room;
    memcpy(m->field + m->field_len, line.at, len);
    m->field_len += len;
}

/* ---- bodies */

static void part_end(struct mail_parts *m, bool whole, const struct mail_sink *sink)
{
    if (m->open)
        sink->end(sink->context, whole);
    m->open = false;
}

/* Whether the line is one of the boundaries: which (1 the outermost), and whether the last of it.
 */
static unsigned boundary_of(const struct mail_parts *m, struct text line, bool *last)
{
    if (line.len < 3 || line.at[0] != '-' || line.at[1] != '-')
        return 0;
    for (unsigned d = m->depth; d > 0; d--) {
        size_t len = strlen(m->boundary[d - 1]);
        struct text rest = text_at(line.at + 2, line.len - 2);
        if (rest.len < len || memcmp(rest.at, m->boundary[d - 1], len) != 0)
            continue;
        struct text tail = text_trim(text_at(rest.at + len, rest.len - len));
        *last = text_is(tail, "--");
        if (*last || tail.len == 0)
            return d;
    }
    return 0;
}

static void decode_base64(struct mail_parts *m, struct text line, const struct mail_sink *sink)
{
    uint8_t out[MAIL_LINE];
    size_t len = 0;
    for (uint32_t i = 0; i < line.len; i++) {
        int digit = base64_digit(line.at[i]);
        if (digit < 0)
            continue;
        m->bits = m->bits << 6 | (uint32_t)digit;
        m->kept += 6;
        if (m->kept >= 8) {
            m->kept -= 8;
            out[len++] = (uint8_t)(m->bits >> m->kept);
        }
    }
    sink->data(sink->context, out, len);
}

/* RFC 2045 6.7 */
static void decode_quoted(struct text line, const struct mail_sink *sink)
{
    uint8_t out[MAIL_LINE + 2];
    size_t len = 0;
    bool soft = false;
    for (uint32_t i = 0; i < line.len; i++) {
        bool coded = line.at[i] == '=' && i + 2 < line.len && hex_digit(line.at[i + 1]) >= 0 &&
                     hex_digit(line.at[i + 2]) >= 0;
        if (coded) {
            out[len++] = (uint8_t)(hex_digit(line.at[i + 1]) * 16 + hex_digit(line.at[i + 2]));
            i += 2;
        } else if (line.at[i] == '=' && i + 1 == line.len) {
            soft = true;
        } else {
            out[len++] = (uint8_t)line.at[i];
        }
    }
    if (!soft) {
        out[len++] = '\r';
        out[len++] = '\n';
    }
    sink->data(sink->context, out, len);
}

static void body_line(struct mail_parts *m, struct text line, const struct mail_sink *sink)
{
    bool last = false;
    unsigned boundary = boundary_of(m, line, &last);
    if (boundary) {
        part_end(m, true, sink);
        m->depth = last ? boundary - 1 : boundary;
        if (!last)
            head_begin(m);
        return;
    }
    if (!m->open)
        return;
    if (m->base64)
        decode_base64(m, line, sink);
    else if (m->quoted)
        decode_quoted(line, sink);
    else {
        sink->data(sink->context, (const uint8_t *)line.at, line.len);
        sink->data(sink->context, (const uint8_t *)"\r\n", 2);
    }
}

/* ---- the sender's lines */

static void take_line(struct mail_parts *m, struct text line, const struct mail_sink *sink)
{
    if (m->state == MAIL_COMMANDS) {
        if (starts_nocase(line, "DATA") && line.len == 4) {
            m->depth = 0;
            head_begin(m);
        } else if (starts_nocase(line, "STARTTLS") || starts_nocase(line, "BDAT ")) {
            m->state = MAIL_OVER;
        }
        return;
    }
    if (text_is(line, ".")) { /* RFC 5321 4.5.2 */
        part_end(m, true, sink);
        m->state = MAIL_COMMANDS;
        return;
    }
    if (line.len > 1 && line.at[0] == '.')
        line = text_at(line.at + 1, line.len - 1);
    if (m->state == MAIL_HEAD)
        head_line(m, line, sink);
    else
        body_line(m, line, sink);
}

void mail_parts_feed(struct mail_parts *m, const uint8_t *bytes, size_t len,
                     const struct mail_sink *sink)
{
    for (size_t i = 0; i < len && m->state != MAIL_OVER; i++) {
        char c = (char)bytes[i];
        if (c != '\n') {
            if (m->len < sizeof m->line)
                m->line[m->len++] = c;
            else
                m->long_line = true;
            continue;
        }
        if (m->len && m->line[m->len - 1] == '\r')
            m->len--;
        if (m->long_line) /* bytes of it are gone */
            part_end(m, false, sink);
        else
            take_line(m, text_at(m->line, m->len), sink);
        m->long_line = false;
        m->len = 0;
    }
}

void mail_parts_stop(struct mail_parts *m, const struct mail_sink *sink)
{
    part_end(m, false, sink);
    m->state = MAIL_OVER;
}
