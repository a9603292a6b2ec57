/*
 * The lake: a folder of immutable Parquet files that any number of processes write and read at
 * once. A source's rows count once its coverage file stands (written last). The essay on names,
 * generations and crashes is at the top of lake.c.
 */
#ifndef MUSTER_STORE_STORE_H
#define MUSTER_STORE_STORE_H

#include "base/err.h"
#include "record/sighting.h"

enum store_written { STORE_FAILED, STORE_WRITTEN, STORE_KNOWN };

/* Writes one source's rows. STORE_KNOWN: the same source (source_id) was already read by the same
 * procedure (procedure_id) and `again` is false: nothing is touched. Checking this opens no
 * database. A source known by another procedure is replaced. memory_bytes bounds DuckDB. */
enum store_written store_write(const char *folder, const struct findings *findings, bool again,
                               uint64_t memory_bytes, struct err *err);

#endif
