/*
 * A capture together with what Suricata raised about it: one source, whose packets are the
 * capture's and whose records are the alerts of an EVE log, each handed on with the packets of its
 * time, so that the days that are open fit both.
 */
#ifndef MUSTER_WITH_ALERTS_H
#define MUSTER_WITH_ALERTS_H

#include "source/source.h"

/* Takes the capture over, also when it fails: NULL and err when the log cannot be read. */
struct source *with_alerts(struct source *capture, const char *eve_path, struct err *err);

#endif
