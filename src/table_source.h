/*
 * Tables of flows as a source: CSV (plain, gzip) and Parquet, read by DuckDB as a stream of rows,
 * with the columns that a mapping names (table_map.h). Rows become flow records; rows of one
 * direction are paired first (conversations.h); a name becomes the server name of a TLS record or
 * the host of an HTTP record.
 */
#ifndef MUSTER_TABLE_SOURCE_H
#define MUSTER_TABLE_SOURCE_H

#include "source/source.h"
#include "table_map.h"

/* memory_bytes: what DuckDB may take. NULL and err: no regular file, no table, or no such column.
 */
struct source *table_open(const char *path, const struct table_map *map, uint64_t memory_bytes,
                          struct err *err);

#endif
