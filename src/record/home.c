#include "record/home.h"

static void add(struct home *home, const char *text)
{
    (void)network_parse(text_of(text), &home->range[home->ranges].network);
    home->range[home->ranges++].excluded = false;
}

void home_default(struct home *home)
{
    *home = (struct home){.is_default = true};
    add(home, "192.168.0.0/16");
    add(home, "172.16.0.0/12");
    add(home, "100.64.0.0/10");
    add(home, "10.0.0.0/8");
    add(home, "fe80::/10");
    add(home, "fc00::/7");
}

bool home_parse(struct home *home, const char *list, struct err *err)
{
    *home = (struct home){0};
    while (*list) {
        size_t len = strcspn(list, ", ");
        struct text word = text_at(list, len);
        list += len + (list[len] != '\0');
        if (word.len == 0)
            continue;
        bool excluded = word.at[0] == '!';
        struct network network;
        if (!network_parse(text_at(word.at + excluded, word.len - excluded), &network))
            return err_set(err, "--home: '%.*s' is not a CIDR such as 192.0.2.0/24 or !10.9.0.0/16",
                           (int)word.len, word.at);
        if (home->ranges == HOME_RANGES)
            return err_set(err, "--home: more than %d ranges", HOME_RANGES);
        unsigned at = home->ranges++;
        for (; at > 0 && home->range[at - 1].network.prefix < network.prefix; at--)
            home->range[at] = home->range[at - 1];
        home->range[at].network = network;
        home->range[at].excluded = excluded;
    }
    if (home->ranges == 0)
        return err_set(err, "--home: no range given");
    return true;
}

bool address_is_special(struct address a)
{
    if (address_is_v4(a)) {
        uint32_t n = address_v4_number(a);
        return n >> 28 == 14 || n == UINT32_MAX || n >> 24 == 127 || n >> 24 == 0;
    }
    return a.high >> 56 == 0xff || (a.high == 0 && a.low <= 1);
}

bool address_is_private_v4(struct address a)
{
    if (!address_is_v4(a))
        return false;
    uint32_t n = address_v4_number(a);
    return n >> 24 == 10 || n >> 20 == 0xac1 || n >> 16 == 0xc0a8;
}

/* The default ranges without a loop: this is asked twice a packet. */
static bool default_holds(struct address a)
{
    if (address_is_v4(a)) {
        uint32_t n = address_v4_number(a);
        return n >> 24 == 10 || n >> 20 == 0xac1 || n >> 16 == 0xc0a8 || n >> 22 == (100 << 2 | 1);
    }
    return a.high >> 57 == 0xfc >> 1 || a.high >> 54 == 0xfe80 >> 6;
}

bool home_holds(const struct home *home, struct address a)
{
    if (home->is_default)
        return default_holds(a);
    if (address_is_special(a))
        return false;
    for (unsigned i = 0; i < home->ranges; i++)
        if (network_holds(&home->range[i].network, a))
            return !home->range[i].excluded;
    return false;
}

static unsigned mac_slot(uint64_t mac)
{
    return (unsigned)(mac * UINT64_C(0x9E3779B97F4A7C15) >> 52) % HOME_MACS;
}

void home_macs_learn(struct home_macs *macs, uint64_t mac, struct address source)
{
    if (mac == 0 || !address_is_v4(source) || address_is_special(source))
        return;
    for (unsigned i = mac_slot(mac);; i = (i + 1) % HOME_MACS) {
        if (macs->slot[i].mac == 0) {
            if (macs->used >= HOME_MACS / 2)
                return;
            macs->used++;
            macs->slot[i].mac = mac;
        }
        if (macs->slot[i].mac == mac) {
            if (address_is_private_v4(source))
                macs->slot[i].private_v4 = true;
            else
                macs->slot[i].router = true;
            return;
        }
    }
}

bool home_macs_hold(const struct home_macs *macs, uint64_t mac)
{
    if (mac == 0)
        return false;
    for (unsigned i = mac_slot(mac); macs->slot[i].mac != 0; i = (i + 1) % HOME_MACS)
        if (macs->slot[i].mac == mac)
            return macs->slot[i].private_v4 && !macs->slot[i].router;
    return false;
}
