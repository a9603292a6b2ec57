/*
 * A report as a folder of files, one a table: FOLDER/country.csv.
 */
#ifndef MUSTER_CMD_REPORT_FOLDER_H
#define MUSTER_CMD_REPORT_FOLDER_H

#include "base/err.h"
#include "output/report.h"

/* Whether that names a folder: one that is there, or with '/' at its end. */
bool report_is_folder(const char *path);
/* memory_bytes: for DuckDB, which writes Parquet. */
bool report_folder(const struct report_format *format, const struct census *census,
                   const char *folder, uint64_t memory_bytes, struct err *err);

#endif
