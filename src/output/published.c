#include "output/published.h"

#include "output/html.h"
#include "output/rows_json.h"
#include "output/text_table.h"
#include "output/wrap.h"

enum { TEXT_ROWS = 60, LINES = 20 };
static const char title[] = "Census of hosts under control";
static const char rules[] =
    "Counts are rounded to 5, below 10 shown as <10; withheld: fewer than three owners stand "
    "behind "
    "the cell, or one has over 80 % of it, or it would tell such a cell. No host, website, user or "
    "control server is named.";
/* Said once; the operator's report has more. */
static const char *const notes[] = {
    "A host counts with one confirmed day, or with probable findings on two days or by two kinds "
    "of "
    "evidence; suspected never counts. Hosts are addresses: one machine with changing addresses "
    "counts several times, machines behind one address once.",
    "Only traffic that was watched can show control.",
    "A country is where a machine stood by its address, not who ran it.",
};
enum { NOTES = sizeof notes / sizeof notes[0] };

static void write_text(struct buf *buf, const struct published *p)
{
    buf_format(buf, "CENSUS OF HOSTS UNDER CONTROL, %s    TLP:CLEAR\n\n", p->period.at);
    for (unsigned i = 0; i < p->sentences; i++)
        wrap_text(buf, p->sentence[i], TEXT_PAGE, 0, LINES);
    for (unsigned i = 0; i < p->tables; i++) {
        text_title(buf, p->table[i].title);
        text_table(buf, &p->table[i].rows, TEXT_ROWS);
        wrap_text(buf, text_of(p->table[i].definition), TEXT_PAGE, 0, LINES);
    }
    text_title(buf, "How to read it");
    wrap_text(buf, text_of(rules), TEXT_PAGE, 0, LINES);
    for (unsigned i = 0; i < NOTES; i++)
        wrap_text(buf, text_of(notes[i]), TEXT_PAGE, 0, LINES);
}

extern const char report_css[];

static void put_columns(struct buf *buf, const struct rows *rows)
{
    for (unsigned i = 0; i < rows->columns; i++) {
        buf_string(buf, i ? " " : "");
        buf_text(buf, rows->name[i]);
    }
}

static void write_html(struct buf *buf, const struct published *p)
{
    buf_string(buf, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
                    "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    buf_format(buf, "<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n", title,
               report_css);
    buf_format(buf,
               "<h1>%s</h1>\n<p class=\"meta\">%s (UTC) &middot; muster %s &middot; "
               "TLP:CLEAR</p>\n",
               title, p->period.at, MUSTER_VERSION);
    for (unsigned i = 0; i < p->sentences; i++)
        html_paragraph(buf, i == 0 ? "headline" : NULL, p->sentence[i]);
    buf_string(buf, "</header>\n<main>\n");
    for (unsigned i = 0; i < p->tables; i++) {
        struct buf names = {0};
        put_columns(&names, &p->table[i].rows);
        const struct html_columns columns = {names.at, NULL};
        html_heading(buf, 2, p->table[i].title, NULL);
        html_rows(buf, &p->table[i], &columns);
        html_paragraph(buf, "definition", text_of(p->table[i].definition));
        buf_free(&names);
    }
    html_heading(buf, 2, "How to read it", NULL);
    html_paragraph(buf, NULL, text_of(rules));
    for (unsigned i = 0; i < NOTES; i++)
        html_paragraph(buf, NULL, text_of(notes[i]));
    buf_string(buf, "</main>\n</body>\n</html>\n");
}

static void write_json(struct buf *buf, const struct published *p)
{
    buf_format(
        buf, "{\"version\":1,\"muster\":\"%s\",\"tlp\":\"TLP:CLEAR\",\"period\":", MUSTER_VERSION);
    buf_json(buf, p->period);
    buf_string(buf, ",\n\"sentences\":[");
    for (unsigned i = 0; i < p->sentences; i++) {
        buf_string(buf, i ? ",\n" : "\n");
        buf_json(buf, p->sentence[i]);
    }
    buf_string(buf, "],\n\"rules\":");
    buf_json(buf, text_of(rules));
    buf_string(buf, ",\n\"tables\":{");
    for (unsigned i = 0; i < p->tables; i++) {
        buf_format(buf, "%s\n\"%s\":{\"title\":", i ? "," : "", p->table[i].id);
        buf_json(buf, text_of(p->table[i].title));
        buf_string(buf, ",\"definition\":");
        buf_json(buf, text_of(p->table[i].definition));
        buf_string(buf, ",\"rows\":");
        rows_json(buf, &p->table[i].rows);
        buf_char(buf, '}');
    }
    buf_string(buf, "}}\n");
}

static void write_csv(struct buf *buf, const struct published *p)
{
    buf_string(buf, "table,");
    for (unsigned i = 0; i < p->tables; i++) {
        const struct rows *rows = &p->table[i].rows;
        for (size_t row = SIZE_MAX; row == SIZE_MAX || row < rows->len; row++) {
            if (row != SIZE_MAX || i)
                buf_string(buf, row == SIZE_MAX ? "table," : "");
            if (row != SIZE_MAX)
                buf_format(buf, "%s,", p->table[i].id);
            for (unsigned column = 0; column < rows->columns; column++) {
                buf_string(buf, column ? "," : "");
                buf_csv(buf, row == SIZE_MAX ? rows->name[column] : rows_cell(rows, row, column));
            }
            buf_string(buf, "\r\n");
        }
        buf_string(buf, "\r\n");
    }
}

bool published_write(struct buf *buf, const struct published *published, const char *format)
{
    static const struct {
        const char *name;
        void (*write)(struct buf *buf, const struct published *published);
    } formats[] = {
        {"text", write_text}, {"html", write_html}, {"json", write_json}, {"csv", write_csv}};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(formats[i].name, format) == 0) {
            formats[i].write(buf, published);
            return true;
        }
    return false;
}
