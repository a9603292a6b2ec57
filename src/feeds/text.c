/*
 * The small things every feed format needs of a text: lines, columns, days, names of files.
 * All are views into the content; nothing is copied.
 */
#include "feeds/feed.h"

#include "feeds/compile.h"

#include <stdio.h>

struct text feed_trim(struct text text)
{
    while (text.len && (unsigned char)text.at[0] <= ' ') {
        text.at++;
        text.len--;
    }
    while (text.len && (unsigned char)text.at[text.len - 1] <= ' ')
        text.len--;
    return text;
}

struct feed_lines feed_lines_over(struct feed_sink *sink, struct text content)
{
    struct feed_lines lines = {.sink = sink, .at = content.at, .end = content.at + content.len};
    if (content.len >= 3 && memcmp(content.at, "\xef\xbb\xbf", 3) == 0)
        lines.at += 3; /* a byte order mark */
    return lines;
}

bool feed_line_next(struct feed_lines *lines)
{
    while (lines->at != lines->end) {
        const char *start = lines->at;
        size_t left = (size_t)(lines->end - start);
        const char *stop = memchr(start, '\n', left);
        size_t len = stop ? (size_t)(stop - start) : left;
        lines->at = stop ? stop + 1 : lines->end;
        lines->number++;
        if (lines->sink)
            feed_record(lines->sink, "line", lines->number);
        if (len > FEED_LINE) {
            if (lines->sink)
                feed_reject(lines->sink, REJECT_LINE, text_at(start, 64));
            continue;
        }
        lines->line = feed_trim(text_at(start, len));
        if (lines->line.len)
            return true;
        if (lines->sink)
            feed_remark(lines->sink);
    }
    return false;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

/* One column at *at; moves past it and its comma. */
static struct text column_next(const char **at, const char *end)
{
    const char *p = *at;
    while (p != end && blank(*p))
        p++;
    const char *start = p, *stop;
    if (p != end && *p == '"') {
        start = ++p;
        while (p != end && !(*p == '"' && (p + 1 == end || p[1] != '"')))
            p += *p == '"' ? 2 : 1;
        stop = p;
        while (p != end && *p != ',')
            p++;
    } else {
        while (p != end && *p != ',')
            p++;
        stop = p;
    }
    *at = p;
    return feed_trim(text_at(start, (size_t)(stop - start)));
}

unsigned feed_columns(struct text line, struct text column[FEED_COLUMNS])
{
    unsigned columns = 0;
    const char *at = line.at, *end = line.at + line.len;
    while (columns < FEED_COLUMNS) {
        column[columns++] = column_next(&at, end);
        if (at == end)
            break;
        at++; /* the comma */
    }
    return columns;
}

int feed_column_find(const struct text column[FEED_COLUMNS], unsigned columns, const char *name)
{
    for (unsigned i = 0; i < columns; i++) {
        struct text c = column[i];
        while (c.len && (c.at[0] == '#' || c.at[0] == '"' || blank(c.at[0]))) {
            c.at++;
            c.len--;
        }
        if (c.len && c.at[c.len - 1] == '"')
            c.len--;
        if (text_is_nocase(c, name))
            return (int)i;
    }
    return -1;
}

struct text feed_column(const struct text column[FEED_COLUMNS], unsigned columns, int index)
{
    return index >= 0 && (unsigned)index < columns ? column[index] : text_at(NULL, 0);
}

uint8_t feed_percent(struct text text)
{
    unsigned number = 0;
    if (text.len == 0 || text.len > 3)
        return 0;
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return 0;
        number = number * 10 + (unsigned)(text.at[i] - '0');
    }
    return number <= 100 ? (uint8_t)number : 0;
}

struct text feed_end_join(struct text end, struct text port, char *out, size_t room)
{
    if (port.len == 0)
        return end;
    bool v6 = end.len && end.at[0] != '[' && memchr(end.at, ':', end.len) != NULL;
    if ((size_t)end.len + port.len + 4 > room)
        return text_at(NULL, 0);
    int len = snprintf(out, room, v6 ? "[%.*s]:%.*s" : "%.*s:%.*s", (int)end.len, end.at,
                       (int)port.len, port.at);
    return text_at(out, len > 0 ? (size_t)len : 0);
}

struct day feed_day(struct text text)
{
    struct day day = {DAY_NONE};
    if (text.len >= 10)
        (void)day_parse(text_at(text.at, 10), &day);
    return day;
}

struct day feed_updated(struct text head)
{
    struct day day = {DAY_NONE};
    const char *at = memmem(head.at, head.len, "Last updated: ", 14);
    if (at != NULL && (size_t)(head.at + head.len - at) >= 24)
        day = feed_day(text_at(at + 14, 10));
    return day;
}

struct text feed_stem(struct text path)
{
    static const char *const endings[] = {".txt", ".csv",  ".json", ".gz",     ".zst",  ".tar",
                                          ".tgz", ".list", ".lst",  ".netset", ".ipset"};
    for (uint32_t i = path.len; i > 0; i--)
        if (path.at[i - 1] == '/') {
            path = text_at(path.at + i, path.len - i);
            break;
        }
    for (unsigned i = 0; i < sizeof endings / sizeof *endings; i++)
        if (text_ends(path, endings[i]) && path.len > strlen(endings[i])) {
            path.len -= (uint32_t)strlen(endings[i]);
            i = UINT32_MAX; /* from the first again: .tar.zst */
        }
    return path;
}

bool feed_holds(struct text text, const char *part)
{
    return text.at != NULL && memmem(text.at, text.len, part, strlen(part)) != NULL;
}
