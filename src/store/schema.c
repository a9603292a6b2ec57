/*
 * Columns and their SQL types. Addresses are text, a day is a DATE, times are UTC timestamps, lists
 * are Parquet lists, so that any Parquet tool can read the lake.
 */
#include "store/schema.h"

#include <stddef.h>

struct column {
    const char *name;
    const char *type; /* NULL: the list of evidence */
};

#define SQL_day "DATE"
#define SQL_time "TIMESTAMP"
#define SQL_times "TIMESTAMP[]"
#define SQL_text "VARCHAR"
#define SQL_address "VARCHAR"
#define SQL_count "BIGINT"
#define SQL_flag "BOOLEAN"
#define SQL_real "DOUBLE"
#define SQL_evidence NULL
#define COLUMN(name, type, unit, help) {#name, SQL_##type},

static const struct column sighting_column[] = {
#include "record/sighting.list"
};
static const struct column contact_column[] = {
#include "record/contact.list"
};
static const struct column identity_column[] = {
#include "record/identity.list"
};
/* Beside what the source yielded: which generation this is, the ones it replaced, and the data
 * files (below the store's folder) it stands for. */
static const struct column coverage_column[] = {
#include "record/coverage.list"
    {"generation", "VARCHAR"},
    {"replaces", "VARCHAR[]"},
    {"files", "VARCHAR[]"},
};
static const struct column evidence_column[] = {
#include "record/evidence.list"
};
#undef COLUMN

const char *const schema_name[SCHEMAS] = {"sighting", "contact", "identity", "bystander",
                                          "coverage"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
static const struct {
    const struct column *at;
    size_t len;
} table_columns[SCHEMAS] = {
    {sighting_column, COUNT(sighting_column)}, {contact_column, COUNT(contact_column)},
    {identity_column, COUNT(identity_column)}, {identity_column, COUNT(identity_column)},
    {coverage_column, COUNT(coverage_column)},
};

void schema_columns(struct buf *buf, enum schema table)
{
    const struct column *column = table_columns[table].at;
    for (size_t i = 0; i < table_columns[table].len; i++) {
        buf_format(buf, "%s\"%s\" ", i ? ", " : "", column[i].name);
        if (column[i].type != NULL) {
            buf_string(buf, column[i].type);
            continue;
        }
        buf_string(buf, "STRUCT(");
        for (size_t n = 0; n < COUNT(evidence_column); n++)
            buf_format(buf, "%s\"%s\" %s", n ? ", " : "", evidence_column[n].name,
                       evidence_column[n].type);
        buf_string(buf, ")[]");
    }
}

/* A list type is said as ["TYPE"] there. */
static void put_structure_type(struct buf *buf, const char *type)
{
    size_t len = strlen(type);
    if (strcmp(type, SQL_times) == 0)
        buf_string(buf, "[\"BIGINT\"]"); /* schema_select makes them times */
    else if (len > 2 && strcmp(type + len - 2, "[]") == 0)
        buf_format(buf, "[\"%.*s\"]", (int)(len - 2), type);
    else
        buf_format(buf, "\"%s\"", type);
}

void schema_structure(struct buf *buf, enum schema table)
{
    const struct column *column = table_columns[table].at;
    for (size_t i = 0; i < table_columns[table].len; i++) {
        buf_format(buf, "%c\"%s\":", i ? ',' : '{', column[i].name);
        if (column[i].type != NULL) {
            put_structure_type(buf, column[i].type);
            continue;
        }
        buf_char(buf, '[');
        for (size_t n = 0; n < COUNT(evidence_column); n++) {
            buf_format(buf, "%c\"%s\":", n ? ',' : '{', evidence_column[n].name);
            put_structure_type(buf, evidence_column[n].type);
        }
        buf_string(buf, "}]");
    }
    buf_char(buf, '}');
}

void schema_select(struct buf *buf, enum schema table)
{
    const struct column *column = table_columns[table].at;
    bool any = false;
    buf_string(buf, "r.*");
    for (size_t i = 0; i < table_columns[table].len; i++) {
        if (column[i].type == NULL || strcmp(column[i].type, SQL_times) != 0)
            continue;
        buf_format(buf, "%s[make_timestamp(t) FOR t IN r.\"%s\"] AS \"%s\"",
                   any ? ", " : " REPLACE (", column[i].name, column[i].name);
        any = true;
    }
    if (any)
        buf_char(buf, ')');
}

/* The files' bytes and a NUL; paths are as the compiler is started, in the checkout's top. */
#define EMBED(name, path)                                                                          \
    __asm__(".section .rodata\n.global " #name "\n" #name ":\n.incbin \"" path                     \
            "\"\n.byte 0\n.previous\n")
EMBED(schema_macros, "src/store/sql/macros.sql");
EMBED(schema_views, "src/store/sql/sightings.sql");
