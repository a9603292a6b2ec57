/*
 * Writes packets into a pcap file (microseconds, Ethernet) in the order of their times, with right
 * lengths and checksums. Conversations overlap, so packets may be handed over in any order as long
 * as none is earlier than what packets_until already let out.
 *
 * Order: packets_new -> (packets_udp, packets_tcp, packets_until in turn -> packets_next)... ->
 * packets_finish.
 */
#ifndef MUSTER_SIMULATE_PACKETS_H
#define MUSTER_SIMULATE_PACKETS_H

#include "base/clock.h"
#include "base/err.h"
#include "record/address.h"

#include <stddef.h>

struct packets;

/* One end of a conversation; both ends are IPv4 or both are IPv6. */
struct end {
    uint64_t mac; /* 48 bits */
    struct address address;
    struct port port;
};

/* Payload bytes of the fullest TCP segment, over IPv4 and over IPv6. */
enum { PACKET_MSS = 1460, PACKET_MSS_V6 = 1440 };

struct packets *packets_new(const char *path, struct err *err);
/* The capture ends then: later packets are left out. */
void packets_end(struct packets *packets, struct instant end);
/* Goes on in another file: call packets_until first. False: the old file did not appear or the new
 * one cannot be written; only packets_finish may follow. */
bool packets_next(struct packets *packets, const char *path, struct err *err);
void packets_udp(struct packets *packets, struct instant time, const struct end *from,
                 const struct end *to, const void *bytes, size_t len);
/* len <= the MSS. A SYN carries the options that today's systems send. */
void packets_tcp(struct packets *packets, struct instant time, const struct end *from,
                 const struct end *to, uint32_t seq, uint32_t ack, uint8_t flags, const void *bytes,
                 size_t len);
/* Writes what is before `time`. */
void packets_until(struct packets *packets, struct instant time);
/* Writes the rest and lets the file appear; frees `packets` in any case. The counts are over all
 * files. */
bool packets_finish(struct packets *packets, uint64_t *ret_packets, uint64_t *ret_bytes,
                    struct err *err);

#endif
