/*
 * Home: the address ranges that the operator answers for (DESIGN.md). Longest prefix decides;
 * `!CIDR` excludes. Never multicast, broadcast, loopback or unspecified.
 */
#ifndef MUSTER_RECORD_HOME_H
#define MUSTER_RECORD_HOME_H

#include "base/err.h"
#include "record/address.h"

enum { HOME_RANGES = 256, HOME_MACS = 1 << 12 };

struct home {
    struct {
        struct network network;
        bool excluded;
    } range[HOME_RANGES]; /* longest prefix first */
    unsigned ranges;
    bool is_default;
};

/* RFC 1918, 100.64/10, fc00::/7, fe80::/10. */
void home_default(struct home *home);
/* "10.0.0.0/8,!10.9.0.0/16": replaces what was there. */
bool home_parse(struct home *home, const char *list, struct err *err);
bool home_holds(const struct home *home, struct address address);

/* Multicast, broadcast, loopback, unspecified: never an end of a conversation between machines. */
bool address_is_special(struct address address);
/* RFC 1918 IPv4. */
bool address_is_private_v4(struct address address);

/* With the default home, a global IPv6 address is home when its MAC also sends from a private IPv4
 * address; a MAC that sends from public IPv4 addresses as well is a router and does not count. */
struct home_macs {
    struct {
        uint64_t mac;
        bool private_v4, router;
    } slot[HOME_MACS]; /* open addressing; full = no more are learnt */
    unsigned used;
};
void home_macs_learn(struct home_macs *macs, uint64_t mac, struct address source);
bool home_macs_hold(const struct home_macs *macs, uint64_t mac);

#endif
