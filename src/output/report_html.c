/*
 * A census as one self-contained HTML file that people keep: no script, nothing loaded from
 * elsewhere, under 1 MB, prints on A4. In the order in which it is read: the answer, the hosts with
 * their evidence (behind the tables when they are many), when, where the control servers stood,
 * families, what was watched, what could not be seen, how it was counted. Pieces: html.h,
 * html_hosts.h, chart.h; style: report.css, taken in by .incbin. Everything that comes from the
 * store goes through buf_html.
 */
#include "output/chart.h"
#include "output/columns.h"
#include "output/html.h"
#include "output/html_hosts.h"
#include "output/report.h"
#include "output/world.h"

enum { HOSTS_BYTES_MOST = 640 * 1024 }; /* of the page, until its hosts end */
enum { DAYS_SHOWN = 62 };               /* of more the months and the chart must do */

extern const char report_css[];
__asm__(".section .rodata\n.global report_css\nreport_css:\n.incbin \"src/output/report.css\"\n"
        ".byte 0\n.previous\n");

static void put_words(struct buf *buf, const char *class_or_null, const struct census *census,
                      void (*words)(struct buf *, const struct census *))
{
    struct buf line = {0};
    words(&line, census);
    html_paragraph(buf, class_or_null, text_at(line.at, line.len));
    buf_free(&line);
}

static void put_cards(struct buf *buf, const struct census *census)
{
    static const struct {
        enum census_number number;
        const char *label;
    } card[] = {
        {CENSUS_hosts_counted, "hosts seen under control"},
        {CENSUS_hosts_confirmed, "hosts with a confirmed finding"},
        {CENSUS_hosts_probable, "hosts with a probable finding at best"},
        {CENSUS_hosts_suspected, "suspected only, not counted"},
        {CENSUS_controllers, "control servers of counted hosts"},
        {CENSUS_countries, "countries in which these stood"},
        {CENSUS_days_watched, "days with traffic watched"},
    };
    buf_string(buf, "<dl class=\"cards\">");
    for (unsigned i = 0; i < sizeof card / sizeof card[0]; i++) {
        buf_format(buf, "<div><dt>%s</dt><dd>", card[i].label);
        column_thousands(buf, census->number[card[i].number]);
        buf_string(buf, "</dd></div>\n");
    }
    buf_string(buf, "</dl>\n");
}

static void put_top(struct buf *buf, const struct census *census)
{
    static const char *const link[][2] = {
        {"hosts", "Hosts"},       {"when", "When"},       {"where", "Where"},
        {"families", "Families"}, {"watched", "Watched"}, {"unseen", "Not seen"},
        {"method", "Method"},
    };
    struct buf period = {0};
    census_period(&period, census);
    buf_string(buf, "<header>\n<h1>Census of hosts under control</h1>\n<p class=\"meta\">");
    buf_html(buf, text_at(period.at, period.len));
    buf_format(buf, " (UTC) &middot; muster %s &middot; TLP:AMBER</p>\n", MUSTER_VERSION);
    put_words(buf, "headline", census, census_headline);
    put_words(buf, NULL, census, census_changed);
    put_words(buf, NULL, census, census_watched);
    put_words(buf, NULL, census, census_wrong);
    for (unsigned i = 0; i < census->warnings; i++)
        html_paragraph(buf, "warning", census->warning[i]);
    put_cards(buf, census);
    buf_string(buf, "<nav aria-label=\"Parts of the report\"><ul>");
    for (unsigned i = 0; i < sizeof link / sizeof link[0]; i++)
        buf_format(buf, "<li><a href=\"#%s\">%s</a></li>", link[i][0], link[i][1]);
    buf_string(buf, "</ul></nav>\n</header>\n<main>\n");
    buf_free(&period);
}

static void put_hosts(struct buf *buf, const struct census *census)
{
    html_heading(buf, 2, "Hosts seen under control", "hosts");
    if (!html_hosts(buf, census, true, HOSTS_BYTES_MOST))
        html_paragraph(buf, NULL, text_of("None counts in this period."));
    html_paragraph(
        buf, "definition",
        text_of(
            "A host is an address; a private one counts once for each sensor. p: how likely the "
            "host was under control, at the documented base rate of 1 in 1,000 conversing pairs. "
            "The strip shows when the host talked to what controls it. The sentence below a row "
            "is its strongest evidence; it opens to all of it."));
    struct buf rest = {0};
    if (html_hosts(&rest, census, false,
                   HOSTS_BYTES_MOST > buf->len ? HOSTS_BYTES_MOST - buf->len : 0)) {
        html_heading(buf, 2, "Hosts that do not count yet", NULL);
        html_paragraph(
            buf, NULL,
            text_of("Probable, but on one day and by one kind of evidence only. A second "
                    "day, or evidence of another kind, makes them count."));
        buf_text(buf, text_at(rest.at, rest.len));
    }
    buf_free(&rest);
}

/* A census table under a heading, when it has rows. */
static void put_table(struct buf *buf, const struct census *census, const char *id, int level,
                      const struct html_columns *columns)
{
    const struct census_table *table = census_table(census, id);
    muster_assert(table != NULL);
    if (table->rows.len == 0)
        return;
    html_heading(buf, level, table->title, NULL);
    html_rows(buf, table, columns);
    html_paragraph(buf, "definition", text_of(table->definition));
}

static void put_when(struct buf *buf, const struct census *census)
{
    static const struct html_columns days = {"day hosts new_hosts controllers suspected_only",
                                             "hosts"};
    static const struct html_columns months = {
        "month days_watched hosts new_hosts peak_day controllers", "hosts"};
    const struct census_table *day = census_table(census, "day");
    const struct census_table *hour = census_table(census, "hour");
    struct day first, last;
    html_heading(buf, 2, "When", "when");
    if (day_parse(census->first_day, &first) && day_parse(census->last_day, &last))
        chart_hours(buf, &hour->rows, first, last);
    if (day->rows.len > 1) {
        chart_days(buf, &day->rows);
        put_table(buf, census, "month", 3, &months);
        if (day->rows.len <= DAYS_SHOWN)
            put_table(buf, census, "day", 3, &days);
    } else if (hour->rows.len == 0) {
        html_paragraph(buf, NULL, text_of("No counted host, no time."));
    }
}

static void put_where(struct buf *buf, const struct census *census)
{
    static const struct html_columns countries = {
        "country controllers servers_rank hosts hosts_rank exclusive shared confirmed probable",
        "hosts"};
    static const struct html_columns networks = {
        "network name controllers servers_rank hosts hosts_rank exclusive shared", "hosts"};
    static const struct html_columns overlap = {"across in_one in_several total", NULL};
    html_heading(buf, 2, "Where the control servers stood", "where");
    html_paragraph(buf, NULL,
                   text_of("A country or network is where the machine stood on the day, by its "
                           "address. It does not say who ran it: servers are rented, hacked and "
                           "moved."));
    if (census_table(census, "country")->rows.len == 0)
        html_paragraph(buf, NULL, text_of("No control server of a counted host to place."));
    world_svg(buf, &census_table(census, "country")->rows);
    put_table(buf, census, "country", 3, &countries);
    put_table(buf, census, "network", 3, &networks);
    put_table(buf, census, "overlap", 3, &overlap);
}

/* Against an earlier period, and machines instead of addresses; where it is known. */
static void put_change(struct buf *buf, const struct census *census)
{
    static const struct html_columns change = {
        "figure before now as_counted before_alike now_alike like_for_like interval note", NULL};
    static const struct html_columns population = {
        "network addresses in_hour weeks holds live low high range", NULL};
    static const struct html_columns released = {
        "release figure published now revised why released", NULL};
    const struct census_table *machines = census_table(census, "population");
    static const struct html_columns claims = {
        "source period unit value ours ours_by_theirs definition", NULL};
    if (census_table(census, "claims") == NULL && census_table(census, "change") == NULL &&
        census_table(census, "released")->rows.len == 0 &&
        (machines == NULL || machines->rows.len == 0))
        return;
    html_heading(buf, 2, "More or fewer", "change");
    if (census_table(census, "change"))
        put_table(buf, census, "change", 3, &change);
    if (machines && machines->rows.len)
        put_table(buf, census, "population", 3, &population);
    put_table(buf, census, "released", 3, &released);
    if (census_table(census, "claims"))
        put_table(buf, census, "claims", 3, &claims);
}

static void put_families(struct buf *buf, const struct census *census)
{
    static const struct html_columns families = {
        "family hosts hosts_rank controllers servers_rank exclusive shared confirmed probable",
        "hosts"};
    static const struct html_columns botnets = {
        "botnet family hosts peak_hour controllers countries first_day last_day", "hosts"};
    static const struct html_columns sizes = {"hosts_in_an_hour botnets single_controllers", NULL};
    static const struct html_columns roles = {"role controllers hosts exclusive shared", NULL};
    static const struct html_columns sinkholes = {"host sensor family sinkholes days first last",
                                                  NULL};
    static const struct html_columns refuted = {"host controller note looked_at", NULL};
    static const struct html_columns implants = {"tool sites servers implanters", NULL};
    static const struct html_columns sites = {
        "site server sensor tool grade implanters controllers days first last", NULL};
    static const struct html_columns suffixes = {"suffix sites servers implanters", NULL};
    static const struct html_columns implanters = {"country implanters sites", NULL};
    static const struct html_columns home = {"home_network hosts controllers confirmed probable",
                                             "hosts"};
    html_heading(buf, 2, "Families and roles", "families");
    if (census_table(census, "family")->rows.len == 0)
        html_paragraph(buf, NULL, text_of("No counted host, no family."));
    put_table(buf, census, "family", 3, &families);
    put_table(buf, census, "botnet", 3, &botnets);
    put_table(buf, census, "size", 3, &sizes);
    put_table(buf, census, "role", 3, &roles);
    put_table(buf, census, "sinkhole", 3, &sinkholes);
    put_table(buf, census, "refuted", 3, &refuted);
    put_table(buf, census, "implant", 3, &implants);
    put_table(buf, census, "site", 3, &sites);
    put_table(buf, census, "implant_suffix", 3, &suffixes);
    put_table(buf, census, "implanter_country", 3, &implanters);
    put_table(buf, census, "home_network", 3, &home);
}

static int64_t sum_of(const struct rows *rows, const char *name)
{
    int64_t sum = 0;
    unsigned column = column_named(rows, name);
    for (size_t row = 0; row < rows->len; row++)
        sum += rows_count(rows, row, column);
    return sum;
}

static void put_coverage(struct buf *buf, const struct census *census)
{
    static const struct html_columns sources = {
        "source sensor first last packets bytes flows answered host_days", NULL};
    static const char *const figure[][2] = {
        {"host_days", "host-days watched"},
        {"packets", "packets"},
        {"bytes", "bytes"},
        {"flows", "conversations of home"},
        {"answered", "of them answered"},
        {"dns", "DNS messages"},
        {"tls", "TLS handshakes"},
        {"http", "HTTP exchanges"},
    };
    const struct rows *rows = &census_table(census, "coverage")->rows;
    html_heading(buf, 2, "What was watched", "watched");
    put_words(buf, NULL, census, census_watched);
    if (rows->len == 0)
        return;
    buf_string(buf, "<dl class=\"figures\">");
    for (unsigned i = 0; i < sizeof figure / sizeof figure[0]; i++) {
        buf_format(buf, "<div><dt>%s</dt><dd>", figure[i][1]);
        column_thousands(buf, sum_of(rows, figure[i][0]));
        buf_string(buf, "</dd></div>\n");
    }
    buf_string(buf, "</dl>\n");
    html_heading(buf, 3, "Sources", NULL);
    html_rows(buf, census_table(census, "coverage"), &sources);
    html_paragraph(buf, "definition", text_of(census_table(census, "coverage")->definition));
}

static void put_unseen(struct buf *buf, const struct census *census)
{
    struct skips skips;
    bool any = false;
    census_skips(&skips, census);
    html_heading(buf, 2, "What could not be seen", "unseen");
    for (unsigned i = 0; i < SKIPS; i++)
        any |= skips.count[i] > 0;
    if (any) {
        html_table_begin(buf, "What was not used, by reason");
        html_table_head(buf, "not used or not understood, by reason", false);
        html_table_head(buf, "count", true);
        buf_string(buf, "</tr></thead><tbody>\n");
        for (unsigned i = 0; i < SKIPS; i++) {
            if (skips.count[i] == 0)
                continue;
            buf_string(buf, "<tr><th scope=\"row\">");
            buf_html(buf, text_of(skip_text[i]));
            buf_string(buf, "</th><td class=\"n\">");
            column_thousands(buf, (int64_t)skips.count[i]);
            buf_string(buf, "</td></tr>\n");
        }
        html_table_end(buf);
    }
    buf_string(buf, "<ul>");
    for (unsigned i = 0; i < census_limits_len; i++) {
        buf_string(buf, "<li>");
        buf_html(buf, text_of(census_limits[i]));
        buf_string(buf, "</li>\n");
    }
    buf_string(buf, "</ul>\n");
}

static void put_checks(struct buf *buf, const struct census *census)
{
    html_heading(buf, 3, "Checks of this report against itself", NULL);
    html_table_begin(buf, "Checks of this report");
    html_table_head(buf, "check", false);
    html_table_head(buf, "one way", true);
    html_table_head(buf, "the other way", true);
    html_table_head(buf, "result", false);
    buf_string(buf, "</tr></thead><tbody>\n");
    for (unsigned i = 0; i < census->checks; i++) {
        const struct census_check *check = &census->check[i];
        bool holds = census_check_holds(check);
        buf_string(buf, "<tr><th scope=\"row\">");
        buf_html(buf, check->what);
        buf_string(buf, "</th><td class=\"n\">");
        column_thousands(buf, check->left);
        buf_string(buf, "</td><td class=\"n\">");
        column_thousands(buf, check->right);
        buf_format(buf, "</td><td class=\"%s\">%s</td></tr>\n", holds ? "ok" : "failed",
                   holds ? "holds" : "FAILED");
    }
    html_table_end(buf);
}

static void put_method(struct buf *buf, const struct census *census)
{
    static const struct html_columns procedure = {"detectors indicator_sets sources", NULL};
    static const struct html_columns grades = {"grade hosts counted", NULL};
    html_heading(buf, 2, "Method and checks", "method");
    html_paragraph(buf, NULL, text_of(census_rule));
    html_paragraph(
        buf, NULL,
        text_of(
            "Grades: confirmed needs p of 0.99 and content (a mark, a certificate, a dated "
            "indicator in force, a sinkhole) in an answered conversation; probable p of 0.9; "
            "suspected p of 0.5. Log-odds: those of the base rate, 1 in 1,000 conversing pairs, "
            "plus the strongest evidence of each independent group. A strength is a natural "
            "logarithm of a likelihood ratio: +2.3 is ten times likelier, +6.9 a thousand "
            "times."));
    put_table(buf, census, "grade", 3, &grades);
    put_table(buf, census, "procedure", 3, &procedure);
    put_checks(buf, census);
}

static void write(struct buf *buf, const struct census *census)
{
    buf_string(buf, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
                    "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<title>Census of hosts under control</title>\n<style>\n");
    buf_string(buf, report_css);
    buf_string(buf, "</style>\n</head>\n<body>\n");
    put_top(buf, census);
    bool many = census->number[CENSUS_hosts_counted] > CENSUS_HOSTS_MANY;
    if (!many)
        put_hosts(buf, census);
    put_when(buf, census);
    put_where(buf, census);
    put_change(buf, census);
    put_families(buf, census);
    if (many)
        put_hosts(buf, census);
    put_coverage(buf, census);
    put_unseen(buf, census);
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
