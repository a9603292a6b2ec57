/*
 * Zeek intelligence files: tab-separated, "#fields indicator indicator_type meta.source ...",
 * columns by name, "-" for unset, \xNN for bytes that would break the line (Zeek's ASCII reader).
 * URLs stand without their scheme. Nothing is dated.
 */
#include "feeds/feed.h"

#include "base/digits.h"

static const char fields[] = "#fields\t";

static bool zeek_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return (text_starts(head, fields) || feed_holds(head, "\n#fields\t")) &&
           feed_holds(head, "indicator_type");
}

static const struct {
    const char *name;
    uint16_t kinds;
} types[] = {
    {"Intel::ADDR", FEED_KINDS_END},
    {"Intel::SUBNET", FEED_KINDS_END},
    {"Intel::DOMAIN", 1u << INDICATOR_NAME},
    {"Intel::URL", FEED_KINDS_END},
    {"Intel::CERT_HASH", 1u << INDICATOR_CERTIFICATE},
    {"Intel::FILE_HASH", 1u << INDICATOR_FILE},
    {"JA3::HASH", 1u << INDICATOR_JA3},
    {"Intel::JA3", 1u << INDICATOR_JA3},
    {"Intel::JA4", 1u << INDICATOR_JA4},
};

/* Splits at tabs; empty columns count. */
static unsigned tab_columns(struct text line, struct text column[FEED_COLUMNS])
{
    unsigned columns = 0;
    const char *at = line.at, *end = line.at + line.len;
    while (columns < FEED_COLUMNS) {
        const char *tab = at == end ? NULL : memchr(at, '\t', (size_t)(end - at));
        column[columns++] = text_at(at, (size_t)((tab ? tab : end) - at));
        if (tab == NULL)
            break;
        at = tab + 1;
    }
    return columns;
}

/* \xNN back to bytes, into `out` of at least text.len bytes. */
static struct text zeek_unescape(struct text text, char *out)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        bool escape = text.at[i] == '\\' && i + 3 < text.len && text.at[i + 1] == 'x' &&
                      hex_digit(text.at[i + 2]) >= 0 && hex_digit(text.at[i + 3]) >= 0;
        if (escape) {
            out[len++] = (char)(hex_digit(text.at[i + 2]) * 16 + hex_digit(text.at[i + 3]));
            i += 3;
        } else {
            out[len++] = text.at[i];
        }
    }
    return text_at(out, len);
}

struct zeek_columns {
    int item, type;
};

static void zeek_row(struct feed_sink *sink, const struct zeek_columns *where, struct text line)
{
    struct text column[FEED_COLUMNS];
    char plain[FEED_LINE];
    unsigned columns = tab_columns(line, column);
    struct text item = feed_column(column, columns, where->item);
    struct text type = feed_column(column, columns, where->type);
    if (item.len == 0 || type.len == 0) {
        feed_reject(sink, REJECT_NOT_UNDERSTOOD, line);
        return;
    }
    struct feed_listing listing = FEED_LISTING_NONE;
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++)
        if (text_is(type, types[i].name))
            listing.kinds = types[i].kinds;
    if (listing.kinds == 0)
        feed_reject(sink, REJECT_KIND, line);
    else
        feed_item(sink, &listing, zeek_unescape(item, plain));
}

static void zeek_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct zeek_columns where = {-1, -1};
    struct feed_lines lines = feed_lines_over(sink, file->content);
    while (feed_line_next(&lines)) {
        struct text column[FEED_COLUMNS];
        if (text_starts(lines.line, fields)) {
            struct text names =
                text_at(lines.line.at + sizeof fields - 1, lines.line.len - (sizeof fields - 1));
            unsigned columns = tab_columns(names, column);
            where.item = feed_column_find(column, columns, "indicator");
            where.type = feed_column_find(column, columns, "indicator_type");
            feed_remark(sink);
        } else if (lines.line.at[0] == '#') {
            feed_remark(sink);
        } else {
            zeek_row(sink, &where, lines.line);
        }
    }
}

const struct feed_format feed_zeek = {
    .name = "zeek",
    .about = "Zeek intelligence files (tab-separated)",
    .is = zeek_is,
    .read = zeek_read,
};
