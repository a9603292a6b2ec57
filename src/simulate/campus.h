/*
 * The made-up campus: its machines, the places outside that they call, and what they do in turn.
 *
 * A machine is of a kind (kind.list). A behaviour (behaviour.list) is one thing that machines of
 * some kinds do; a habit is one machine's doing of it. When a habit's turn comes, its behaviour
 * writes the packets that follow, ahead of the clock, and says how long it waits. Each habit draws
 * from random numbers of its own, so that leaving one out (--no-infections) leaves the others as
 * they are. Clocks on the wall show UTC.
 *
 * Order: campus_new -> (campus_next -> campus_act)... -> campus_free.
 */
#ifndef MUSTER_SIMULATE_CAMPUS_H
#define MUSTER_SIMULATE_CAMPUS_H

#include "simulate/simulate.h"
#include "simulate/talk.h"

#include <stdbool.h>

enum kind_id {
#define KIND(id, name, fixed, share, flags) KIND_##id,
#include "simulate/kind.list"
#undef KIND
    KINDS
};

enum {
    KIND_SERVES = 1,   /* never off, stands in the server rows */
    KIND_THING = 2,    /* never off, nobody sits at it */
    KIND_PERSON = 4,   /* somebody's: on when they are there */
    KIND_MOVES = 8,    /* carried about: on and off several times a day */
    KIND_V6 = 16,      /* speaks IPv6 too */
    KIND_OWN_DNS = 32, /* asks a resolver outside, whatever DHCP says */
    KIND_PROXIED = 64, /* browses through the web proxy */
};

/* Masks of kinds, for the tables. */
#define KIND_BIT(id) (UINT32_C(1) << KIND_##id)
#define RESOLVERS KIND_BIT(RESOLVER)
#define GATEWAYS KIND_BIT(GATEWAY)
#define PROXIES KIND_BIT(PROXY)
#define WEB_SERVERS KIND_BIT(WEB)
#define MONITORS KIND_BIT(MONITOR)
#define STORES KIND_BIT(STORE)
#define PRINTERS KIND_BIT(PRINTER)
#define CAMERAS KIND_BIT(CAMERA)
#define TELEVISIONS KIND_BIT(TELEVISION)
#define THERMOSTATS KIND_BIT(THERMOSTAT)
#define DOORS KIND_BIT(DOOR)
#define VOICES KIND_BIT(VOICE)
#define WINDOWS_DESKS KIND_BIT(WINDOWS)
#define LINUXES KIND_BIT(LINUX)
#define MACS KIND_BIT(MAC)
#define LABS KIND_BIT(LAB)
#define ANDROIDS KIND_BIT(ANDROID)
#define IPHONES KIND_BIT(IPHONE)
#define WINDOWS_ALL (WINDOWS_DESKS | KIND_BIT(LAPTOP))
#define APPLES (MACS | IPHONES)
#define PHONES (ANDROIDS | IPHONES)
#define DESKS (WINDOWS_ALL | LINUXES | MACS)
#define PEOPLE (DESKS | LABS | PHONES)
#define SERVERS (RESOLVERS | GATEWAYS | PROXIES | WEB_SERVERS | MONITORS | STORES)
#define THINGS (PRINTERS | CAMERAS | TELEVISIONS | THERMOSTATS | DOORS | VOICES)
#define EVERYBODY (SERVERS | THINGS | PEOPLE)

struct kind {
    const char *name;
    unsigned fixed, share;
    unsigned flags;
};

struct machine {
    enum kind_id id;
    const struct kind *kind;
    char name[24];
    struct address v4, v6; /* v6 "::" = none */
    uint64_t mac, seed;
    uint16_t next_port; /* the next ephemeral one */
    bool never_off;
    int64_t *known_us; /* by place: until when it keeps the address it asked for */
};

enum {
    PLACE_V6 = 1,     /* has an IPv6 address too */
    PLACE_TLS12 = 2,  /* TLS 1.2, shows its certificate */
    PLACE_PLAIN = 4,  /* HTTP */
    PLACE_CDN = 8,    /* on the content network's addresses, with many others */
    PLACE_PART = 16,  /* pulled in by pages */
    PLACE_POOL = 32,  /* many addresses, another each time */
    PLACE_ALIAS = 64, /* its name leads to another name first */
};

enum { PLACE_ADDRESSES = 4, PLACE_NAME = 64 };
struct place {
    char name[PLACE_NAME];
    unsigned flags, weight;
    struct address v4[PLACE_ADDRESSES], v6;
    unsigned addresses;
    uint32_t rtt_us, ttl_s;
    uint64_t seed;                            /* of its certificate */
    struct instant cached_from, cached_until; /* by the campus resolver */
};

struct campus;
struct habit;

struct behaviour {
    const char *name, *about;
    uint32_t kinds;    /* who does it */
    unsigned variants; /* entries of its table; 0 = it has none */
    bool asleep_too;   /* goes on while its machine is off */
    bool infection;    /* only of machines that are controlled so (infection.list) */
    /* Whether this machine does this variant; NULL = each of the kinds. */
    bool (*does)(const struct campus *campus, const struct machine *machine, unsigned variant);
    const char *(*variant_name)(unsigned variant);
    /* Writes what happens at habit->next. Returns the microseconds until its next turn. */
    uint64_t (*act)(struct campus *campus, struct habit *habit);
    /* What in it may look like command and is not; NULL = nothing. */
    const char *(*fact)(const struct campus *campus, const struct habit *habit, char out[200]);
};

extern const struct behaviour *const behaviours[];
extern const unsigned behaviours_len;

struct habit {
    const struct behaviour *behaviour;
    struct machine *machine;
    unsigned variant;
    struct random random;
    struct instant next; /* its turn */
    struct talk talk;    /* of one that holds a conversation open */
    bool open;
};

/* A listed name that exists no more. */
#define STALE_NAME "cdn.lampwright-games.example"

/* How a machine is controlled (infection.list). */
struct infection_kind {
    const char *name; /* of the behaviour */
    const char *family, *seen_as;
    uint32_t kinds;        /* whose machine it may be */
    uint16_t port;         /* of the controller */
    const char *host_name; /* of the controller; NULL = a bare address */
};

enum { INFECTIONS = 3 };
struct infection {
    const struct infection_kind *kind;
    struct machine *machine;
    struct place *controller; /* its name is "" when it is called by its address */
    bool listed;
    unsigned turns; /* so far */
};

struct campus {
    const struct campus_plan *plan;
    struct packets *packets;
    struct instant start, end;
    struct machine *machine;
    unsigned machines;
    struct place *place;
    unsigned places, places_fixed;
    unsigned browse_weight; /* sum over places */
    struct habit *habit;
    unsigned habits;
    unsigned *turn; /* a heap of habits, the first turn at 0 */
    struct infection infection[INFECTIONS];
    unsigned infections;
    struct address cdn[6], cdn_v6; /* the content network's edge */
    struct address upstream[2];    /* the resolver's own */
    struct address scanner[3];     /* two of them listed */
    struct address backup;         /* the file store's other half, a bare address */
};

struct campus *campus_new(const struct campus_plan *plan, struct packets *packets);
void campus_free(struct campus *campus);
/* The habit whose turn is first; NULL when the time is over. */
struct habit *campus_next(struct campus *campus);
void campus_act(struct campus *campus, struct habit *habit);

/* The machine of a kind of which there is one. */
struct machine *campus_machine(struct campus *campus, enum kind_id id);
struct place *place_add(struct campus *campus, struct random *random, const char *name,
                        unsigned weight, unsigned flags);
/* A place by its name, which is in place.list. */
struct place *campus_place(struct campus *campus, const char *name);
/* Whether the machine is on at a time; if not, when it comes back. */
bool machine_is_on(const struct machine *machine, struct instant t, struct instant *ret_on);
/* True for `percent` of machines, always for the same. */
bool machine_draws(const struct machine *machine, uint64_t what, unsigned percent);

#endif
