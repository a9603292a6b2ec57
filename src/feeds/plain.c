/*
 * Plain lists: one indicator a line, whatever it is. Comments start with '#', ';' or "//"; what
 * stands after the item is ignored. Nothing is dated and no family is known. A file is one when at
 * least half of its first lines are indicators. A table with commas is none: its columns would mean
 * something that is not known here. Bare digests are a JA3's or a certificate's, unless the file's
 * own name says that it lists digests of files (full_sha256.txt). A list whose name says that it
 * has what is harmless (benign.csv, allowlist.txt, top-1m.csv) lists nothing for us: taken for a
 * feed it would name half a network.
 */
#include "feeds/feed.h"

enum { PLAIN_LOOK = 40 }; /* lines looked at */

static bool comment(struct text line)
{
    return line.at[0] == '#' || line.at[0] == ';' || text_starts(line, "//");
}

/* The first word; of a hosts line the name. */
static struct text plain_item(struct text line)
{
    for (unsigned word = 0; word < 2; word++) {
        uint32_t end = 0;
        while (end < line.len && line.at[end] != ' ' && line.at[end] != '\t' && line.at[end] != ';')
            end++;
        struct text item = text_at(line.at, end);
        bool nowhere = text_is(item, "0.0.0.0") || text_is(item, "127.0.0.1") ||
                       text_is(item, "::1") || text_is(item, "::");
        struct text rest = feed_trim(text_at(line.at + end, line.len - end));
        if (!nowhere || rest.len == 0 || comment(rest))
            return item;
        line = rest;
    }
    return line;
}

static bool plain_is(const struct feed_file *file, struct text head)
{
    struct feed_lines lines = feed_lines_over(NULL, head);
    bool whole = head.len == file->content.len;
    unsigned seen = 0, good = 0;
    while (seen < PLAIN_LOOK && feed_line_next(&lines)) {
        if (comment(lines.line) || (!whole && lines.at == lines.end))
            continue;
        struct feed_value value;
        enum indicator_reject reason;
        bool known = feed_value_parse(plain_item(lines.line), &value, &reason);
        seen++;
        good += known || reason == REJECT_RESERVED;
    }
    return seen != 0 && good * 2 >= seen;
}

/* Whether the file's own name, without its folders, has one of the words. */
static bool says(struct text path, const char *const *words, size_t len)
{
    const char *slash = path.len ? memrchr(path.at, '/', path.len) : NULL;
    struct text name = slash ? text_at(slash + 1, (size_t)(path.at + path.len - slash - 1)) : path;
    for (size_t i = 0; i < len; i++)
        if (feed_holds(name, words[i]))
            return true;
    return false;
}

static bool says_files(struct text path)
{
    static const char *const words[] = {"sha256", "sha1", "md5", "hash", "bazaar"};
    return says(path, words, sizeof words / sizeof words[0]);
}

static bool says_harmless(struct text path)
{
    static const char *const words[] = {
        "benign",   "harmless", "allowlist", "whitelist", "allow-list", "white-list", "safelist",
        "goodware", "top-1m",   "top1m",     "tranco",    "alexa",      "majestic"};
    return says(path, words, sizeof words / sizeof words[0]);
}

static bool is_digest(struct text item)
{
    struct feed_value value;
    enum indicator_reject reason;
    return (item.len == 32 || item.len == 40 || item.len == 64) &&
           feed_value_parse(item, &value, &reason) &&
           (value.kind == INDICATOR_JA3 || value.kind == INDICATOR_CERTIFICATE);
}

static void plain_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct feed_listing listing = FEED_LISTING_NONE, of_file = FEED_LISTING_NONE;
    bool files = says_files(file->path), harmless = says_harmless(file->path);
    of_file.kinds = 1u << INDICATOR_FILE;
    struct feed_lines lines = feed_lines_over(sink, file->content);
    while (feed_line_next(&lines))
        if (comment(lines.line))
            feed_remark(sink);
        else if (harmless)
            feed_reject(sink, REJECT_REVOKED, plain_item(lines.line));
        else
            feed_item(sink, files && is_digest(plain_item(lines.line)) ? &of_file : &listing,
                      plain_item(lines.line));
}

const struct feed_format feed_plain = {
    .name = "plain",
    .about = "plain lists: an address, range, name, URL or fingerprint a line",
    .is = plain_is,
    .read = plain_read,
};
