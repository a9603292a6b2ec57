/* DHCP in an EVE log: which address a machine has, its MAC and what it calls itself. */
#include "source/eve.h"

#include "base/digits.h"

enum {
    DHCP_TYPE,
    DHCP_MAC,
    DHCP_ASSIGNED,
    DHCP_HAS,
    DHCP_WISHES,
    DHCP_HOSTNAME,
    DHCP_CLIENT,
    DHCP_MEMBERS
};
static const char *const dhcp_names[DHCP_MEMBERS] = {
    [DHCP_TYPE] = "dhcp_type",   [DHCP_MAC] = "client_mac",      [DHCP_ASSIGNED] = "assigned_ip",
    [DHCP_HAS] = "client_ip",    [DHCP_WISHES] = "requested_ip", [DHCP_HOSTNAME] = "hostname",
    [DHCP_CLIENT] = "client_id",
};

void eve_dhcp_names(struct eve *eve)
{
    json_names_make(&eve->dhcp, dhcp_names, DHCP_MEMBERS);
}

/* "00:50:f4:ed:c3:af"; 0 when it is none. */
static uint64_t mac_of(struct text text)
{
    uint64_t mac = 0;
    if (text.len != 6 * 3 - 1)
        return 0;
    for (uint32_t i = 0; i < text.len; i++) {
        int digit = hex_digit(text.at[i]);
        if (i % 3 == 2 ? text.at[i] != ':' : digit < 0)
            return 0;
        mac = i % 3 == 2 ? mac : mac << 4 | (uint64_t)digit;
    }
    return mac;
}

/* Control bytes of a name that somebody sent. */
static struct text plain(const struct eve_event *event, struct json_value value)
{
    struct text text = json_text(value);
    if (text.len == 0)
        return text_of(NULL);
    char *copy = arena_new(&event->entry->block->arena, (size_t)text.len + 1);
    for (uint32_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        copy[i] = c < ' ' || c == 0x7f ? '?' : (char)c;
    }
    return text_at(copy, text.len);
}

static bool address_of(struct json_value value, struct address *ret)
{
    return address_parse(json_text(value), ret) && address_known(*ret) &&
           address_v4_number(*ret) != 0;
}

enum log_line eve_dhcp(struct eve_event *event)
{
    struct json_value v[DHCP_MEMBERS];
    if (!json_pick(event->member[EVE_DHCP], &event->eve->dhcp, v)) {
        event->entry->wrong = "a dhcp event without dhcp";
        return LOG_DAMAGED;
    }
    event->eve->seen |= EVE_SEEN_DHCP;
    struct text type = json_text(v[DHCP_TYPE]);
    struct address about;
    bool agreed = text_is(type, "ack") && address_of(v[DHCP_ASSIGNED], &about);
    bool has = !agreed && (text_is(type, "request") || text_is(type, "inform")) &&
               address_of(v[DHCP_HAS], &about);
    bool wishes = !agreed && !has && text_is(type, "request") && address_of(v[DHCP_WISHES], &about);
    uint64_t mac = mac_of(json_text(v[DHCP_MAC]));
    if (mac == 0 || !(agreed || has || wishes))
        return LOG_IGNORED;
    struct identity_record *told =
        block_identity(event->entry->block, event->time, event->entry->number, about);
    told->known_by = "dhcp";
    told->mac = mac;
    told->name = plain(event, v[DHCP_HOSTNAME]);
    told->client = plain(event, v[DHCP_CLIENT]);
    told->pending = wishes; /* whether a server was named is not told */
    told->confirms = agreed;
    return LOG_USED;
}
