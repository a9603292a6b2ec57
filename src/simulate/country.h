/*
 * A country with known truth: machines behind addresses that change, some under control for a
 * while, and the servers that control them, over years. It yields what muster would have found, a
 * day at a time, and keeps count of what is true, by the model and not by what it yields. Same
 * plan, same world.
 *
 * Order: country_new -> country_day until it says no more -> country_truth -> country_free.
 */
#ifndef MUSTER_SIMULATE_COUNTRY_H
#define MUSTER_SIMULATE_COUNTRY_H

#include "base/buf.h"
#include "base/clock.h"
#include "record/address.h"

/* How the world departs from what an estimate supposes, or who watches changes. */
enum country_world {
    WORLD_PLAIN,
    WORLD_NIGHT,   /* machines are off for eight hours of the day */
    WORLD_TIED,    /* machines under control keep their addresses for half as long as others */
    WORLD_NAT,     /* four machines stand behind each address */
    WORLD_SENSORS, /* half is watched; from the second year on, by another sensor, the rest too */
    WORLD_FEED,    /* half of the controllers are listed; from the second year on, by another feed,
                      all */
    WORLDS
};
extern const char *const country_world_name[WORLDS];

struct country_plan {
    uint64_t seed;
    double scale; /* 1: the model report's size */
    enum country_world world;
    struct day start;
    unsigned days;
};
/* Limits of a plan. */
#define COUNTRY_SCALE_LEAST 0.00005
#define COUNTRY_SCALE_MOST 1.0
enum { COUNTRY_DAYS_MOST = 731 };

/* What is seen of one address and one controller on one day. */
struct country_row {
    struct address host, controller;
    int64_t asn;
    const char *controller_country; /* static */
    unsigned family;
    uint32_t hours; /* 24-bit mask */
    bool second;    /* what only the second sensor or feed sees (WORLD_SENSORS, WORLD_FEED) */
    bool implant;   /* of a website: `host` serves it, `controller` used it, `site` numbers it */
    unsigned site;
};

struct country;
struct country *country_new(const struct country_plan *plan);
void country_free(struct country *country);
/* The next day's rows, which live until the next call; false after the last day. */
bool country_day(struct country *country, struct day *ret_day, const struct country_row **rows,
                 size_t *len);
/* After the last day: CSV of what is true (docs/census.md has the columns), and of a sample of
 * holds of other machines, at most `most` a network, as --holds takes them. */
void country_truth(const struct country *country, struct buf *buf);
void country_holds(const struct country *country, unsigned most, struct buf *buf);

#endif
