/*
 * Blackbook (github.com/stamparm/blackbook): "Domain,Malware,Date added,Source". Names are never
 * taken off, so all hold until the newest date in the file.
 */
#include "feeds/feed.h"

static bool blackbook_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return text_starts(head, "Domain,Malware,Date added,");
}

static struct day newest_find(struct text content)
{
    struct day newest = {DAY_NONE};
    struct text column[FEED_COLUMNS];
    struct feed_lines lines = feed_lines_over(NULL, content);
    while (feed_line_next(&lines)) {
        if (feed_columns(lines.line, column) < 3)
            continue;
        struct day day = feed_day(column[2]);
        if (day.number > newest.number)
            newest = day;
    }
    return newest;
}

static void blackbook_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct day newest = newest_find(file->content);
    struct text column[FEED_COLUMNS];
    struct feed_lines lines = feed_lines_over(sink, file->content);
    for (bool header = true; feed_line_next(&lines); header = false) {
        if (header || lines.line.at[0] == '#') {
            feed_remark(sink);
            continue;
        }
        if (feed_columns(lines.line, column) < 3) {
            feed_reject(sink, REJECT_NOT_UNDERSTOOD, lines.line);
            continue;
        }
        struct feed_listing listing = FEED_LISTING_NONE;
        listing.family = column[1];
        listing.first = feed_day(column[2]);
        if (listing.first.number != DAY_NONE)
            listing.last = newest;
        feed_item(sink, &listing, column[0]);
    }
}

const struct feed_format feed_blackbook = {
    .name = "blackbook",
    .about = "Blackbook: controllers' names with family and date (CSV)",
    .is = blackbook_is,
    .read = blackbook_read,
};
