#include "output/text_table.h"

#include "output/columns.h"
#include "output/wrap.h"

enum { CELL_MOST = 44 };

void text_title(struct buf *buf, const char *title)
{
    buf_format(buf, "\n%s\n", title);
    for (size_t i = strlen(title); i > 0; i--)
        buf_char(buf, '-');
    buf_char(buf, '\n');
}

/* A cell as it is printed. */
static void cell_print(struct buf *cell, const struct rows *rows, size_t row, unsigned column,
                       bool number)
{
    cell->len = 0;
    buf_reserve(cell, 1);
    if (row == SIZE_MAX) {
        column_heading(cell, rows->name[column]);
        return;
    }
    struct text value = rows_cell(rows, row, column);
    if (value.at == NULL)
        buf_char(cell, '-');
    else if (number)
        column_number(cell, value);
    else
        buf_printable(cell, value);
}

static unsigned column_width(const struct rows *rows, unsigned column, size_t rows_shown,
                             bool number)
{
    struct buf cell = {0};
    unsigned widest = 0;
    for (size_t row = 0; row <= rows_shown; row++) {
        cell_print(&cell, rows, row == rows_shown ? SIZE_MAX : row, column, number);
        unsigned width = wrap_width(text_at(cell.at, cell.len));
        widest = width > widest ? width : widest;
    }
    buf_free(&cell);
    return widest < CELL_MOST ? widest : CELL_MOST;
}

static void put_padded(struct buf *buf, struct buf *cell, unsigned width, bool right, bool last)
{
    struct text text = text_at(cell->at, cell->len);
    while (wrap_width(text) > width)
        text.len--;
    unsigned used = wrap_width(text);
    for (unsigned i = used; right && i < width; i++)
        buf_char(buf, ' ');
    buf_text(buf, text);
    for (unsigned i = used; !right && !last && i < width; i++)
        buf_char(buf, ' ');
}

void text_table(struct buf *buf, const struct rows *rows, size_t rows_most)
{
    size_t shown = rows->len < rows_most ? rows->len : rows_most;
    unsigned width[ROWS_COLUMNS], columns = 0, used = 0;
    bool number[ROWS_COLUMNS];
    for (; columns < rows->columns; columns++) {
        number[columns] = column_is_number(rows, columns);
        width[columns] = column_width(rows, columns, shown, number[columns]);
        if (used + width[columns] > TEXT_PAGE)
            break;
        used += width[columns] + 2;
    }
    struct buf cell = {0};
    for (size_t line = 0; line <= shown; line++) {
        for (unsigned column = 0; column < columns; column++) {
            cell_print(&cell, rows, line == 0 ? SIZE_MAX : line - 1, column, number[column]);
            bool last = column + 1 == columns;
            put_padded(buf, &cell, width[column], number[column], last);
            buf_string(buf, last ? "\n" : "  ");
        }
    }
    buf_free(&cell);
    if (rows->len > shown)
        buf_format(buf, "... %zu more rows (--json has all)\n", rows->len - shown);
}
