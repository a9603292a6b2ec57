/*
 * What the columns of somebody's table of flows are called: a file of `name = value` under
 * [sections], with which `muster read --map FILE` reads any CSV or Parquet. Its manual, with
 * examples, is docs/tables.md.
 */
#ifndef MUSTER_TABLE_MAP_H
#define MUSTER_TABLE_MAP_H

#include "base/err.h"
#include "base/text.h"

#include <stdint.h>

/* TABLE_FIELD(name): what a flow can be told by. */
#define TABLE_FIELDS(X)                                                                            \
    X(time)                                                                                        \
    X(end)                                                                                         \
    X(duration)                                                                                    \
    X(source)                                                                                      \
    X(target)                                                                                      \
    X(source_port)                                                                                 \
    X(target_port)                                                                                 \
    X(protocol)                                                                                    \
    X(packets_out)                                                                                 \
    X(packets_in)                                                                                  \
    X(bytes_out)                                                                                   \
    X(bytes_in)                                                                                    \
    X(state)                                                                                       \
    X(flags)                                                                                       \
    X(app)                                                                                         \
    X(name)

enum table_field {
#define X(name) TABLE_##name,
    TABLE_FIELDS(X)
#undef X
        TABLE_FIELDS_LEN
};

enum { TABLE_TEXT = 128, TABLE_LIST = 1024 };

struct table_map {
    char column[TABLE_FIELDS_LEN][TABLE_TEXT]; /* of the file; "" = not told */
    char value[TABLE_FIELDS_LEN][TABLE_TEXT];  /* the same in every row; "" = none */
    char names[TABLE_LIST]; /* of a file without a header, in order, with spaces between */
    char delimiter, quote;  /* of CSV */
    char null[16];          /* what stands for nothing, beside the empty field */
    bool one_way;           /* a row is one direction of a conversation, or part of it */
    int64_t time_unit;      /* microseconds that 1 stands for; 0: texts, or told by its size */
    int64_t duration_unit;
    char answered[TABLE_LIST], refused[TABLE_LIST]; /* values of `state` */
    char failed[TABLE_LIST];
    uint64_t digest; /* of the file */
};

/* False and err ("FILE:LINE: why"): it cannot be used. */
bool table_map_read(struct table_map *ret, const char *path, struct err *err);
/* Whether one of the words, with spaces between, is that text, whatever the case. */
bool table_map_lists(const char *words, struct text word);

#endif
