/*
 * Captures that hold flow export instead of traffic.
 *
 * Trouble it answers: exporters' datagrams are often kept as a capture of the collector's port.
 * Read as traffic it would show routers that talk to a collector; but to take any datagram that
 * looks like an export for one would let every host of a capture forge its neighbours' flows. So a
 * capture is an export only if all of its UDP datagrams parse as export and go to one collector,
 * and nothing but ICMP and what is not IP stands beside them; or if the user says so (--as export).
 */
#ifndef MUSTER_EXPORT_CAPTURE_H
#define MUSTER_EXPORT_CAPTURE_H

#include "source/source.h"

/* As source_open_item, which it calls. */
struct source *export_capture_open(const struct source_item *item, const char *kind_or_null,
                                   struct err *err);

#endif
