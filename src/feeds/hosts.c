/*
 * Hosts files: "0.0.0.0 name [name ...]". Such a file blocks names (advertising as often as
 * malware) and does not say what they do: harmful at most, not controllers. The machine's own names
 * (localhost, ip6-allnodes, broadcasthost) are remarks.
 */
#include "feeds/feed.h"

enum { HOSTS_LOOK = 40 }; /* lines looked at */

/* The next word of *line, which moves past it; empty at the end or at a comment. */
static struct text word_next(struct text *line)
{
    *line = feed_trim(*line);
    uint32_t end = 0;
    while (end < line->len && (unsigned char)line->at[end] > ' ')
        end++;
    struct text word = text_at(line->at, line->len && line->at[0] == '#' ? 0 : end);
    *line = text_at(line->at + end, line->len - end);
    return word;
}

static bool is_nowhere(struct text word)
{
    static const char *const nowhere[] = {"0.0.0.0", "127.0.0.1", "127.0.1.1", "::1",
                                          "::",      "::0",       "0"};
    for (unsigned i = 0; i < sizeof nowhere / sizeof *nowhere; i++)
        if (text_is(word, nowhere[i]))
            return true;
    return false;
}

static bool hosts_is(const struct feed_file *file, struct text head)
{
    struct feed_lines lines = feed_lines_over(NULL, head);
    bool whole = head.len == file->content.len;
    unsigned seen = 0, good = 0;
    while (seen < HOSTS_LOOK && feed_line_next(&lines)) {
        if (lines.line.at[0] == '#' || (!whole && lines.at == lines.end))
            continue;
        struct text rest = lines.line, address = word_next(&rest);
        seen++;
        good += is_nowhere(address) && word_next(&rest).len != 0;
    }
    return seen != 0 && good * 10 >= seen * 9;
}

static bool is_own_name(struct text name)
{
    static const char *const own[] = {"localhost",      "localhost.localdomain", "local",
                                      "broadcasthost",  "ip6-localhost",         "ip6-loopback",
                                      "ip6-localnet",   "ip6-mcastprefix",       "ip6-allnodes",
                                      "ip6-allrouters", "ip6-allhosts",          "0.0.0.0"};
    for (unsigned i = 0; i < sizeof own / sizeof *own; i++)
        if (text_is_nocase(name, own[i]))
            return true;
    return false;
}

static void hosts_row(struct feed_sink *sink, const struct feed_listing *listing, struct text line)
{
    struct text address = word_next(&line);
    if (address.len == 0 || !is_nowhere(address)) {
        /* an empty line, or "255.255.255.255 broadcasthost" */
        if (address.len == 0 || is_own_name(word_next(&line)))
            feed_remark(sink);
        else
            feed_reject(sink, REJECT_NOT_UNDERSTOOD, address);
        return;
    }
    for (struct text name = word_next(&line); name.len; name = word_next(&line)) {
        if (is_own_name(name))
            feed_remark(sink);
        else
            feed_item(sink, listing, name);
    }
}

static void hosts_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct feed_listing listing = FEED_LISTING_NONE;
    listing.class = CLASS_MALICIOUS;
    listing.kinds = 1u << INDICATOR_NAME;
    struct feed_lines lines = feed_lines_over(sink, file->content);
    while (feed_line_next(&lines))
        hosts_row(sink, &listing, lines.line);
}

const struct feed_format feed_hosts = {
    .name = "hosts",
    .about = "hosts files: names that are blocked (0.0.0.0 name)",
    .is = hosts_is,
    .read = hosts_read,
};
