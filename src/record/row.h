/*
 * Rows as JSON: one object a row, every column of its .list in order, null when unknown. The
 * outputs print it and the store is fed with it; the columns stand in the .list files alone.
 */
#ifndef MUSTER_RECORD_ROW_H
#define MUSTER_RECORD_ROW_H

#include "base/buf.h"
#include "record/sighting.h"

/* For whom the evidence is written: people and programs (`muster read --json`), or the store,
 * which also keeps group, flags and family, and numbers in full. */
enum row_for { ROW_FOR_OUTPUT, ROW_FOR_STORE };

/* Appends the object, without a newline. */
void row_sighting(struct buf *buf, const struct sighting *row, enum row_for whom);
void row_contact(struct buf *buf, const struct contact *row, enum row_for whom);
void row_identity(struct buf *buf, const struct identity *row, enum row_for whom);
void row_coverage(struct buf *buf, const struct coverage *row, enum row_for whom);

/* "listed_end": the name of an evidence group. */
extern const char *const evidence_group_name[GROUPS];

#endif
