/*
 * A TCP conversation as a tap beside the client sees it: handshake, data cut into segments with
 * acknowledgements, an orderly end. The talk carries the clock on.
 *
 * Order: fill client, server, now, rtt_us -> talk_open -> talk_say... -> talk_close.
 */
#ifndef MUSTER_SIMULATE_TALK_H
#define MUSTER_SIMULATE_TALK_H

#include "base/buf.h"
#include "simulate/packets.h"
#include "simulate/random.h"

struct talk {
    struct packets *packets;
    struct random *random;
    struct end client, server;
    struct instant now; /* when the next packet is sent */
    uint32_t rtt_us;    /* from the tap to the server and back */
    uint32_t seq[2];    /* next byte of the client's, the server's stream */
    bool sparing;       /* acknowledges with what is said next; talk_rest when nothing is */
};

enum talker { CLIENT, SERVER };

void talk_open(struct talk *talk);
/* A SYN that is refused (reset) or not answered at all. */
void talk_refused(struct talk *talk, bool reset);
void talk_say(struct talk *talk, enum talker who, const struct buf *bytes);
/* `who` has nothing to say for now and acknowledges what was said. */
void talk_rest(struct talk *talk, enum talker who);
void talk_close(struct talk *talk);

#endif
