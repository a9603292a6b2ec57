#include "output/rows_json.h"

#include "output/columns.h"

/* Numbers that are not counts, and what is true or false. */
static bool column_is_bare(const struct rows *rows, unsigned column)
{
    return text_is(rows->name[column], "p") || text_is(rows->name[column], "strength") ||
           text_is(rows->name[column], "asn") || text_is(rows->name[column], "port") ||
           text_is(rows->name[column], "counted");
}

void rows_json(struct buf *buf, const struct rows *rows)
{
    bool bare[ROWS_COLUMNS];
    for (unsigned column = 0; column < rows->columns; column++)
        bare[column] = column_is_bare(rows, column) || column_is_number(rows, column);
    buf_char(buf, '[');
    for (size_t row = 0; row < rows->len; row++) {
        buf_string(buf, row ? ",\n  {" : "\n  {");
        for (unsigned column = 0; column < rows->columns; column++) {
            struct text cell = rows_cell(rows, row, column);
            if (column)
                buf_char(buf, ',');
            buf_json(buf, rows->name[column]);
            buf_char(buf, ':');
            if (cell.at == NULL)
                buf_string(buf, "null");
            else if (bare[column])
                buf_text(buf, cell);
            else
                buf_json(buf, cell);
        }
        buf_char(buf, '}');
    }
    buf_char(buf, ']');
}
