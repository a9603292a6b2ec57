/*
 * ThreatFox as intervals: "ip,first_listed,last_listed,spells,listed_seconds,still_listed", made
 * from the history of a published list. A first date equal to the file's earliest is left-censored:
 * the address was listed when watching began, so it bounds nothing and is dropped.
 */
#include "feeds/feed.h"

static bool threatfox_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return text_starts(head, "ip,first_listed,last_listed,");
}

/* The moment watching began: the earliest first_listed. The text sorts as the time does. */
static struct text censored_find(struct text content)
{
    struct text earliest = {NULL, 0};
    struct text column[FEED_COLUMNS];
    struct feed_lines lines = feed_lines_over(NULL, content);
    for (bool header = true; feed_line_next(&lines); header = false) {
        if (header || feed_columns(lines.line, column) < 3 || column[1].len != 20)
            continue;
        if (earliest.at == NULL || memcmp(column[1].at, earliest.at, 20) < 0)
            earliest = column[1];
    }
    return earliest;
}

static void threatfox_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct text censored = censored_find(file->content);
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
        if (!text_same(column[1], censored))
            listing.first = feed_day(column[1]);
        listing.last = feed_day(column[2]);
        feed_item(sink, &listing, column[0]);
    }
}

const struct feed_format feed_threatfox = {
    .name = "threatfox",
    .about = "ThreatFox addresses with the intervals they were listed in (CSV)",
    .is = threatfox_is,
    .read = threatfox_read,
};
