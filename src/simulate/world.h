/*
 * The made-up campus network: who is in it, whom they talk to, and what a device does once it is
 * its turn. simulate.c runs the day and writes the truth.
 *
 * Order: world_make -> (world_next -> world_act)...
 */
#ifndef MUSTER_SIMULATE_WORLD_H
#define MUSTER_SIMULATE_WORLD_H

#include "simulate/packets.h"
#include "simulate/random.h"

enum { DEVICES = 12, SITES = 14, ACTORS = 64 };

struct device {
    const char *name;
    struct address address;
    uint64_t mac;
    uint16_t next_port; /* the next ephemeral one */
};

/* A server outside, reached by name. */
struct site {
    const char *name;
    struct address address;
    uint32_t rtt_us;
    bool tls13, plain;
    uint64_t seed; /* of its certificate */
};

struct world;
struct actor {
    const char *about;
    void (*act)(struct world *world, struct actor *actor, struct instant now);
    unsigned device;         /* who */
    struct instant next;     /* when it acts again */
    uint32_t every_s, loose; /* mean interval; loose: percent it varies by */
};

/* The outside ends that somebody listed. */
struct listed {
    struct address beacon, checkin, scanner;
    struct port beacon_port;
    const char *checkin_name, *asked_name;
    const char *beacon_family, *checkin_family, *asked_family;
};

struct world {
    struct random random;
    struct packets *packets;
    struct instant start, end;
    struct device device[DEVICES];
    struct site site[SITES];
    struct listed listed;
    struct address upstream, time_server; /* resolver and NTP server outside */
    struct actor actor[ACTORS];
    unsigned actors;
    unsigned controlled[2]; /* devices: the beacon's, the check-in's */
};

void world_make(struct world *world, uint64_t seed, struct packets *packets);
/* The actor whose turn is first; NULL when the day is over. */
struct actor *world_next(struct world *world);
void world_act(struct world *world, struct actor *actor);

#endif
