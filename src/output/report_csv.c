/*
 * CSV (RFC 4180) of a census: in one file with the table's name in the first column, or a file for
 * each table. Numbers as they are, nulls empty.
 */
#include "output/columns.h"
#include "output/report.h"

static void put_row(struct buf *buf, const struct rows *rows, size_t row, struct text first)
{
    if (first.at != NULL)
        buf_csv(buf, first);
    for (unsigned column = 0; column < rows->columns; column++) {
        if (column || first.at != NULL)
            buf_char(buf, ',');
        buf_csv(buf, row == SIZE_MAX ? rows->name[column] : rows_cell(rows, row, column));
    }
    buf_string(buf, "\r\n");
}

static void write_table(struct buf *buf, const struct census_table *table)
{
    put_row(buf, &table->rows, SIZE_MAX, text_of(NULL));
    for (size_t row = 0; row < table->rows.len; row++)
        put_row(buf, &table->rows, row, text_of(NULL));
}

static void put_block(struct buf *buf, const struct rows *rows, const char *id)
{
    put_row(buf, rows, SIZE_MAX, text_of("table"));
    for (size_t row = 0; row < rows->len; row++)
        put_row(buf, rows, row, text_of(id));
    buf_string(buf, "\r\n");
}

static void write(struct buf *buf, const struct census *census)
{
    buf_string(buf, "table,id,label,value\r\n");
    for (unsigned i = 0; i < CENSUS_NUMBERS; i++) {
        buf_format(buf, "number,%s,", census_number_id[i]);
        buf_csv(buf, text_of(census_number_label[i]));
        buf_format(buf, ",%lld\r\n", (long long)census->number[i]);
    }
    buf_string(buf, "\r\n");
    for (unsigned i = 0; i < census->tables; i++)
        put_block(buf, &census->table[i].rows, census->table[i].id);
    put_block(buf, &census->pair, "pair");
}

const struct report_format report_csv = {
    .name = "csv",
    .about = "all tables as CSV; one file each when -o is a folder",
    .write = write,
    .write_table = write_table,
};
