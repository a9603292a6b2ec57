/*
 * How machines of the campus reach places: names asked for, addresses chosen, ends of conversations
 * filled in, waits drawn.
 */
#ifndef MUSTER_SIMULATE_CALLS_H
#define MUSTER_SIMULATE_CALLS_H

#include "simulate/campus.h"
#include "simulate/speak.h"

/* MAC addresses of the router, and of all. */
#define ROUTER_MAC UINT64_C(0x024d55000001)
#define BROADCAST_MAC UINT64_C(0xffffffffffff)

struct instant later(struct instant t, uint64_t us);
/* Anybody's address. */
struct address draw_address(struct random *random);
struct address draw_address_v6(struct random *random);

struct end end_outside(struct address address, uint16_t port);
/* A machine's end of a new conversation, over the version of the other end's address. */
struct end end_inside(struct machine *machine, struct address other);
/* A service of a machine. */
struct end end_service(const struct machine *machine, uint16_t port);

/* The machine asks for the place's name when it does not know it any more; when it has the answer.
 */
struct instant ask_place(struct campus *campus, struct habit *habit, struct instant now,
                         struct place *place);
/* The machine asks for a name whose answer nobody keeps. */
struct answer {
    uint16_t type;
    uint8_t rcode;
    const struct address *address; /* NULL = none */
    const char *text;              /* of a TXT answer */
};
struct instant ask_once(struct campus *campus, struct habit *habit, struct instant now,
                        const char *name, const struct answer *answer);

/* A conversation of the habit's machine with a place that it asks for first; not yet open. */
struct talk call_place(struct campus *campus, struct habit *habit, struct instant now,
                       struct place *place, uint16_t port);
/* The same with a bare address. */
struct talk call_address(struct campus *campus, struct habit *habit, struct instant now,
                         struct address address, uint16_t port, uint32_t rtt_us);
/* A conversation between any two ends. */
struct talk call_ends(struct campus *campus, struct habit *habit, struct instant now,
                      struct end client, struct end server, uint32_t rtt_us);
/* The TLS handshake with the place under its name. */
void greet_place(struct talk *talk, const struct place *place, enum tls_client client);
/* A TLS conversation of one question and its answer, from opening to end. */
void call_tls(struct campus *campus, struct habit *habit, struct place *place, uint16_t port,
              size_t asked, size_t answered);

/* Waits in microseconds: even within mean +- percent; as often as Poisson has it. */
uint64_t wait_even(struct habit *habit, uint32_t mean_s, uint32_t percent);
uint64_t wait_poisson(struct habit *habit, double mean_s);

extern const char browser_agent[];

#endif
