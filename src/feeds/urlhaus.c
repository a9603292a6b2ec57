/*
 * abuse.ch URLhaus (CSV): "# id,dateadded,url,url_status,last_online,threat,tags,...", the header a
 * comment. These URLs hand out malware: harmful, not controllers. One that is online holds until
 * the day the file was updated.
 */
#include "feeds/feed.h"

static bool urlhaus_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return feed_holds(head, "dateadded") && feed_holds(head, "url_status");
}

struct urlhaus_columns {
    int added, url, status, last;
};

static void urlhaus_row(struct feed_sink *sink, const struct urlhaus_columns *where,
                        struct day updated, struct text line)
{
    struct text column[FEED_COLUMNS];
    unsigned columns = feed_columns(line, column);
    struct text url = feed_column(column, columns, where->url);
    if (url.len == 0) {
        feed_reject(sink, REJECT_NOT_UNDERSTOOD, line);
        return;
    }
    struct feed_listing listing = FEED_LISTING_NONE;
    listing.class = CLASS_MALICIOUS;
    listing.kinds = FEED_KINDS_END;
    listing.first = feed_day(feed_column(column, columns, where->added));
    listing.last = feed_day(feed_column(column, columns, where->last));
    if (text_is(feed_column(column, columns, where->status), "online") &&
        updated.number > listing.last.number)
        listing.last = updated;
    if (listing.last.number < listing.first.number)
        listing.last = listing.first;
    feed_item(sink, &listing, url);
}

static void urlhaus_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct urlhaus_columns where = {.url = -1};
    struct text head = file->content;
    if (head.len > FEED_HEAD)
        head.len = FEED_HEAD;
    struct day updated = feed_updated(head);
    struct feed_lines lines = feed_lines_over(sink, file->content);
    while (feed_line_next(&lines)) {
        struct text column[FEED_COLUMNS];
        if (where.url < 0) {
            unsigned columns = feed_columns(lines.line, column);
            where.url = feed_column_find(column, columns, "url");
            where.added = feed_column_find(column, columns, "dateadded");
            where.status = feed_column_find(column, columns, "url_status");
            where.last = feed_column_find(column, columns, "last_online");
            feed_remark(sink);
        } else if (lines.line.at[0] == '#') {
            feed_remark(sink);
        } else {
            urlhaus_row(sink, &where, updated, lines.line);
        }
    }
}

const struct feed_format feed_urlhaus = {
    .name = "urlhaus",
    .about = "abuse.ch URLhaus: URLs that hand out malware, with dates (CSV)",
    .is = urlhaus_is,
    .read = urlhaus_read,
};
