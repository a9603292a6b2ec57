/*
 * Spamhaus DROP as JSON Lines: {"cidr":"192.0.2.0/24","sblid":"SBL1234","rir":"..."} and a last
 * line of metadata. Only the one string is wanted, and it never holds an escape: no JSON parser.
 */
#include "feeds/feed.h"

static bool drop_json_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return text_starts(head, "{\"cidr\":\"") && feed_holds(head, "\"sblid\"");
}

static void drop_json_read(struct feed_sink *sink, const struct feed_file *file)
{
    static const char key[] = "\"cidr\":\"";
    struct feed_listing listing = FEED_LISTING_NONE;
    listing.class = CLASS_NETWORK;
    struct feed_lines lines = feed_lines_over(sink, file->content);
    while (feed_line_next(&lines)) {
        const char *end = lines.line.at + lines.line.len;
        const char *at = memmem(lines.line.at, lines.line.len, key, sizeof key - 1);
        if (at == NULL) {
            if (feed_holds(lines.line, "\"metadata\""))
                feed_remark(sink);
            else
                feed_reject(sink, REJECT_NOT_UNDERSTOOD, lines.line);
            continue;
        }
        at += sizeof key - 1;
        const char *stop = memchr(at, '"', (size_t)(end - at));
        if (stop != NULL)
            feed_item(sink, &listing, text_at(at, (size_t)(stop - at)));
        else
            feed_reject(sink, REJECT_NOT_UNDERSTOOD, lines.line);
    }
}

const struct feed_format feed_drop_json = {
    .name = "drop-json",
    .about = "Spamhaus DROP: networks of bad reputation (JSON Lines)",
    .is = drop_json_is,
    .read = drop_json_read,
};
