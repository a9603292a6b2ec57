/*
 * abuse.ch Feodo Tracker (CSV): a banner of '#' lines, then a quoted header without '#', address
 * and port in columns of their own, and a tail "# END n entries". Columns are found by name.
 * Families of banking trojans: all are controllers.
 */
#include "feeds/feed.h"

static bool feodo_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return feed_holds(head, "dst_ip") && feed_holds(head, "dst_port") &&
           feed_holds(head, "first_seen_utc");
}

struct feodo_columns {
    int first, address, port, last, family;
};

static void feodo_row(struct feed_sink *sink, const struct feodo_columns *where, struct text line)
{
    struct text column[FEED_COLUMNS];
    unsigned columns = feed_columns(line, column);
    struct text address = feed_column(column, columns, where->address);
    struct text port = feed_column(column, columns, where->port);
    if (address.len == 0) {
        feed_reject(sink, REJECT_NOT_UNDERSTOOD, line);
        return;
    }
    struct feed_listing listing = FEED_LISTING_NONE;
    listing.kinds = FEED_KINDS_END;
    listing.first = feed_day(feed_column(column, columns, where->first));
    listing.last = feed_day(feed_column(column, columns, where->last));
    listing.family = feed_column(column, columns, where->family);
    char item[128];
    struct text joined = feed_end_join(address, port, item, sizeof item);
    if (joined.len)
        feed_item(sink, &listing, joined);
    else
        feed_reject(sink, REJECT_NOT_UNDERSTOOD, line);
}

static void feodo_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct feodo_columns where = {-1, -1, -1, -1, -1};
    struct feed_lines lines = feed_lines_over(sink, file->content);
    while (feed_line_next(&lines)) {
        struct text column[FEED_COLUMNS];
        if (where.address < 0) { /* the header may or may not be a comment */
            unsigned columns = feed_columns(lines.line, column);
            where.address = feed_column_find(column, columns, "dst_ip");
            where.port = feed_column_find(column, columns, "dst_port");
            where.first = feed_column_find(column, columns, "first_seen_utc");
            where.last = feed_column_find(column, columns, "last_online");
            where.family = feed_column_find(column, columns, "malware");
            feed_remark(sink);
        } else if (lines.line.at[0] == '#') {
            feed_remark(sink);
        } else {
            feodo_row(sink, &where, lines.line);
        }
    }
}

const struct feed_format feed_feodo = {
    .name = "feodo",
    .about = "abuse.ch Feodo Tracker: controllers with port and dates (CSV)",
    .is = feodo_is,
    .read = feodo_read,
};
