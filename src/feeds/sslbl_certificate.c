/*
 * abuse.ch SSLBL, certificates (CSV): "# Listingdate,SHA1,Listingreason". The reason is a family
 * and "C&C", or something weaker ("MITM"). A listed certificate stays listed: it holds until the
 * day the file was updated.
 */
#include "feeds/feed.h"

static bool certificate_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return feed_holds(head, "Listingdate,SHA1,Listingreason");
}

static void certificate_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct text head = file->content, column[FEED_COLUMNS];
    if (head.len > FEED_HEAD)
        head.len = FEED_HEAD;
    struct day updated = feed_updated(head);
    struct feed_lines lines = feed_lines_over(sink, file->content);
    while (feed_line_next(&lines)) {
        if (lines.line.at[0] == '#') {
            feed_remark(sink);
            continue;
        }
        if (feed_columns(lines.line, column) < 3 || column[1].len != 40) {
            feed_reject(sink, REJECT_NOT_UNDERSTOOD, lines.line);
            continue;
        }
        struct feed_listing listing = FEED_LISTING_NONE;
        listing.first = feed_day(column[0]);
        listing.last = updated.number != DAY_NONE ? updated : listing.first;
        listing.family = column[2];
        if (text_ends(column[2], " C&C"))
            listing.family.len -= 4;
        else
            listing.class = CLASS_MALICIOUS;
        feed_item(sink, &listing, column[1]);
    }
}

const struct feed_format feed_sslbl_certificate = {
    .name = "sslbl-certificate",
    .about = "abuse.ch SSLBL: SHA-1 of controllers' certificates (CSV)",
    .is = certificate_is,
    .read = certificate_read,
};
