/*
 * Makes up a network's traffic with known truth, so that anyone can see muster at work, and tests
 * can compare what it says with what is so. Same seed, same bytes.
 *
 * The names of what nobody knows end in .example (RFC 2606), the campus calls well-known providers
 * by their names, and the outside addresses are drawn at random from all of the Internet's: whoever
 * holds them has nothing to do with this.
 */
#ifndef MUSTER_SIMULATE_SIMULATE_H
#define MUSTER_SIMULATE_SIMULATE_H

#include "base/clock.h"
#include "base/err.h"

#include <stdint.h>

struct simulated {
    uint64_t packets, bytes; /* of the capture */
    unsigned hosts, controlled;
};

/* A small network's working day of a dozen devices. Makes folder/capture.pcap,
 * folder/indicators/ and folder/truth.csv; the folder too. False and err when it cannot write. */
bool simulate_small(const char *folder, uint64_t seed, struct simulated *ret, struct err *err);

/* A campus: more machines, whole days, every kind of harmless caller that looks like command. */
struct campus_plan {
    uint64_t seed;
    unsigned devices, days; /* within the limits below */
    struct day start;
    bool no_infections;
};
enum { DEVICES_LEAST = 30, DEVICES_USUAL = 60, DEVICES_MOST = 2000, DAYS_MOST = 366 };
/* Makes folder/captures/DAY.pcap for each day, folder/indicators/, folder/truth.csv,
 * folder/devices.csv and folder/hard-negatives.csv. */
bool simulate_campus(const char *folder, const struct campus_plan *plan, struct simulated *ret,
                     struct err *err);

#endif
