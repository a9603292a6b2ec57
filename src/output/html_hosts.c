#include "output/html_hosts.h"

#include "output/chart.h"
#include "output/columns.h"
#include "output/country.h"
#include "output/html.h"

#include <math.h>
#include <stdlib.h>

enum { PAIRS_MOST = 12, EVIDENCE_MOST = 6, COLUMNS = 6, NAME_MOST = 34, ADDRESS_SHORT = 15 };

static const char *const heading[COLUMNS] = {"host",   "controller",  "where it stood",
                                             "family", "grade and p", "when (UTC)"};

/* Where the page stands in the lists, which are all in the same order of hosts. */
struct place_in {
    const struct census *census;
    size_t pair, evidence, hours;
    struct day first, last; /* of the strips */
};

static struct text pair_cell(const struct census *census, size_t row, enum census_pair column)
{
    return rows_cell(&census->pair, row, column);
}

static struct text evidence_cell(const struct census *census, size_t row,
                                 enum census_evidence column)
{
    return rows_cell(&census->evidence, row, column);
}

static bool is_suspected(const struct census *census, size_t row)
{
    return text_is(pair_cell(census, row, CENSUS_PAIR_grade), "suspected");
}

static void cell_begin(struct buf *buf, unsigned column, const char *class)
{
    buf_format(buf, "<td role=\"cell\" data-of=\"%s\" class=\"%s\">", heading[column], class);
}

static void put_host(struct buf *buf, const struct census *census, size_t row, bool again)
{
    struct text sensor = pair_cell(census, row, CENSUS_PAIR_sensor);
    struct text role = pair_cell(census, row, CENSUS_PAIR_host_role);
    struct text device = pair_cell(census, row, CENSUS_PAIR_device);
    buf_format(buf, "<th scope=\"row\" role=\"rowheader\" data-of=\"host\" class=\"address%s\">",
               again ? " again" : "");
    html_text(buf, pair_cell(census, row, CENSUS_PAIR_host));
    if (!again && sensor.len && census->number[CENSUS_sensors] > 1) {
        buf_string(buf, "<span class=\"note\">sensor ");
        html_text(buf, sensor);
        buf_string(buf, "</span>");
    }
    if (!again && role.len && !text_is(role, "client") && !text_is(role, "unknown")) {
        buf_string(buf, "<span class=\"note\">");
        html_text(buf, role);
        buf_string(buf, "</span>");
    }
    if (!again && device.len) {
        buf_string(buf, "<span class=\"note\">");
        html_text(buf, device);
        buf_string(buf, "</span>");
    }
    buf_string(buf, "</th>");
}

static void put_controller(struct buf *buf, const struct census *census, size_t row)
{
    struct text controller = pair_cell(census, row, CENSUS_PAIR_controller_id);
    struct text port = pair_cell(census, row, CENSUS_PAIR_port);
    struct text name = pair_cell(census, row, CENSUS_PAIR_controller_name);
    struct text role = pair_cell(census, row, CENSUS_PAIR_role);
    bool by_address = pair_cell(census, row, CENSUS_PAIR_controller).at != NULL;
    bool v6 = by_address && memchr(controller.at, ':', controller.len) != NULL;
    cell_begin(buf, 1, controller.len <= ADDRESS_SHORT ? "address short" : "address");
    buf_string(buf, v6 ? "[" : "");
    html_text(buf, controller);
    buf_string(buf, v6 ? "]" : "");
    if (port.at != NULL && by_address) {
        buf_char(buf, ':');
        buf_html(buf, port);
    }
    if (name.at != NULL && by_address) {
        buf_string(buf, "<span class=\"note\">");
        html_text(buf, name);
        buf_string(buf, "</span>");
    }
    if (role.at != NULL && !text_is(role, "dedicated") && !text_is(role, "unknown")) {
        buf_string(buf, "<span class=\"note\">role: ");
        html_text(buf, role);
        buf_string(buf, "</span>");
    }
    buf_string(buf, "</td>");
}

/* The network's name, when the databases were at hand. */
static struct text network_name(const struct census *census, struct text asn)
{
    const struct rows *rows = &census->network;
    if (rows->columns == 0 || !text_is(rows->name[rows->columns - 1], "name"))
        return text_of(NULL);
    for (size_t row = 0; row < rows->len; row++) {
        struct text network = rows_cell(rows, row, 0); /* "AS64500" */
        if (network.len == asn.len + 2 && memcmp(network.at + 2, asn.at, asn.len) == 0)
            return rows_cell(rows, row, rows->columns - 1);
    }
    return text_of(NULL);
}

static void put_country(struct buf *buf, struct text code)
{
    const char *name = country_name(code);
    if (name != NULL)
        buf_string(buf, name);
    else
        html_text(buf, code);
}

static void put_where(struct buf *buf, const struct census *census, size_t row)
{
    struct text country = pair_cell(census, row, CENSUS_PAIR_country);
    struct text registered = pair_cell(census, row, CENSUS_PAIR_registered);
    struct text asn = pair_cell(census, row, CENSUS_PAIR_asn);
    cell_begin(buf, 2, "");
    if (country.at != NULL)
        put_country(buf, country);
    else
        buf_string(buf, "not known");
    if (registered.at != NULL && !text_same(registered, country)) {
        buf_string(buf, "<span class=\"note\">registered in ");
        put_country(buf, registered);
        buf_string(buf, "</span>");
    }
    if (asn.at != NULL) {
        struct text name = network_name(census, asn);
        buf_string(buf, "<span class=\"note\">AS");
        buf_html(buf, asn);
        buf_char(buf, ' ');
        html_text(buf, name.len > NAME_MOST ? text_at(name.at, NAME_MOST) : name);
        buf_string(buf, "</span>");
    }
    buf_string(buf, "</td>");
}

static void put_grade(struct buf *buf, const struct census *census, size_t row)
{
    struct text family = pair_cell(census, row, CENSUS_PAIR_family);
    struct text grade = pair_cell(census, row, CENSUS_PAIR_grade);
    cell_begin(buf, 3, "");
    html_text(buf, family.at ? family : text_of("not named"));
    buf_string(buf, "</td>");
    cell_begin(buf, 4, "");
    buf_string(buf, "<span class=\"p\"><span class=\"grade ");
    buf_html(buf, grade);
    buf_string(buf, "\">");
    buf_html(buf, grade);
    buf_format(buf, "</span> %.3f</span></td>",
               floor(rows_real(&census->pair, row, CENSUS_PAIR_p) * 1000) / 1000);
}

/* "2024-05-14 04:59:17 to 05:13:58, 18 conversations"; of a report of one day the times alone. */
static void put_times(struct buf *buf, const struct place_in *in, size_t row)
{
    const struct census *census = in->census;
    struct text first = pair_cell(census, row, CENSUS_PAIR_first);
    struct text last = pair_cell(census, row, CENSUS_PAIR_last);
    int64_t days = rows_count(&census->pair, row, CENSUS_PAIR_days);
    int64_t flows = rows_count(&census->pair, row, CENSUS_PAIR_flows);
    bool same_day = first.len > 11 && last.len > 11 && memcmp(first.at, last.at, 11) == 0;
    bool one_day = same_day && in->first.number == in->last.number;
    buf_string(buf, "<span class=\"time\">");
    buf_html(buf, one_day ? text_at(first.at + 11, first.len - 11) : first);
    buf_string(buf, "</span> <span class=\"time\">to ");
    buf_html(buf, same_day ? text_at(last.at + 11, last.len - 11) : last);
    buf_string(buf, "</span><span class=\"note\">");
    if (days > 1)
        buf_format(buf, "%lld days, ", (long long)days);
    column_thousands(buf, flows);
    buf_string(buf, flows == 1 ? " conversation</span>" : " conversations</span>");
}

static void put_strip(struct buf *buf, struct place_in *in, struct text host)
{
    const struct rows *hours = &in->census->hours;
    struct strip strip;
    strip_begin(&strip, in->first, in->last);
    while (in->hours < hours->len && !text_same(rows_cell(hours, in->hours, 0), host))
        in->hours++;
    for (; in->hours < hours->len && text_same(rows_cell(hours, in->hours, 0), host); in->hours++) {
        struct day day;
        if (day_parse(rows_cell(hours, in->hours, 1), &day))
            strip_add(&strip, day, (uint32_t)rows_count(hours, in->hours, 2));
    }
    strip_svg(buf, &strip);
}

/* Strength, set, since when and where it can be seen. */
static void put_proof(struct buf *buf, const struct census *census, size_t row)
{
    struct text set = evidence_cell(census, row, CENSUS_EVIDENCE_set);
    struct text known = evidence_cell(census, row, CENSUS_EVIDENCE_known_from);
    struct text days = evidence_cell(census, row, CENSUS_EVIDENCE_days);
    buf_format(buf, "<span class=\"where\">strength %+.2f",
               rows_real(&census->evidence, row, CENSUS_EVIDENCE_strength));
    if (set.at != NULL) {
        buf_string(buf, "; set ");
        html_text(buf, set);
    }
    if (known.at != NULL) {
        buf_string(buf, "; listed since ");
        html_text(buf, known);
    }
    if (days.at != NULL && !text_is(days, "1")) {
        buf_string(buf, "; on ");
        buf_html(buf, days);
        buf_string(buf, " days");
    }
    buf_string(buf, "; see ");
    html_text(buf, evidence_cell(census, row, CENSUS_EVIDENCE_where));
    buf_string(buf, "</span>");
}

static void put_sentence(struct buf *buf, const struct census *census, size_t row)
{
    buf_string(buf, "<b>");
    buf_html(buf, evidence_cell(census, row, CENSUS_EVIDENCE_detector));
    buf_string(buf, "</b>: ");
    buf_html(buf, evidence_cell(census, row, CENSUS_EVIDENCE_why));
}

static bool is_of_pair(const struct census *census, size_t row, size_t pair)
{
    return text_same(evidence_cell(census, row, CENSUS_EVIDENCE_controller_id),
                     pair_cell(census, pair, CENSUS_PAIR_controller_id));
}

/* One past the evidence of the pair's host, which begins at `from`. */
static size_t evidence_end(const struct census *census, size_t pair, size_t from)
{
    struct text host = pair_cell(census, pair, CENSUS_PAIR_host_id);
    while (from < census->evidence.len &&
           text_same(evidence_cell(census, from, CENSUS_EVIDENCE_host_id), host))
        from++;
    return from;
}

/* The evidence of a pair: the strongest as a sentence, which opens to the rest. `from`: where the
 * host's rows begin. */
static void put_evidence(struct buf *buf, const struct census *census, size_t pair, size_t from)
{
    size_t end = evidence_end(census, pair, from);
    unsigned all = 0, len = 0;
    for (size_t row = from; row < end; row++)
        all += is_of_pair(census, row, pair);
    for (size_t row = from; row < end && len < EVIDENCE_MOST; row++) {
        if (!is_of_pair(census, row, pair))
            continue;
        buf_string(buf, len == 0 ? "<details><summary>" : "<li>");
        put_sentence(buf, census, row);
        if (len == 0 && all > 1)
            buf_format(buf, " <span class=\"where\">(+%u more)</span>", all - 1);
        buf_string(buf, len++ == 0 ? "</summary><ul><li>" : "<br>");
        put_proof(buf, census, row);
        buf_string(buf, "</li>");
    }
    if (all > len)
        buf_format(buf, "<li>%u more pieces of evidence: muster trace HOST</li>", all - len);
    buf_string(buf, len ? "</ul></details>" : "No evidence is kept.");
}

static void put_pair(struct buf *buf, struct place_in *in, size_t row, bool again)
{
    const struct census *census = in->census;
    buf_string(buf, "<tr role=\"row\">");
    put_host(buf, census, row, again);
    put_controller(buf, census, row);
    put_where(buf, census, row);
    put_grade(buf, census, row);
    cell_begin(buf, 5, "when");
    if (!again)
        put_strip(buf, in, pair_cell(census, row, CENSUS_PAIR_host_id));
    put_times(buf, in, row);
    buf_format(buf, "</td></tr>\n<tr role=\"row\" class=\"why\"><td role=\"cell\" colspan=\"%d\">",
               COLUMNS);
    put_evidence(buf, census, row, in->evidence);
    buf_string(buf, "</td></tr>\n");
}

/* The suspected controllers of a host, and those beyond what a page bears. */
static void put_rest(struct buf *buf, const struct place_in *in, size_t end, unsigned left_out)
{
    const struct census *census = in->census;
    unsigned suspected = 0, named = 0;
    for (size_t row = in->pair; row < end; row++)
        suspected += is_suspected(census, row);
    if (suspected + left_out == 0)
        return;
    buf_format(buf,
               "<tr role=\"row\" class=\"why\"><td role=\"cell\" colspan=\"%d\"><span "
               "class=\"where\">",
               COLUMNS);
    if (left_out)
        buf_format(buf, "%u more control servers of this host. ", left_out);
    for (size_t row = in->pair; row < end && named < EVIDENCE_MOST; row++)
        if (is_suspected(census, row)) {
            buf_string(buf, named++ ? ", " : "Suspected only: ");
            html_text(buf, pair_cell(census, row, CENSUS_PAIR_controller_id));
        }
    if (suspected > named)
        buf_format(buf, " and %u more", suspected - named);
    buf_string(buf, suspected ? ". " : "");
    buf_string(buf, "All: muster trace ");
    html_text(buf, pair_cell(census, in->pair, CENSUS_PAIR_host));
    buf_string(buf, "</span></td></tr>\n");
}

/* One host: its pairs lie from in->pair to `end`. */
static void put_host_rows(struct buf *buf, struct place_in *in, size_t end)
{
    const struct census *census = in->census;
    struct text host = pair_cell(census, in->pair, CENSUS_PAIR_host_id);
    unsigned shown = 0, left_out = 0;
    while (in->evidence < census->evidence.len &&
           !text_same(evidence_cell(census, in->evidence, CENSUS_EVIDENCE_host_id), host))
        in->evidence++;
    buf_string(buf, "<tbody role=\"rowgroup\">\n");
    for (size_t row = in->pair; row < end; row++) {
        if (is_suspected(census, row))
            continue;
        if (shown == PAIRS_MOST)
            left_out++;
        else
            put_pair(buf, in, row, shown++ > 0);
    }
    put_rest(buf, in, end, left_out);
    buf_string(buf, "</tbody>\n");
    in->pair = end;
}

static void put_end(struct buf *buf, const struct census *census, bool counted, size_t left)
{
    int64_t found = census->number[CENSUS_hosts_confirmed] + census->number[CENSUS_hosts_probable];
    buf_string(buf, "</table>\n");
    if (left || (!counted && found > CENSUS_HOSTS_MAX))
        html_paragraph(buf, "definition",
                       text_of("Not all hosts stand here; any of them: muster trace HOST."));
}

bool html_hosts(struct buf *buf, const struct census *census, bool counted, size_t bytes_most)
{
    struct place_in in = {.census = census};
    const struct rows *pair = &census->pair;
    while (in.pair < pair->len &&
           text_is(pair_cell(census, in.pair, CENSUS_PAIR_counted), "true") != counted)
        in.pair++;
    if (in.pair == pair->len)
        return false;
    in.first = census->from;
    in.last = census->to;
    if (in.first.number == DAY_NONE || in.first.number < 0)
        (void)day_parse(census->first_day, &in.first);
    if (in.last.number == DAY_NONE || in.last.number < 0)
        (void)day_parse(census->last_day, &in.last);
    buf_format(buf,
               "<table class=\"hosts\" role=\"table\" aria-label=\"%s\"><thead "
               "role=\"rowgroup\"><tr role=\"row\">",
               counted ? "Hosts seen under control" : "Hosts that do not count yet");
    for (unsigned i = 0; i < COLUMNS; i++)
        buf_format(buf, "<th scope=\"col\" role=\"columnheader\">%s</th>", heading[i]);
    buf_string(buf, "</tr></thead>\n");
    while (in.pair < pair->len && buf->len < bytes_most &&
           text_is(pair_cell(census, in.pair, CENSUS_PAIR_counted), "true") == counted) {
        size_t end = in.pair;
        struct text host = pair_cell(census, in.pair, CENSUS_PAIR_host_id);
        while (end < pair->len && text_same(pair_cell(census, end, CENSUS_PAIR_host_id), host))
            end++;
        put_host_rows(buf, &in, end);
    }
    bool more = in.pair < pair->len &&
                text_is(pair_cell(census, in.pair, CENSUS_PAIR_counted), "true") == counted;
    put_end(buf, census, counted, more);
    return true;
}
