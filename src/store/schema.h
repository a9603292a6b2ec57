/*
 * The store's tables, made from the record/ *.list files: how a row's JSON becomes columns, and the
 * empty table of a store without rows.
 */
#ifndef MUSTER_STORE_SCHEMA_H
#define MUSTER_STORE_SCHEMA_H

#include "base/buf.h"

/* Who machines are: of hosts with a finding in the same source, and of the others, whose rows are
 * kept for a while only. */
enum schema {
    SCHEMA_SIGHTING,
    SCHEMA_CONTACT,
    SCHEMA_IDENTITY,
    SCHEMA_BYSTANDER,
    SCHEMA_COVERAGE, /* written last */
    SCHEMAS
};

extern const char *const schema_name[SCHEMAS]; /* folder and table: "sighting" */

/* The structure from_json needs: {"day":"DATE",...,"evidence":[{...}]}. */
void schema_structure(struct buf *buf, enum schema table);
/* What SELECT makes of the structure `r`: r.*, its microseconds (row.c) as timestamps. */
void schema_select(struct buf *buf, enum schema table);
/* For CREATE TABLE: "day" DATE, ... */
void schema_columns(struct buf *buf, enum schema table);

/* The SQL of sql/macros.sql, and of sql/sightings.sql: the view `sightings`. */
extern const char schema_macros[], schema_views[];

#endif
