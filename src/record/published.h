/*
 * A report that anybody may read: nothing in it is about one host, site, user or controller, no
 * small number is exact, and no cell hangs on one owner. Made by census/publish.h, printed by
 * output/published.h.
 */
#ifndef MUSTER_RECORD_PUBLISHED_H
#define MUSTER_RECORD_PUBLISHED_H

#include "record/census.h"

enum { PUBLISHED_SENTENCES = 12, PUBLISHED_TABLES = 12 };

struct published {
    struct arena arena;
    struct text period;
    struct text sentence[PUBLISHED_SENTENCES];
    unsigned sentences;
    struct census_table table[PUBLISHED_TABLES]; /* cells as they are printed */
    unsigned tables;
};

#endif
