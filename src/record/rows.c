#include "record/rows.h"

#include <stdlib.h>

int64_t rows_count(const struct rows *rows, size_t row, unsigned column)
{
    struct text cell = rows_cell(rows, row, column);
    return cell.at == NULL ? 0 : strtoll(cell.at, NULL, 10);
}

double rows_real(const struct rows *rows, size_t row, unsigned column)
{
    struct text cell = rows_cell(rows, row, column);
    return cell.at == NULL ? 0 : strtod(cell.at, NULL);
}
