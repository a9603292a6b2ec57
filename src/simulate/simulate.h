/*
 * Makes up a network's traffic with known truth, so that anyone can see muster at work, and tests
 * can compare what it says with what is so. Same seed, same bytes.
 *
 * The names end in .example (RFC 2606) and the outside addresses are drawn at random from all of
 * the Internet's: whoever holds them has nothing to do with this.
 */
#ifndef MUSTER_SIMULATE_SIMULATE_H
#define MUSTER_SIMULATE_SIMULATE_H

#include "base/err.h"

#include <stdint.h>

struct simulated {
    uint64_t packets, bytes; /* of the capture */
    unsigned hosts, controlled;
};

/* A campus network's working day of a dozen devices. Makes folder/capture.pcap,
 * folder/indicators/ and folder/truth.csv; the folder too. False and err when it cannot write. */
bool simulate_campus(const char *folder, uint64_t seed, struct simulated *ret, struct err *err);

#endif
