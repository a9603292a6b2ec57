#include "record/census.h"

const char *const census_number_id[CENSUS_NUMBERS] = {
#define NUMBER(id, label, sql) #id,
#include "record/census_number.list"
#undef NUMBER
};

const char *const census_number_label[CENSUS_NUMBERS] = {
#define NUMBER(id, label, sql) label,
#include "record/census_number.list"
#undef NUMBER
};

const char census_rule[] =
    "A host counts in the period with one confirmed day, or with probable findings on two days or "
    "by two different kinds of evidence; suspected never counts. Hosts are addresses; a private "
    "address counts once per sensor. Hosts seen only at sinkholes are counted apart: infected, not "
    "under control.";

const struct census_table *census_table(const struct census *census, const char *id)
{
    for (unsigned i = 0; i < census->tables; i++)
        if (strcmp(census->table[i].id, id) == 0)
            return &census->table[i];
    return NULL;
}

void census_warn(struct census *census, struct text warning, struct text public_warning)
{
    if (census->warnings == CENSUS_WARNINGS_MAX)
        return;
    census->public_warning[census->warnings] = public_warning;
    census->warning[census->warnings++] = warning;
}
