/*
 * abuse.ch SSLBL, JA3 fingerprints of malware clients (CSV):
 * "# ja3_md5,Firstseen,Lastseen,Listingreason". Harmless programs share many of them.
 */
#include "feeds/feed.h"

static bool ja3_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return feed_holds(head, "ja3_md5,Firstseen,Lastseen");
}

static void ja3_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct text column[FEED_COLUMNS];
    struct feed_lines lines = feed_lines_over(sink, file->content);
    while (feed_line_next(&lines)) {
        if (lines.line.at[0] == '#') {
            feed_remark(sink);
            continue;
        }
        if (feed_columns(lines.line, column) < 4 || column[0].len != 32) {
            feed_reject(sink, REJECT_NOT_UNDERSTOOD, lines.line);
            continue;
        }
        struct feed_listing listing = FEED_LISTING_NONE;
        listing.first = feed_day(column[1]);
        listing.last = feed_day(column[2]);
        listing.family = column[3];
        if (text_is_nocase(column[3], "adware"))
            listing.class = CLASS_SUSPICIOUS;
        feed_item(sink, &listing, column[0]);
    }
}

const struct feed_format feed_sslbl_ja3 = {
    .name = "sslbl-ja3",
    .about = "abuse.ch SSLBL: JA3 fingerprints of malware (CSV)",
    .is = ja3_is,
    .read = ja3_read,
};
