/*
 * Findings of one run for people and programs. One struct sighting at a time as NDJSON, or all of
 * them as a table for a terminal.
 */
#ifndef MUSTER_OUTPUT_OUTPUT_H
#define MUSTER_OUTPUT_OUTPUT_H

#include "base/buf.h"
#include "record/sighting.h"

/* One line of JSON with its newline: every column, in sighting.list order. Evidence objects have:
 * detector, version, set, item, strength, known_from, why, where ("SOURCE#packet=N"). */
void output_json(struct buf *buf, const struct sighting *sighting);

/* The table that `muster read` prints: controlled hosts with controllers, country, network, family,
 * grade and why; suspected ones below, at most a screen of them. `colour`: ANSI colours. */
void output_table(struct buf *buf, const struct sighting *const *sighting, size_t len, bool colour,
                  unsigned columns);

#endif
