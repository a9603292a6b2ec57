/*
 * A census as one self-contained HTML file: no script, nothing loaded from elsewhere, prints on A4.
 * Everything that comes from the store goes through buf_html. The style sheet is report.css, taken
 * in by .incbin.
 */
#include "output/columns.h"
#include "output/report.h"
#include "output/timeline.h"

#include <math.h>

enum { TABLE_ROWS = 60, SHORT_CELL = 18, BYTES_MOST = 900 * 1024 };

extern const char report_css[];
__asm__(".section .rodata\n.global report_css\nreport_css:\n.incbin \"src/output/report.css\"\n"
        ".byte 0\n.previous\n");

static void put_heading(struct buf *buf, const char *title)
{
    buf_string(buf, "<h2>");
    buf_html(buf, text_of(title));
    buf_string(buf, "</h2>\n");
}

static void put_paragraph(struct buf *buf, const char *class, const char *text)
{
    buf_format(buf, "<p class=\"%s\">", class);
    buf_html(buf, text_of(text));
    buf_string(buf, "</p>\n");
}

static void put_cell(struct buf *buf, struct text cell, bool number)
{
    buf_string(buf, number                   ? "<td class=\"n\">"
                    : cell.len <= SHORT_CELL ? "<td class=\"short\">"
                                             : "<td>");
    if (cell.at == NULL)
        buf_string(buf, "&ndash;");
    else if (number)
        column_number(buf, cell);
    else
        buf_html(buf, cell);
    buf_string(buf, "</td>");
}

/* Columns for programs: the page says them in sentences (what could not be seen). */
static bool is_long(struct text name)
{
    return text_is(name, "skipped") || text_is(name, "pairs_near") || text_is(name, "kind");
}

static void put_table(struct buf *buf, const struct rows *rows)
{
    bool number[ROWS_COLUMNS];
    size_t shown = rows->len < TABLE_ROWS ? rows->len : TABLE_ROWS;
    buf_string(buf, "<div class=\"wide\"><table><thead><tr>");
    for (unsigned column = 0; column < rows->columns; column++) {
        struct buf heading = {0};
        if (is_long(rows->name[column]))
            continue;
        number[column] = column_is_number(rows, column);
        column_heading(&heading, rows->name[column]);
        buf_string(buf, number[column] ? "<th class=\"n\" scope=\"col\">" : "<th scope=\"col\">");
        buf_html(buf, text_at(heading.at, heading.len));
        buf_string(buf, "</th>");
        buf_free(&heading);
    }
    buf_string(buf, "</tr></thead><tbody>\n");
    for (size_t row = 0; row < shown; row++) {
        buf_string(buf, "<tr>");
        for (unsigned column = 0; column < rows->columns; column++)
            if (!is_long(rows->name[column]))
                put_cell(buf, rows_cell(rows, row, column), number[column]);
        buf_string(buf, "</tr>\n");
    }
    buf_string(buf, "</tbody></table></div>\n");
    if (rows->len > shown)
        buf_format(buf, "<p class=\"definition\">%zu more rows: --format csv has all.</p>\n",
                   rows->len - shown);
}

static void put_section(struct buf *buf, const struct census *census, const char *id)
{
    const struct census_table *table = census_table(census, id);
    muster_assert(table != NULL);
    if (table->rows.len == 0)
        return;
    put_heading(buf, table->title);
    if (strcmp(id, "day") == 0)
        timeline_svg(buf, &table->rows);
    else
        put_table(buf, &table->rows);
    put_paragraph(buf, "definition", table->definition);
}

static void put_top(struct buf *buf, const struct census *census)
{
    static const enum census_number card[] = {
        CENSUS_hosts_counted, CENSUS_hosts_confirmed, CENSUS_hosts_probable, CENSUS_hosts_suspected,
        CENSUS_controllers,   CENSUS_countries,       CENSUS_days_watched,
    };
    struct buf line = {0};
    buf_string(buf, "<h1>Census of hosts under control</h1>\n<p class=\"meta\">");
    census_period(&line, census);
    buf_html(buf, text_at(line.at, line.len));
    buf_format(buf, " &middot; muster %s &middot; TLP:AMBER</p>\n<p class=\"headline\">",
               MUSTER_VERSION);
    line.len = 0;
    census_headline(&line, census);
    buf_html(buf, text_at(line.at, line.len));
    buf_string(buf, "</p>\n<div class=\"cards\">");
    for (unsigned i = 0; i < sizeof card / sizeof card[0]; i++) {
        buf_string(buf, "<div class=\"card\"><b>");
        column_thousands(buf, census->number[card[i]]);
        buf_string(buf, "</b><span>");
        buf_html(buf, text_of(census_number_label[card[i]]));
        buf_string(buf, "</span></div>\n");
    }
    buf_string(buf, "</div>\n");
    buf_free(&line);
}

static struct text pair_cell(const struct census *census, size_t row, enum census_pair column)
{
    return rows_cell(&census->pair, row, column);
}

static struct text evidence_cell(const struct census *census, size_t row,
                                 enum census_evidence column)
{
    return rows_cell(&census->evidence, row, column);
}

/* The evidence rows of a pair; both lists are in the same order of hosts, so the search goes on
 * from where this host's rows begin. */
static void put_evidence(struct buf *buf, const struct census *census, size_t pair, size_t from)
{
    struct text host = pair_cell(census, pair, CENSUS_PAIR_host_id);
    struct text controller = pair_cell(census, pair, CENSUS_PAIR_controller_id);
    buf_string(buf, "<ul class=\"evidence\">");
    for (size_t row = from; row < census->evidence.len; row++) {
        if (!text_same(evidence_cell(census, row, CENSUS_EVIDENCE_host_id), host))
            break;
        if (!text_same(evidence_cell(census, row, CENSUS_EVIDENCE_controller_id), controller))
            continue;
        buf_string(buf, "<li><b>");
        buf_html(buf, evidence_cell(census, row, CENSUS_EVIDENCE_detector));
        buf_string(buf, "</b>: ");
        buf_html(buf, evidence_cell(census, row, CENSUS_EVIDENCE_why));
        buf_string(buf, "<br><span class=\"where\">strength ");
        buf_html(buf, evidence_cell(census, row, CENSUS_EVIDENCE_strength));
        struct text set = evidence_cell(census, row, CENSUS_EVIDENCE_set);
        if (set.at != NULL) {
            buf_string(buf, " &middot; ");
            buf_html(buf, set);
        }
        buf_string(buf, " &middot; ");
        buf_html(buf, evidence_cell(census, row, CENSUS_EVIDENCE_where));
        buf_string(buf, "</span></li>");
    }
    buf_string(buf, "</ul>");
}

static void put_host(struct buf *buf, const struct census *census, size_t row)
{
    buf_string(buf, "<span class=\"short\">");
    buf_html(buf, pair_cell(census, row, CENSUS_PAIR_host));
    buf_string(buf, "</span>");
    struct text sensor = pair_cell(census, row, CENSUS_PAIR_sensor);
    buf_string(buf, "<br><span class=\"note\">");
    if (sensor.len) {
        buf_string(buf, "sensor ");
        buf_html(buf, sensor);
    }
    if (!text_is(pair_cell(census, row, CENSUS_PAIR_counted), "true"))
        buf_string(buf, sensor.len ? ", not counted" : "not counted");
    buf_string(buf, "</span>");
}

static void put_ends(struct buf *buf, const struct census *census, size_t row, bool same_host)
{
    buf_string(buf, "<td class=\"mono\">");
    if (!same_host)
        put_host(buf, census, row);
    buf_string(buf, "</td><td class=\"mono\">");
    struct text controller = pair_cell(census, row, CENSUS_PAIR_controller_id);
    buf_string(buf, controller.len <= SHORT_CELL ? "<span class=\"short\">" : "<span>");
    buf_html(buf, controller);
    struct text port = pair_cell(census, row, CENSUS_PAIR_port);
    bool v4 = port.at != NULL && memchr(controller.at, ':', controller.len) == NULL;
    if (v4) {
        buf_char(buf, ':');
        buf_html(buf, port);
    }
    buf_string(buf, "</span>");
    struct text name = pair_cell(census, row, CENSUS_PAIR_controller_name);
    if (port.at != NULL && !v4) {
        buf_string(buf, " port ");
        buf_html(buf, port);
    }
    if (name.at != NULL && pair_cell(census, row, CENSUS_PAIR_controller).at != NULL) {
        buf_string(buf, "<br>");
        buf_html(buf, name);
    }
    buf_string(buf, "</td><td>");
    struct text country = pair_cell(census, row, CENSUS_PAIR_country);
    struct text asn = pair_cell(census, row, CENSUS_PAIR_asn);
    buf_html(buf, country.at ? country : text_of("?"));
    if (asn.at != NULL) {
        buf_string(buf, " AS");
        buf_html(buf, asn);
    }
    buf_string(buf, "</td>");
}

static void put_pair(struct buf *buf, const struct census *census, size_t row, bool same_host,
                     size_t evidence_from)
{
    struct text role = pair_cell(census, row, CENSUS_PAIR_role);
    struct text family = pair_cell(census, row, CENSUS_PAIR_family);
    struct text grade = pair_cell(census, row, CENSUS_PAIR_grade);
    buf_string(buf, "<tr>");
    put_ends(buf, census, row, same_host);
    buf_string(buf, "<td>");
    buf_html(buf, family.at ? family : text_of("not named"));
    if (role.at != NULL && !text_is(role, "dedicated") && !text_is(role, "unknown")) {
        buf_string(buf, "<br>role: ");
        buf_html(buf, role);
    }
    buf_string(buf, "</td><td class=\"grade ");
    buf_html(buf, grade);
    buf_string(buf, "\">");
    buf_html(buf, grade);
    buf_format(buf, "</td><td class=\"n\">%.3f</td><td class=\"n\">",
               floor(rows_real(&census->pair, row, CENSUS_PAIR_p) * 1000) / 1000);
    buf_html(buf, pair_cell(census, row, CENSUS_PAIR_days));
    buf_string(buf, "</td><td>");
    buf_html(buf, pair_cell(census, row, CENSUS_PAIR_first));
    buf_string(buf, " to ");
    buf_html(buf, pair_cell(census, row, CENSUS_PAIR_last));
    buf_string(buf, "<details><summary>evidence</summary>");
    put_evidence(buf, census, row, evidence_from);
    buf_string(buf, "</details></td></tr>\n");
}

static void put_hosts(struct buf *buf, const struct census *census)
{
    if (census->pair.len == 0)
        return;
    put_heading(buf, "Hosts, the surest first");
    buf_string(buf,
               "<div class=\"wide\"><table><thead><tr><th scope=\"col\">host</th><th "
               "scope=\"col\">controller</th><th scope=\"col\">where it stood</th><th "
               "scope=\"col\">family</th><th scope=\"col\">grade</th><th class=\"n\" "
               "scope=\"col\">p</th><th class=\"n\" scope=\"col\">days</th><th scope=\"col\">first "
               "and last packet (UTC), evidence</th></tr></thead><tbody>\n");
    size_t row = 0, evidence = 0;
    for (; row < census->pair.len && buf->len < BYTES_MOST; row++) {
        struct text host = pair_cell(census, row, CENSUS_PAIR_host_id);
        bool same = row && text_same(host, pair_cell(census, row - 1, CENSUS_PAIR_host_id));
        while (evidence < census->evidence.len && !same &&
               !text_same(evidence_cell(census, evidence, CENSUS_EVIDENCE_host_id), host))
            evidence++;
        put_pair(buf, census, row, same, evidence);
    }
    buf_string(buf, "</tbody></table></div>\n");
    if (row < census->pair.len ||
        census->number[CENSUS_hosts_confirmed] + census->number[CENSUS_hosts_probable] >
            CENSUS_HOSTS_MAX)
        put_paragraph(buf, "definition",
                      "Not all hosts are listed here; any of them: muster trace HOST.");
    put_paragraph(buf, "definition",
                  "p: that the host was under control, at the documented base rate of control. "
                  "Host: an address; a private one with the sensor that saw it.");
}

static void put_unseen(struct buf *buf, const struct census *census)
{
    struct skips skips;
    census_skips(&skips, census);
    put_heading(buf, "What could not be seen");
    buf_string(buf, "<ul>");
    for (int i = 0; i < SKIPS; i++) {
        if (skips.count[i] == 0)
            continue;
        buf_string(buf, "<li>");
        column_thousands(buf, (int64_t)skips.count[i]);
        buf_char(buf, ' ');
        buf_html(buf, text_of(skip_text[i]));
        buf_string(buf, "</li>\n");
    }
    for (unsigned i = 0; i < census_limits_len; i++) {
        buf_string(buf, "<li>");
        buf_html(buf, text_of(census_limits[i]));
        buf_string(buf, "</li>\n");
    }
    buf_string(buf, "</ul>\n");
}

static void put_method(struct buf *buf, const struct census *census)
{
    put_heading(buf, "Method and checks");
    put_paragraph(buf, "", census_rule);
    put_paragraph(
        buf, "",
        "Grades: confirmed needs p of 0.99 and content (a mark, a certificate, a dated "
        "indicator in force, a sinkhole) in an answered conversation; probable p of 0.9; "
        "suspected p of 0.5. Log-odds: those of the base rate, 1 in 1,000 conversing pairs, "
        "plus the strongest evidence of each independent group.");
    buf_string(buf, "<table><thead><tr><th scope=\"col\">check</th><th class=\"n\" "
                    "scope=\"col\">one way</th><th class=\"n\" scope=\"col\">the other way</th><th "
                    "scope=\"col\">result</th></tr></thead><tbody>\n");
    for (unsigned i = 0; i < census->checks; i++) {
        const struct census_check *check = &census->check[i];
        bool holds = census_check_holds(check);
        buf_string(buf, "<tr><td>");
        buf_html(buf, check->what);
        buf_string(buf, "</td><td class=\"n\">");
        column_thousands(buf, check->left);
        buf_string(buf, "</td><td class=\"n\">");
        column_thousands(buf, check->right);
        buf_format(buf, "</td><td class=\"%s\">%s</td></tr>\n", holds ? "ok" : "failed",
                   holds ? "holds" : "FAILED");
    }
    buf_string(buf, "</tbody></table>\n");
}

static void write(struct buf *buf, const struct census *census)
{
    static const char *const before[] = {"country", "network", "family", "role", "overlap", "day"};
    static const char *const after[] = {"home_network", "grade", "implant"};
    buf_string(buf, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
                    "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<title>Census of hosts under control</title>\n<style>\n");
    buf_string(buf, report_css);
    buf_string(buf, "</style>\n</head>\n<body>\n<main>\n");
    put_top(buf, census);
    for (unsigned i = 0; i < sizeof before / sizeof before[0]; i++)
        put_section(buf, census, before[i]);
    put_hosts(buf, census);
    for (unsigned i = 0; i < sizeof after / sizeof after[0]; i++)
        put_section(buf, census, after[i]);
    put_section(buf, census, "coverage");
    put_unseen(buf, census);
    put_section(buf, census, "procedure");
    put_method(buf, census);
    buf_format(buf,
               "</main>\n<footer class=\"meta\">Made with muster %s. Countries say where machines "
               "stood, not who ran them.</footer>\n</body>\n</html>\n",
               MUSTER_VERSION);
}

const struct report_format report_html = {
    .name = "html",
    .about = "one self-contained page, for reading and printing",
    .write = write,
};
