/*
 * Spamhaus DROP as text: "; Spamhaus DROP List ..." then "192.0.2.0/24 ; SBL1234". Whole networks
 * of bad reputation: weak evidence. Copies without any remark are plain lists (their wide ranges
 * become the same class there).
 */
#include "feeds/feed.h"

static bool drop_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return feed_holds(head, " ; SBL") ||
           (feed_holds(head, "; Spamhaus") && feed_holds(head, "DROP"));
}

static void drop_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct feed_listing listing = FEED_LISTING_NONE;
    listing.class = CLASS_NETWORK;
    struct feed_lines lines = feed_lines_over(sink, file->content);
    while (feed_line_next(&lines)) {
        if (lines.line.at[0] == ';' || lines.line.at[0] == '#') {
            feed_remark(sink);
            continue;
        }
        const char *mark = memchr(lines.line.at, ';', lines.line.len);
        if (mark != NULL)
            lines.line.len = (uint32_t)(mark - lines.line.at);
        feed_item(sink, &listing, feed_trim(lines.line));
    }
}

const struct feed_format feed_drop = {
    .name = "drop",
    .about = "Spamhaus DROP: networks of bad reputation (text)",
    .is = drop_is,
    .read = drop_read,
};
