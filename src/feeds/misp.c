/*
 * MISP events (misp-standard.org, core format): {"Event": {...}}, alone, in an array, or under
 * "response". What traffic shows are attributes of a dozen types, directly in the event or inside
 * its objects; each is a record. An attribute that is deleted or not meant for detection (to_ids)
 * is refused as such. Numbers may be written as texts.
 *
 * The family comes from galaxy tags (misp-galaxy:malpedia="Dridex"), of the attribute before the
 * event's. Dates: first_seen and last_seen where they are; else from the event's day to the day the
 * attribute was last changed. In an object with one port, the port belongs to its addresses.
 */
#include "feeds/feed.h"

enum { MISP_EVENTS = 1 << 20, MISP_TAGS = 256 };

static bool misp_is(const struct feed_file *file, struct text head)
{
    (void)file;
    struct text start = feed_trim(head);
    return start.len && (start.at[0] == '{' || start.at[0] == '[') && feed_holds(head, "\"Event\"");
}

/* What an attribute's type may be taken for; 0 = traffic does not show it. */
static const struct misp_type {
    const char *name;
    uint16_t kinds;
    char half; /* of a type of two parts: 'p' = end|port, 'n' = name|address, of which the name,
                  'd' = name|digest, of which the digest */
} types[] = {
    {"ip-dst", FEED_KINDS_END, 0},
    {"ip-src", FEED_KINDS_END, 0},
    {"ip-dst|port", FEED_KINDS_END, 'p'},
    {"ip-src|port", FEED_KINDS_END, 'p'},
    {"domain", FEED_KINDS_END, 0},
    {"hostname", FEED_KINDS_END, 0},
    {"hostname|port", FEED_KINDS_END, 'p'},
    {"domain|ip", FEED_KINDS_END, 'n'},
    {"url", FEED_KINDS_END, 0},
    {"uri", FEED_KINDS_END, 0},
    {"x509-fingerprint-sha1", 1u << INDICATOR_CERTIFICATE, 0},
    {"x509-fingerprint-sha256", 1u << INDICATOR_CERTIFICATE, 0},
    {"ja3-fingerprint-md5", 1u << INDICATOR_JA3, 0},
    {"ja4-fingerprint", 1u << INDICATOR_JA4, 0},
    {"md5", 1u << INDICATOR_FILE, 0},
    {"sha1", 1u << INDICATOR_FILE, 0},
    {"sha256", 1u << INDICATOR_FILE, 0},
    {"filename|md5", 1u << INDICATOR_FILE, 'd'},
    {"filename|sha1", 1u << INDICATOR_FILE, 'd'},
    {"filename|sha256", 1u << INDICATOR_FILE, 'd'},
};

struct misp_event {
    struct feed_sink *sink;
    struct text family;
    struct day day;
    uint64_t *attributes; /* counted over the file */
};

/* misp-galaxy:malpedia="Dridex": the part in quotes; null when the tag names no malware. */
static struct text tag_family(struct text tag)
{
    static const char *const galaxies[] = {
        "misp-galaxy:malpedia=\"", "misp-galaxy:botnet=\"",     "misp-galaxy:banker=\"",
        "misp-galaxy:rat=\"",      "misp-galaxy:ransomware=\"", "misp-galaxy:stealer=\"",
        "misp-galaxy:tool=\"",     "misp-galaxy:backdoor=\"",   "misp-galaxy:mitre-malware=\""};
    for (unsigned i = 0; i < sizeof galaxies / sizeof *galaxies; i++) {
        uint32_t skip = (uint32_t)strlen(galaxies[i]);
        if (!text_starts(tag, galaxies[i]))
            continue;
        struct text name = text_at(tag.at + skip, tag.len - skip);
        const char *stop = memmem(name.at, name.len, " - S", 4); /* MITRE: "Dridex - S0384" */
        if (stop == NULL)
            stop = memchr(name.at, '"', name.len);
        return feed_trim(text_at(name.at, stop ? (size_t)(stop - name.at) : name.len));
    }
    return text_at(NULL, 0);
}

static struct text tags_family(struct json_value holder)
{
    struct json_each each = json_members(json_get(holder, "Tag"));
    struct json_value tag;
    for (unsigned n = 0; n < MISP_TAGS && json_next(&each, NULL, &tag); n++) {
        struct text family = tag_family(json_text(json_get(tag, "name")));
        if (family.len)
            return family;
    }
    return text_at(NULL, 0);
}

/* MISP writes true, 1 and "1". */
static bool is_true(struct json_value value)
{
    int64_t number;
    return json_is_true(value) || (json_integer(value, &number) && number != 0);
}

static uint8_t attribute_class(struct text type, struct text category)
{
    if (text_starts(type, "ip-src") || text_is(category, "Payload delivery"))
        return CLASS_MALICIOUS;
    return CLASS_CONTROL;
}

static void attribute_dates(const struct misp_event *event, struct json_value attribute,
                            struct feed_listing *listing)
{
    listing->first = feed_json_day(json_get(attribute, "first_seen"));
    listing->last = feed_json_day(json_get(attribute, "last_seen"));
    if (listing->first.number == DAY_NONE)
        listing->first = event->day;
    if (listing->last.number == DAY_NONE)
        listing->last = feed_json_day(json_get(attribute, "timestamp"));
    if (listing->last.number < listing->first.number)
        listing->last = listing->first;
}

/* The item as feed_item reads it; null when it does not fit. */
static struct text attribute_item(const struct misp_type *type, struct text value, struct text port,
                                  char *out, size_t room)
{
    const char *bar = type->half && value.len ? memchr(value.at, '|', value.len) : NULL;
    struct text end = text_at(value.at, bar ? (size_t)(bar - value.at) : value.len);
    if (bar != NULL && type->half == 'p')
        return feed_end_join(end, text_at(bar + 1, value.len - end.len - 1), out, room);
    if (bar != NULL && type->half == 'd')
        return text_at(bar + 1, value.len - end.len - 1);
    if (port.len && text_starts(text_of(type->name), "ip-") && type->half == 0)
        return feed_end_join(end, port, out, room);
    return end;
}

/* port: of the object around it, or null. */
static void attribute_read(const struct misp_event *event, struct json_value attribute,
                           struct text port)
{
    struct text name = json_text(json_get(attribute, "type"));
    struct text value = feed_trim(json_text(json_get(attribute, "value")));
    const struct misp_type *type = NULL;
    char joined[1200];
    feed_record(event->sink, "attribute", ++*event->attributes);
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++)
        if (text_is(name, types[i].name))
            type = &types[i];
    if (port.len && text_is(name, "port")) {
        feed_remark(event->sink); /* said with the address */
        return;
    }
    if (type == NULL) {
        feed_reject(event->sink, REJECT_KIND, name.len ? name : text_of("no type"));
        return;
    }
    if (!is_true(json_get(attribute, "to_ids")) || is_true(json_get(attribute, "deleted"))) {
        feed_reject(event->sink, REJECT_REVOKED, value);
        return;
    }
    struct feed_listing listing = FEED_LISTING_NONE;
    listing.class = attribute_class(name, json_text(json_get(attribute, "category")));
    listing.kinds = type->kinds;
    listing.family = tags_family(attribute);
    if (listing.family.len == 0)
        listing.family = event->family;
    attribute_dates(event, attribute, &listing);
    struct text item = attribute_item(type, value, port, joined, sizeof joined);
    if (item.len)
        feed_item(event->sink, &listing, item);
    else
        feed_reject(event->sink, REJECT_NOT_UNDERSTOOD, value);
}

/* The one port of an object: "ip-port" has address and port in attributes of their own. */
static struct text object_port(struct json_value object)
{
    struct json_each each = json_members(json_get(object, "Attribute"));
    struct json_value attribute;
    struct text port = {NULL, 0};
    while (json_next(&each, NULL, &attribute)) {
        if (!text_is(json_text(json_get(attribute, "type")), "port") ||
            text_is(json_text(json_get(attribute, "object_relation")), "src-port"))
            continue;
        if (port.len)
            return text_at(NULL, 0);
        port = json_text(json_get(attribute, "value"));
    }
    return port;
}

static void attributes_read(const struct misp_event *event, struct json_value holder,
                            struct text port)
{
    struct json_each each = json_members(json_get(holder, "Attribute"));
    struct json_value attribute;
    while (json_next(&each, NULL, &attribute))
        attribute_read(event, attribute, port);
}

static void event_read(struct feed_sink *sink, struct json_value of, uint64_t *attributes)
{
    struct misp_event event = {
        .sink = sink,
        .family = tags_family(of),
        .day = feed_json_day(json_get(of, "date")),
        .attributes = attributes,
    };
    attributes_read(&event, of, text_at(NULL, 0));
    struct json_each each = json_members(json_get(of, "Object"));
    struct json_value object;
    while (json_next(&each, NULL, &object))
        attributes_read(&event, object, object_port(object));
}

static void misp_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct json *json = feed_json(sink, file);
    if (json == NULL)
        return;
    struct json_value root = json_root(json), element, response = json_get(root, "response");
    uint64_t attributes = 0;
    if (json_type(json_get(root, "Event")) == JSON_OBJECT) {
        event_read(sink, json_get(root, "Event"), &attributes);
    } else {
        struct json_each each = json_members(json_type(response) != JSON_NONE ? response : root);
        for (unsigned n = 0; n < MISP_EVENTS && json_next(&each, NULL, &element); n++)
            event_read(sink, json_get(element, "Event"), &attributes);
    }
    json_free(json);
}

const struct feed_format feed_misp = {
    .name = "misp",
    .about = "MISP events: addresses, names, URLs, certificates, JA3 with family and dates (JSON)",
    .is = misp_is,
    .read = misp_read,
};
