#include "output/html.h"

#include "output/chart.h"
#include "output/columns.h"
#include "output/country.h"

enum { TEXT_MOST = 320, SHORT_CELL = 18, COLUMNS_MOST = 16 };

void html_heading(struct buf *buf, int level, const char *title, const char *id_or_null)
{
    buf_format(buf, "<h%d", level);
    if (id_or_null != NULL)
        buf_format(buf, " id=\"%s\"", id_or_null);
    buf_char(buf, '>');
    buf_html(buf, text_of(title));
    buf_format(buf, "</h%d>\n", level);
}

void html_text(struct buf *buf, struct text text)
{
    bool cut = text.len > TEXT_MOST;
    if (cut)
        for (text.len = TEXT_MOST; text.len && ((unsigned char)text.at[text.len] & 0xC0) == 0x80;)
            text.len--;
    buf_html(buf, text);
    if (cut)
        buf_string(buf, "...");
}

void html_paragraph(struct buf *buf, const char *class_or_null, struct text text)
{
    if (class_or_null != NULL)
        buf_format(buf, "<p class=\"%s\">", class_or_null);
    else
        buf_string(buf, "<p>");
    buf_html(buf, text);
    buf_string(buf, "</p>\n");
}

void html_table_begin(struct buf *buf, const char *title)
{
    buf_string(buf, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"");
    buf_html(buf, text_of(title));
    buf_string(buf, "\"><table><thead><tr>");
}

void html_table_head(struct buf *buf, const char *heading, bool number)
{
    buf_string(buf, number ? "<th class=\"n\" scope=\"col\">" : "<th scope=\"col\">");
    buf_string(buf, heading);
    buf_string(buf, "</th>");
}

void html_table_end(struct buf *buf)
{
    buf_string(buf, "</tbody></table></div>\n");
}

struct shown {
    unsigned column[COLUMNS_MOST], len;
    bool number[COLUMNS_MOST];
    unsigned bar; /* column whose figures are drawn, SIZE_MAX-like when none */
    int64_t most;
};

enum { NO_COLUMN = ROWS_COLUMNS };

static unsigned find_column(const struct rows *rows, struct text name)
{
    for (unsigned i = 0; i < rows->columns; i++)
        if (text_same(rows->name[i], name))
            return i;
    return NO_COLUMN;
}

/* Names that a table does not have (a network's name without the database) are passed over. */
static void choose(struct shown *shown, const struct rows *rows, const struct html_columns *columns)
{
    *shown = (struct shown){.bar = NO_COLUMN};
    for (const char *at = columns->show; *at;) {
        size_t len = strcspn(at, " ");
        unsigned column = find_column(rows, text_at(at, len));
        if (column != NO_COLUMN) {
            muster_assert(shown->len < COLUMNS_MOST);
            shown->number[shown->len] = column_is_number(rows, column);
            shown->column[shown->len++] = column;
        }
        at += len + (at[len] == ' ');
    }
    if (columns->bar == NULL)
        return;
    shown->bar = find_column(rows, text_of(columns->bar));
    for (size_t row = 0; row < rows->len && shown->bar != NO_COLUMN; row++) {
        int64_t value = rows_count(rows, row, shown->bar);
        shown->most = value > shown->most ? value : shown->most;
    }
}

/* "NL" -> "Netherlands (NL)" where a column is of countries. */
static void put_value(struct buf *buf, struct text column, struct text cell, bool number)
{
    const char *country = text_is(column, "country") ? country_name(cell) : NULL;
    if (cell.at == NULL)
        buf_string(buf, "&ndash;");
    else if (number && !text_is(cell, "<10"))
        column_number(buf, cell);
    else if (country != NULL)
        buf_format(buf, "%s (%.*s)", country, (int)cell.len, cell.at);
    else
        html_text(buf, cell);
}

static void put_row(struct buf *buf, const struct rows *rows, size_t row, const struct shown *shown)
{
    buf_string(buf, "<tr>");
    for (unsigned i = 0; i < shown->len; i++) {
        struct text cell = rows_cell(rows, row, shown->column[i]);
        const char *element = i == 0 ? "th" : "td";
        buf_format(buf, "<%s%s%s>", element, i == 0 ? " scope=\"row\"" : "",
                   shown->number[i]        ? " class=\"n\""
                   : cell.len > SHORT_CELL ? " class=\"long\""
                                           : "");
        put_value(buf, rows->name[shown->column[i]], cell, shown->number[i]);
        buf_format(buf, "</%s>", element);
        if (i == 0 && shown->bar != NO_COLUMN) {
            buf_string(buf, "<td class=\"bars\">");
            chart_bar(buf, rows_count(rows, row, shown->bar), shown->most);
            buf_string(buf, "</td>");
        }
    }
    buf_string(buf, "</tr>\n");
}

void html_rows(struct buf *buf, const struct census_table *table,
               const struct html_columns *columns)
{
    const struct rows *rows = &table->rows;
    struct shown shown;
    size_t len = rows->len < HTML_ROWS ? rows->len : HTML_ROWS;
    choose(&shown, rows, columns);
    html_table_begin(buf, table->title);
    for (unsigned i = 0; i < shown.len; i++) {
        struct buf heading = {0};
        column_heading(&heading, rows->name[shown.column[i]]);
        html_table_head(buf, heading.at, shown.number[i]);
        buf_free(&heading);
        if (i == 0 && shown.bar != NO_COLUMN)
            buf_format(buf, "<th class=\"bars\" scope=\"col\">%s, drawn</th>", columns->bar);
    }
    buf_string(buf, "</tr></thead><tbody>\n");
    for (size_t row = 0; row < len; row++)
        put_row(buf, rows, row, &shown);
    html_table_end(buf);
    if (rows->len > len) {
        struct buf more = {0};
        buf_format(&more, "%zu more rows: muster report --format csv has all.", rows->len - len);
        html_paragraph(buf, "definition", text_at(more.at, more.len));
        buf_free(&more);
    }
}
