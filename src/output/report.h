/*
 * Formats of `muster report`: one file each, ending in `const struct report_format report_x`, and
 * one line in report.list.
 */
#ifndef MUSTER_OUTPUT_REPORT_H
#define MUSTER_OUTPUT_REPORT_H

#include "base/buf.h"
#include "record/census.h"

struct report_format {
    const char *name, *about;
    /* NULL: it is always a folder of files. */
    void (*write)(struct buf *buf, const struct census *census);
    /* One table alone, for formats that are several files when -o is a folder; else NULL. */
    void (*write_table)(struct buf *buf, const struct census_table *table);
};

extern const struct report_format *const report_formats[];
extern const unsigned report_formats_len;

#endif
