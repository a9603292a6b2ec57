/*
 * Maltrail trails (github.com/stamparm/maltrail, trails/static): one file a family, one trail a
 * line. The file's name is the family, its folder the class; sinkhole_*.txt and mass_scanner*.txt
 * say by name what they are. Nothing is dated. "# Reference:" and "# Aliases:" lines are for
 * people.
 */
#include "feeds/feed.h"

static bool maltrail_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return head.len && head.at[0] == '#' && !text_starts(head, "#!") &&
           (feed_holds(head, "Maltrail developers") || feed_holds(head, "\n# Reference: ") ||
            feed_holds(head, "\n# Aliases: "));
}

static uint8_t maltrail_class(struct text path, struct text family)
{
    if (text_starts(family, "sinkhole_"))
        return CLASS_SINKHOLE;
    if (text_starts(family, "mass_scanner"))
        return CLASS_SCANNER;
    if (feed_holds(path, "malicious/"))
        return CLASS_MALICIOUS;
    if (feed_holds(path, "suspicious/"))
        return CLASS_SUSPICIOUS;
    return CLASS_CONTROL;
}

/* "trail # remark": a '#' without a blank before it belongs to the URL. */
static struct text remark_cut(struct text line)
{
    for (uint32_t i = 1; i < line.len; i++)
        if (line.at[i] == '#' && (line.at[i - 1] == ' ' || line.at[i - 1] == '\t'))
            return feed_trim(text_at(line.at, i));
    return line;
}

static void maltrail_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct feed_listing listing = FEED_LISTING_NONE;
    listing.family = feed_stem(file->path);
    listing.class = maltrail_class(file->path, listing.family);
    struct feed_lines lines = feed_lines_over(sink, file->content);
    while (feed_line_next(&lines))
        if (lines.line.at[0] == '#')
            feed_remark(sink);
        else
            feed_item(sink, &listing, remark_cut(lines.line));
}

const struct feed_format feed_maltrail = {
    .name = "maltrail",
    .about = "Maltrail trails: a file a family, a trail a line",
    .is = maltrail_is,
    .read = maltrail_read,
};
