/*
 * The tables that a census counts over (sql/prepare.sql) and its headline figures.
 */
#ifndef MUSTER_CENSUS_TABLES_H
#define MUSTER_CENSUS_TABLES_H

#include "record/census.h"

/* Makes them for the days from..to (DAY_NONE: open) out of the rows of `eligible`: "upheld", or
 * a view that has some of them. What was made before is replaced. */
bool census_tables(const struct asker *asker, struct day from, struct day to, const char *eligible,
                   struct err *err);
bool census_numbers(const struct asker *asker, int64_t ret[CENSUS_NUMBERS], struct err *err);

#endif
