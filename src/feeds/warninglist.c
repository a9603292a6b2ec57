/*
 * MISP warning lists (github.com/MISP/misp-warninglists): one JSON object a file, {"name", "type",
 * "matching_attributes", "list": [...]}, of what is well known: content networks, clouds,
 * resolvers, sinkholes, scanners, parking, top sites. They are no indicators: a match of an
 * indicator is seen by them (detect/intel_warn.c). What a list means for a match, its name tells.
 *
 * Types: cidr; hostname (with all under it); string (that one only: confidence 100 marks it);
 * substring and regex are refused. Lists of what traffic does not show (hashes of files, telephone
 * numbers) are refused entry by entry.
 */
#include "feeds/feed.h"

static bool warninglist_is(const struct feed_file *file, struct text head)
{
    (void)file;
    struct text start = feed_trim(head);
    return start.len && start.at[0] == '{' && feed_holds(head, "\"description\"") &&
           (feed_holds(head, "\"list\": [") || feed_holds(head, "\"list\":["));
}

static bool name_says(struct text name, const char *part)
{
    size_t len = strlen(part);
    for (uint32_t i = 0; i + len <= name.len; i++)
        if (text_is_nocase(text_at(name.at + i, len), part))
            return true;
    return false;
}

/* In order: the first that the list's name holds. A rented address at a VPN's or data centre's
 * network is one customer's at a time: that is worth a remark, not a weaker match. */
static uint8_t class_of(struct text name, bool ranges)
{
    static const struct {
        const char *part;
        uint8_t class;
    } says[] = {
        {"sinkhole", CLASS_WARN_SINKHOLE},
        {"scanning", CLASS_WARN_SCANNER},
        {"scanner", CLASS_WARN_SCANNER},
        {"connection-attempt", CLASS_WARN_SCANNER},
        {"parking", CLASS_WARN_PARKING},
        {"vpn", CLASS_WARN_POPULAR},
        {"living off trusted sites", CLASS_WARN_SHARED},
        {"url shortener", CLASS_WARN_SHARED},
        {"ipfs gateway", CLASS_WARN_SHARED},
        {"link in bio", CLASS_WARN_SHARED},
    };
    for (unsigned i = 0; i < sizeof says / sizeof *says; i++)
        if (name_says(name, says[i].part))
            return says[i].class;
    return ranges ? CLASS_WARN_SHARED : CLASS_WARN_POPULAR;
}

/* What comes behind "key": in the object; null when the key is not there. The keys of these files
 * stand one level deep and their values are texts and lists of texts, so this is all the JSON that
 * is looked at; a text with an escape is refused where it is used. */
static struct text behind_key(struct text content, const char *key)
{
    const char *at = memmem(content.at, content.len, key, strlen(key));
    if (at == NULL)
        return text_at(NULL, 0);
    at += strlen(key);
    return feed_trim(text_at(at, (size_t)(content.at + content.len - at)));
}

/* The text at the start of *rest, without its quotes; *rest moves behind it. Null at the end of the
 * list, and at what is no text. */
static struct text text_next(struct text *rest)
{
    if (rest->at == NULL)
        return *rest; /* the key was not there */
    const char *end = rest->at + rest->len, *at = rest->at;
    while (at != end && ((unsigned char)*at <= ' ' || *at == ',' || *at == '['))
        at++;
    if (at == end || *at != '"')
        return text_at(NULL, 0);
    const char *stop = ++at;
    for (; stop != end && *stop != '"'; stop++)
        if (*stop == '\\' && stop + 1 != end)
            stop++;
    if (stop == end)
        return text_at(NULL, 0);
    *rest = text_at(stop + 1, (size_t)(end - stop) - 1);
    return text_at(at, (size_t)(stop - at));
}

static uint16_t kinds_of(struct text attributes)
{
    uint16_t kinds = 0;
    for (struct text t = text_next(&attributes); t.at; t = text_next(&attributes)) {
        if (text_starts(t, "ip-") || text_starts(t, "domain") || text_starts(t, "hostname") ||
            text_is(t, "url"))
            kinds |= FEED_KINDS_END;
        else if (text_starts(t, "x509-fingerprint"))
            kinds |= 1u << INDICATOR_CERTIFICATE;
    }
    return kinds;
}

static void warninglist_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct text list = behind_key(file->content, "\"list\":");
    struct text type = behind_key(file->content, "\"type\":");
    struct text name = behind_key(file->content, "\"name\":");
    type = text_next(&type);
    struct feed_listing listing = FEED_LISTING_NONE;
    listing.family = text_next(&name);
    listing.class = class_of(listing.family, text_is(type, "cidr"));
    listing.kinds = kinds_of(behind_key(file->content, "\"matching_attributes\":"));
    listing.confidence = text_is(type, "string") ? 100 : 0;
    bool pattern = text_is(type, "substring") || text_is(type, "regex");
    uint64_t number = 1;
    for (struct text item = text_next(&list); item.at; item = text_next(&list), number++) {
        feed_record(sink, "entry", number);
        if (pattern || memchr(item.at, '\\', item.len))
            feed_reject(sink, pattern ? REJECT_PATTERN : REJECT_NOT_UNDERSTOOD, item);
        else if (listing.kinds == 0)
            feed_reject(sink, REJECT_KIND, item);
        else
            feed_item(sink, &listing, item);
    }
}

const struct feed_format feed_warninglist = {
    .name = "warninglist",
    .about = "MISP warning lists: well-known ends, seen beside a match",
    .is = warninglist_is,
    .read = warninglist_read,
};
