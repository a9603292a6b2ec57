/*
 * abuse.ch Feodo Tracker (JSON): an array of {"ip_address", "port", "status", "first_seen",
 * "last_online", "malware"}. All are controllers of banking trojans.
 */
#include "feeds/feed.h"

#include <inttypes.h>
#include <stdio.h>

static bool feodo_json_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return head.len && feed_trim(head).at[0] == '[' && feed_holds(head, "\"ip_address\"") &&
           feed_holds(head, "\"last_online\"");
}

static void feodo_object(struct feed_sink *sink, struct json_value object)
{
    struct text address = feed_trim(json_text(json_get(object, "ip_address")));
    char item[128], digits[24] = "";
    int64_t port;
    if (address.len == 0) {
        feed_reject(sink, REJECT_NOT_UNDERSTOOD, text_of("an object without ip_address"));
        return;
    }
    if (json_integer(json_get(object, "port"), &port) && port != 0)
        (void)snprintf(digits, sizeof digits, "%" PRId64, port);
    struct feed_listing listing = FEED_LISTING_NONE;
    listing.kinds = FEED_KINDS_END;
    listing.first = feed_json_day(json_get(object, "first_seen"));
    listing.last = feed_json_day(json_get(object, "last_online"));
    if (listing.last.number == DAY_NONE)
        listing.last = listing.first;
    listing.family = json_text(json_get(object, "malware"));
    struct text joined = feed_end_join(address, text_of(digits), item, sizeof item);
    if (joined.len)
        feed_item(sink, &listing, joined);
    else
        feed_reject(sink, REJECT_NOT_UNDERSTOOD, address);
}

static void feodo_json_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct json *json = feed_json(sink, file);
    if (json == NULL)
        return;
    struct json_each each = json_members(json_root(json));
    struct json_value object;
    for (uint64_t n = 1; json_next(&each, NULL, &object); n++) {
        feed_record(sink, "object", n);
        feodo_object(sink, object);
    }
    json_free(json);
}

const struct feed_format feed_feodo_json = {
    .name = "feodo-json",
    .about = "abuse.ch Feodo Tracker: controllers with port and dates (JSON)",
    .is = feodo_json_is,
    .read = feodo_json_read,
};
