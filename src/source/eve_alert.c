/*
 * Alerts in an EVE log. Their addresses are those of the packet that the rule matched, which either
 * end may have sent; who opened the conversation is told by newer versions (`flow`, `direction`),
 * by the counts of packets, by earlier events of the flow, and else guessed from the ports. What
 * an alert says of who is controlled is the detector's to judge (detect/alert.c).
 */
#include "source/eve.h"

enum { ALERT_SIGNATURE, ALERT_ID, ALERT_CATEGORY, ALERT_SEVERITY, ALERT_METADATA, ALERT_MEMBERS };
static const char *const alert_names[ALERT_MEMBERS] = {
    [ALERT_SIGNATURE] = "signature", [ALERT_ID] = "signature_id",   [ALERT_CATEGORY] = "category",
    [ALERT_SEVERITY] = "severity",   [ALERT_METADATA] = "metadata",
};

/* Of the metadata, and of what lies beside the alert. */
enum {
    META_FAMILY,
    META_CONFIDENCE,
    META_RANK,
    META_TARGET,
    META_PRODUCT,
    META_TAG,
    META_SRC_IP,
    META_SRC_PORT,
    META_TO_SERVER,
    META_TO_CLIENT,
    META_QUERY,
    META_QUERIES,
    META_RRNAME,
    META_MEMBERS
};
static const char *const metadata_names[META_MEMBERS] = {
    [META_FAMILY] = "malware_family",
    [META_CONFIDENCE] = "confidence",
    [META_RANK] = "signature_severity",
    [META_TARGET] = "attack_target",
    [META_PRODUCT] = "affected_product",
    [META_TAG] = "tag",
    [META_SRC_IP] = "src_ip",
    [META_SRC_PORT] = "src_port",
    [META_TO_SERVER] = "pkts_toserver",
    [META_TO_CLIENT] = "pkts_toclient",
    [META_QUERY] = "query",
    [META_QUERIES] = "queries",
    [META_RRNAME] = "rrname",
};

void eve_alert_names(struct eve *eve)
{
    json_names_make(&eve->alert, alert_names, ALERT_MEMBERS);
    json_names_make(&eve->metadata, metadata_names, META_MEMBERS);
}

enum { PORT_SYSTEM = 1024, PORT_EPHEMERAL = 32768 }; /* RFC 6335 6, Linux' own */

/* The ports' sense, when nothing else tells: services are where numbers are small. */
static bool ports_say_turned(const struct ends *ends)
{
    uint16_t host = ends->host_port.number, outside = ends->outside_port.number;
    return host && ((host < PORT_SYSTEM && outside >= PORT_SYSTEM) ||
                    (host < PORT_EPHEMERAL && outside >= PORT_EPHEMERAL));
}

/* Makes the opener the host; true when both ends were seen to send. */
static bool opener_first(struct eve_event *event)
{
    struct json_value v[META_MEMBERS];
    struct ends *ends = &event->ends;
    struct text direction = json_text(event->member[EVE_DIRECTION]);
    bool counted = json_pick(event->member[EVE_FLOW], &event->eve->metadata, v) &&
                   json_type(v[META_TO_CLIENT]) == JSON_INTEGER;
    uint64_t to_server = eve_count(v[META_TO_SERVER]), to_client = eve_count(v[META_TO_CLIENT]);
    struct address opener;
    if (address_parse(json_text(v[META_SRC_IP]), &opener)) {
        if (address_same(opener, ends->outside) &&
            (!address_same(opener, ends->host) ||
             eve_count(v[META_SRC_PORT]) == ends->outside_port.number))
            eve_turn(ends);
    } else if (text_is(direction, "to_client")) {
        eve_turn(ends);
    } else if (!text_is(direction, "to_server") && !(counted && to_client == 0) &&
               !eve_known(event)) {
        if ((counted && to_server == 0) || ports_say_turned(ends))
            eve_turn(ends);
    }
    return counted && to_server && to_client;
}

/* The first of a list, or the text itself. */
static struct text first_of(const struct eve_event *event, struct json_value value)
{
    struct json_each each = json_members(value);
    struct json_value first;
    return eve_text(event, json_next(&each, NULL, &first) ? first : value);
}

/* All of a list, with blanks between; at most 200 bytes. */
static struct text all_of(const struct eve_event *event, struct json_value value)
{
    enum { ROOM = 200 };
    struct json_each each = json_members(value);
    struct json_value one;
    char all[ROOM];
    uint32_t len = 0;
    while (json_next(&each, NULL, &one)) {
        struct text text = json_text(one);
        if (text.len == 0 || text.len + 1 > ROOM - len)
            continue;
        if (len)
            all[len++] = ' ';
        memcpy(all + len, text.at, text.len);
        len += text.len;
    }
    return len ? arena_text(&event->entry->block->arena, text_at(all, len))
               : eve_text(event, value);
}

/* The name that the conversation was about: asked for in DNS, or of the far end. */
static struct text name_of(const struct eve_event *event)
{
    struct json_value v[META_MEMBERS], query, q[META_MEMBERS];
    if (!json_pick(event->member[EVE_DNS], &event->eve->metadata, v)) {
        struct json_value host = json_get(event->member[EVE_HTTP], "hostname");
        if (json_type(host) == JSON_NONE)
            host = json_get(event->member[EVE_TLS], "sni");
        return eve_name(event, host);
    }
    struct json_each each =
        json_members(json_type(v[META_QUERY]) == JSON_ARRAY ? v[META_QUERY] : v[META_QUERIES]);
    if (json_next(&each, NULL, &query) && json_pick(query, &event->eve->metadata, q))
        return eve_name(event, q[META_RRNAME]);
    return eve_name(event, v[META_RRNAME]);
}

enum log_line eve_alert(struct eve_event *event)
{
    struct json_value v[ALERT_MEMBERS], m[META_MEMBERS];
    if (!json_pick(event->member[EVE_ALERT], &event->eve->alert, v) ||
        json_text(v[ALERT_SIGNATURE]).len == 0) {
        event->entry->wrong = "an alert without its signature";
        return LOG_DAMAGED;
    }
    bool answered = opener_first(event);
    struct alert_record *alert =
        block_alert(event->entry->block, event->time, event->entry->number, &event->ends);
    struct arena *arena = &event->entry->block->arena;
    (void)json_pick(v[ALERT_METADATA], &event->eve->metadata, m);
    alert->by = "suricata";
    alert->signature = eve_text(event, v[ALERT_SIGNATURE]);
    alert->id = arena_format(arena, "%llu", (unsigned long long)eve_count(v[ALERT_ID]));
    alert->category = eve_text(event, v[ALERT_CATEGORY]);
    alert->severity = arena_format(arena, "%llu", (unsigned long long)eve_count(v[ALERT_SEVERITY]));
    alert->confidence = first_of(event, m[META_CONFIDENCE]);
    alert->family = first_of(event, m[META_FAMILY]);
    alert->rank = first_of(event, m[META_RANK]);
    alert->target = first_of(event, m[META_TARGET]);
    alert->product = first_of(event, m[META_PRODUCT]);
    alert->tags = all_of(event, m[META_TAG]);
    alert->proto = text_of(eve_app(event->eve, json_text(event->member[EVE_APP_PROTO])));
    alert->name = name_of(event);
    alert->answered = answered;
    alert->count = 1;
    alert->packet = eve_count(event->member[EVE_PACKET]);
    return LOG_USED;
}
