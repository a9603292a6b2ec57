/*
 * A census for a terminal or a mail: the headline, the tables of at most TABLE_ROWS rows with their
 * definition lines, what was not seen, the checks. Wide tables leave columns out rather than wrap;
 * the other formats have them all.
 */
#include "output/columns.h"
#include "output/report.h"
#include "output/wrap.h"

#include "record/skip.h"

enum { PAGE = 100, TABLE_ROWS = 20, CELL_MOST = 44 };

static void put_title(struct buf *buf, const char *title)
{
    buf_format(buf, "\n%s\n", title);
    for (size_t i = strlen(title); i > 0; i--)
        buf_char(buf, '-');
    buf_char(buf, '\n');
}

static void put_sentence(struct buf *buf, const char *sentence)
{
    wrap_text(buf, text_of(sentence), PAGE, 0, 20);
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

static void put_padded(struct buf *buf, struct buf *cell, unsigned width, bool right)
{
    struct text text = text_at(cell->at, cell->len);
    while (wrap_width(text) > width)
        text.len--;
    unsigned used = wrap_width(text);
    for (unsigned i = used; right && i < width; i++)
        buf_char(buf, ' ');
    buf_text(buf, text);
    for (unsigned i = used; !right && i < width; i++)
        buf_char(buf, ' ');
}

static void put_table(struct buf *buf, const struct rows *rows)
{
    size_t shown = rows->len < TABLE_ROWS ? rows->len : TABLE_ROWS;
    unsigned width[ROWS_COLUMNS], columns = 0, used = 0;
    bool number[ROWS_COLUMNS];
    for (; columns < rows->columns; columns++) {
        number[columns] = column_is_number(rows, columns);
        width[columns] = column_width(rows, columns, shown, number[columns]);
        if (used + width[columns] > PAGE)
            break;
        used += width[columns] + 2;
    }
    struct buf cell = {0};
    for (size_t line = 0; line <= shown; line++) {
        for (unsigned column = 0; column < columns; column++) {
            cell_print(&cell, rows, line == 0 ? SIZE_MAX : line - 1, column, number[column]);
            put_padded(buf, &cell, width[column], number[column]);
            buf_string(buf, column + 1 < columns ? "  " : "\n");
        }
    }
    buf_free(&cell);
    if (rows->len > shown)
        buf_format(buf, "... %zu more rows (--format csv has all)\n", rows->len - shown);
}

static void put_hosts(struct buf *buf, const struct census *census)
{
    static const enum census_pair shown[] = {
        CENSUS_PAIR_host_id, CENSUS_PAIR_controller_id, CENSUS_PAIR_country, CENSUS_PAIR_asn,
        CENSUS_PAIR_family,  CENSUS_PAIR_grade,         CENSUS_PAIR_days,
    };
    enum { SHOWN = sizeof shown / sizeof shown[0] };
    const struct rows *pair = &census->pair;
    struct rows rows = {.columns = SHOWN, .len = pair->len};
    struct arena arena = {0};
    rows.cell = arena_new(&arena, (pair->len * SHOWN + 1) * sizeof *rows.cell);
    for (unsigned i = 0; i < SHOWN; i++)
        rows.name[i] = pair->name[shown[i]];
    for (size_t row = 0; row < pair->len; row++)
        for (unsigned i = 0; i < SHOWN; i++)
            rows.cell[row * SHOWN + i] = rows_cell(pair, row, shown[i]);
    put_title(buf, "Hosts, the surest first");
    put_table(buf, &rows);
    put_sentence(buf, "Each with its evidence: muster trace HOST");
    arena_free(&arena);
}

static void put_unseen(struct buf *buf, const struct census *census)
{
    struct skips skips;
    census_skips(&skips, census);
    put_title(buf, "What could not be seen");
    for (int i = 0; i < SKIPS; i++)
        if (skips.count[i]) {
            buf_string(buf, "  ");
            column_count(buf, (int64_t)skips.count[i]);
            buf_format(buf, " %s\n", skip_text[i]);
        }
    for (unsigned i = 0; i < census_limits_len; i++)
        wrap_text(buf, text_of(census_limits[i]), PAGE, 2, 4);
}

static void put_checks(struct buf *buf, const struct census *census)
{
    put_title(buf, "Checks");
    for (unsigned i = 0; i < census->checks; i++) {
        const struct census_check *check = &census->check[i];
        buf_format(buf, "  %s  %s: %lld %s %lld\n", census_check_holds(check) ? "ok    " : "FAILED",
                   check->what.at, (long long)check->left,
                   check->at_most              ? "<="
                   : census_check_holds(check) ? "="
                                               : "and",
                   (long long)check->right);
    }
}

static void write(struct buf *buf, const struct census *census)
{
    struct buf line = {0};
    buf_string(&line, "CENSUS OF HOSTS UNDER CONTROL, ");
    census_period(&line, census);
    buf_format(buf, "%s    TLP:AMBER\n\n", line.at);
    line.len = 0;
    census_headline(&line, census);
    put_sentence(buf, line.at);
    buf_free(&line);
    if (census->pair.len)
        put_hosts(buf, census);
    for (unsigned i = 0; i < census->tables; i++) {
        if (census->table[i].rows.len == 0)
            continue;
        put_title(buf, census->table[i].title);
        put_table(buf, &census->table[i].rows);
        put_sentence(buf, census->table[i].definition);
    }
    put_unseen(buf, census);
    put_checks(buf, census);
}

const struct report_format report_text = {
    .name = "text",
    .about = "for a terminal or a mail",
    .write = write,
};
