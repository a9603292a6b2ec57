/*
 * ThreatFox's own export (CSV): comments, the last of them the header, `", "` between the columns,
 * 14 or 15 of them by age, so they are found by name. The type says what an item is: a hash of a
 * file must not be taken for a JA3. "ip:port" items may lack the port. A row that ThreatFox marks
 * as compromised is somebody's hacked site, which is not the same as a controller.
 */
#include "feeds/feed.h"

static bool full_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return feed_holds(head, "ioc_value") && feed_holds(head, "ioc_type") &&
           feed_holds(head, "first_seen_utc");
}

struct full_columns {
    int first, item, type, threat, family, last, confidence, compromised;
};

static struct full_columns full_header(const struct text *column, unsigned columns)
{
    struct full_columns where = {
        .first = feed_column_find(column, columns, "first_seen_utc"),
        .item = feed_column_find(column, columns, "ioc_value"),
        .type = feed_column_find(column, columns, "ioc_type"),
        .threat = feed_column_find(column, columns, "threat_type"),
        .family = feed_column_find(column, columns, "malware_printable"),
        .last = feed_column_find(column, columns, "last_seen_utc"),
        .confidence = feed_column_find(column, columns, "confidence_level"),
        .compromised = feed_column_find(column, columns, "is_compromised"),
    };
    return where;
}

static uint8_t full_class(struct text threat, struct text compromised)
{
    if (text_is_nocase(compromised, "true") || text_is(compromised, "1"))
        return CLASS_COMPROMISED;
    return text_is(threat, "botnet_cc") || threat.len == 0 ? CLASS_CONTROL : CLASS_MALICIOUS;
}

static void full_row(struct feed_sink *sink, const struct full_columns *where, struct text line)
{
    struct text column[FEED_COLUMNS];
    unsigned columns = feed_columns(line, column);
    struct text item = feed_column(column, columns, where->item);
    struct text type = feed_column(column, columns, where->type);
    if (item.len == 0 || type.len == 0) {
        feed_reject(sink, REJECT_NOT_UNDERSTOOD, line);
        return;
    }
    bool file = text_ends(type, "_hash"); /* md5_hash, sha1_hash, sha256_hash */
    if (!file && !text_is(type, "ip:port") && !text_is(type, "domain") && !text_is(type, "url")) {
        feed_reject(sink, REJECT_KIND, line);
        return;
    }
    struct feed_listing listing = FEED_LISTING_NONE;
    listing.kinds = file ? 1u << INDICATOR_FILE : FEED_KINDS_END;
    listing.class = full_class(feed_column(column, columns, where->threat),
                               feed_column(column, columns, where->compromised));
    listing.confidence = feed_percent(feed_column(column, columns, where->confidence));
    listing.family = feed_column(column, columns, where->family);
    if (text_is_nocase(listing.family, "Unknown malware"))
        listing.family = text_at(NULL, 0);
    listing.first = feed_day(feed_column(column, columns, where->first));
    listing.last = feed_day(feed_column(column, columns, where->last));
    if (listing.last.number == DAY_NONE) /* seen once */
        listing.last = listing.first;
    if (text_ends(item, ":0")) /* the port is not known */
        item.len -= 2;
    feed_item(sink, &listing, item);
}

static void full_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct full_columns where = {.item = -1};
    struct feed_lines lines = feed_lines_over(sink, file->content);
    while (feed_line_next(&lines)) {
        struct text column[FEED_COLUMNS];
        if (where.item < 0) { /* the header may or may not be a comment */
            where = full_header(column, feed_columns(lines.line, column));
            feed_remark(sink);
        } else if (lines.line.at[0] == '#') {
            feed_remark(sink);
        } else {
            full_row(sink, &where, lines.line);
        }
    }
}

const struct feed_format feed_threatfox_full = {
    .name = "threatfox-full",
    .about = "ThreatFox: controllers, names and URLs with family and dates (CSV)",
    .is = full_is,
    .read = full_read,
};
