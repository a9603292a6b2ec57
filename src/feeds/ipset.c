/*
 * Address sets of firewalls: what `ipset save` writes ("create NAME hash:net ...", then
 * "add NAME 192.0.2.0/24 [timeout N] [comment "..."]"), and FireHOL's .netset and .ipset files,
 * which are lists with a head of comments. "# Category" there tells what the addresses did: only
 * "malware" speaks of controllers.
 */
#include "feeds/feed.h"

static bool ipset_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return text_starts(head, "create ") || text_starts(head, "add ") ||
           feed_holds(head, "\ncreate ") ||
           (text_starts(head, "#") &&
            (feed_holds(head, "\n# Category ") || feed_holds(head, "\n# Category:")));
}

/* What stands behind "# Category :". */
static uint8_t ipset_class(struct text head)
{
    static const struct {
        const char *name;
        uint8_t class;
    } classes[] = {{"malware", CLASS_CONTROL}, {"attacks", CLASS_SCANNER}};
    const char *at = memmem(head.at, head.len, "# Category", 10);
    if (at == NULL)
        return CLASS_CONTROL;
    struct text rest = text_at(at + 10, (size_t)(head.at + head.len - at) - 10);
    const char *end = memchr(rest.at, '\n', rest.len);
    if (end != NULL)
        rest.len = (uint32_t)(end - rest.at);
    while (rest.len && (*rest.at == ':' || *rest.at == ' ')) {
        rest.at++;
        rest.len--;
    }
    for (unsigned i = 0; i < sizeof classes / sizeof *classes; i++)
        if (text_is_nocase(feed_trim(rest), classes[i].name))
            return classes[i].class;
    return CLASS_SUSPICIOUS;
}

static struct text word_at(struct text line, unsigned number)
{
    uint32_t at = 0, start = 0;
    for (unsigned word = 0;; word++) {
        while (at < line.len && (unsigned char)line.at[at] <= ' ')
            at++;
        start = at;
        while (at < line.len && (unsigned char)line.at[at] > ' ')
            at++;
        if (word == number || start == at)
            return text_at(line.at + start, at - start);
    }
}

/* "192.0.2.1", "192.0.2.1,tcp:443", "192.0.2.1,443": the address, with its port when it has one. */
static void element_add(struct feed_sink *sink, const struct feed_listing *listing,
                        struct text element)
{
    char item[128];
    const char *comma = memchr(element.at, ',', element.len);
    if (comma == NULL) {
        feed_item(sink, listing, element);
        return;
    }
    struct text address = text_at(element.at, (size_t)(comma - element.at));
    struct text port = text_at(comma + 1, element.len - address.len - 1);
    const char *colon = memchr(port.at, ':', port.len);
    if (colon != NULL)
        port = text_at(colon + 1, (size_t)(port.at + port.len - colon) - 1);
    struct text joined = feed_end_join(address, port, item, sizeof item);
    if (joined.len)
        feed_item(sink, listing, joined);
    else
        feed_reject(sink, REJECT_NOT_UNDERSTOOD, element);
}

static void ipset_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct text head = file->content;
    if (head.len > FEED_HEAD)
        head.len = FEED_HEAD;
    struct feed_listing listing = FEED_LISTING_NONE;
    listing.class = ipset_class(head);
    listing.kinds = FEED_KINDS_END;
    struct feed_lines lines = feed_lines_over(sink, file->content);
    while (feed_line_next(&lines)) {
        struct text first = word_at(lines.line, 0);
        if (lines.line.at[0] == '#' || text_is(first, "create") || text_is(first, "flush"))
            feed_remark(sink);
        else if (text_is(first, "add") && word_at(lines.line, 2).len)
            element_add(sink, &listing, word_at(lines.line, 2));
        else
            feed_item(sink, &listing, first);
    }
}

const struct feed_format feed_ipset = {
    .name = "ipset",
    .about = "address sets of firewalls: ipset save, FireHOL .netset and .ipset",
    .is = ipset_is,
    .read = ipset_read,
};
