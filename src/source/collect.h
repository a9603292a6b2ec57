/*
 * Flow export as it arrives: UDP sockets, for as long as one likes, a source each UTC day.
 *
 * Trouble it answers: exporters send in bursts and never again. While findings are judged and
 * written, nobody may be away from the socket; so one thread does nothing but receive, into slabs
 * that wait their turn, and what the system had to drop all the same is asked for and counted.
 *
 * Templates and conversations live on from day to day; a day's end cuts conversations into parts,
 * as midnight does with those of packets.
 *
 * Order: collect_open -> collect_source (to way_take, which closes it) while collect_more ->
 * collect_close. The system keeps datagrams from collect_open on, they are taken from the first
 * collect_source on. collect_open blocks SIGINT and SIGTERM in the calling thread and those it
 * starts later: either ends the receiving.
 */
#ifndef MUSTER_SOURCE_COLLECT_H
#define MUSTER_SOURCE_COLLECT_H

#include "source/exports.h"

enum { COLLECT_SOCKETS = 64 };

struct collect;

/* listen: "127.0.0.1:2055" or "[::1]:2055"; lasting_us: 0 = until a signal. NULL and err: one of
 * them is no address, or cannot be listened on. */
struct collect *collect_open(const char *const *listen, unsigned len, int64_t lasting_us,
                             struct err *err);
/* Whether there may be more datagrams than those of the sources so far. */
bool collect_more(const struct collect *c);
struct source *collect_source(struct collect *c);
/* Bytes that the system holds for a socket while we are away: of the first. */
int collect_buffer(const struct collect *c);
void collect_close(struct collect *c); /* accepts NULL */

#endif
