/*
 * A census as Parquet, a file a table: the tables are written as CSV, of which cmd/report_folder.c
 * has DuckDB make Parquet.
 */
#include "output/report.h"

extern const struct report_format report_csv;

static void write_table(struct buf *buf, const struct census_table *table)
{
    report_csv.write_table(buf, table);
}

const struct report_format report_parquet = {
    .name = "parquet",
    .about = "each table as a Parquet file in the folder -o",
    .write = NULL,
    .write_table = write_table,
};
