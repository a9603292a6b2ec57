/*
 * Everything about one host or controller on a page: who it is, each other end with its evidence
 * and the weights that led to p, the days, what else it talked to.
 */
#include "output/trace.h"

#include "output/columns.h"
#include "output/rows_json.h"
#include "output/text_table.h"
#include "output/wrap.h"

#include <math.h>

enum {
    DAYS_SHOWN = 62,
    CONTACTS_SHOWN = 20,
    NEAR_SHOWN = 50,
    TOLD_SHOWN = 4,
    IDENTITY_SHOWN = 20,
    WHY_INDENT = 10
};

static struct text pair_cell(const struct trace *trace, size_t row, enum census_pair column)
{
    return rows_cell(&trace->pair, row, column);
}

static struct text evidence_cell(const struct trace *trace, size_t row, enum census_evidence column)
{
    return rows_cell(&trace->evidence, row, column);
}

/* ", word VALUE" when there is a value. */
static void put_known(struct buf *buf, const char *word, struct text value)
{
    if (value.at == NULL || value.len == 0)
        return;
    buf_string(buf, word);
    buf_printable(buf, value);
}

static struct text identity_cell(const struct trace *trace, size_t row, enum trace_identity column)
{
    return rows_cell(&trace->identity, row, column);
}

/* ", user a (Kerberos) and b (NTLM)": what was told of one kind. True when there was anything. */
static bool put_told(struct buf *buf, const struct trace *trace, const char *what,
                     const char *before, bool with_source)
{
    unsigned n = 0;
    for (size_t row = 0; row < trace->identity.len && n < TOLD_SHOWN; row++) {
        if (!text_is(identity_cell(trace, row, TRACE_IDENTITY_what), what))
            continue;
        buf_string(buf, n++ ? " and " : before);
        buf_printable(buf, identity_cell(trace, row, TRACE_IDENTITY_value));
        if (with_source) {
            put_known(buf, " (", identity_cell(trace, row, TRACE_IDENTITY_known_by));
            buf_char(buf, ')');
        }
    }
    return n > 0;
}

/* "10.6.3.101 was DESKTOP-XYZ (Kerberos, NetBIOS), user carl.smith (Kerberos), MAC ..., from, to"
 */
static void put_identity(struct buf *buf, const struct trace *trace)
{
    struct buf line = {0};
    struct text first = text_of(NULL), last = text_of(NULL);
    if (trace->identity.len == 0)
        return;
    for (size_t row = 0; row < trace->identity.len; row++) { /* cells of one shape: text order */
        struct text from = identity_cell(trace, row, TRACE_IDENTITY_first);
        struct text to = identity_cell(trace, row, TRACE_IDENTITY_last);
        if (first.at == NULL || memcmp(from.at, first.at, from.len) < 0)
            first = from;
        if (last.at == NULL || memcmp(to.at, last.at, to.len) > 0)
            last = to;
    }
    buf_printable(&line, trace->name);
    buf_string(&line, " was ");
    const char *comma = put_told(&line, trace, "machine", "", true) ? ", " : "";
    if (put_told(&line, trace, "user", *comma ? ", user " : "user ", true))
        comma = ", ";
    if (put_told(&line, trace, "MAC", *comma ? ", MAC " : "MAC ", false))
        comma = ", ";
    if (*comma == '\0')
        (void)put_told(&line, trace, "domain", "in domain ", true);
    if (!text_same(identity_cell(trace, 0, TRACE_IDENTITY_addresses), trace->name))
        put_known(&line, ", at ", identity_cell(trace, 0, TRACE_IDENTITY_addresses));
    put_known(&line, ", ", first);
    put_known(&line, " to ", last);
    buf_string(&line, " UTC");
    wrap_text(buf, text_at(line.at, line.len), TEXT_PAGE, 0, 6);
    buf_free(&line);
}

/* Of what was asked for: a host, its website, who uses one's backdoor, a controller. */
enum asked { ASKED_HOST, ASKED_SITE, ASKED_IMPLANTER, ASKED_CONTROLLER };
static const struct {
    const char *is, *title;
} asked_words[] = {
    [ASKED_HOST] = {", a host", "Who controlled it, and why we say so"},
    [ASKED_SITE] = {", a website with a backdoor", "Who used the backdoor, and why we say so"},
    [ASKED_IMPLANTER] = {", an address that used websites' backdoors",
                         "Websites whose backdoors it used, and why we say so"},
    [ASKED_CONTROLLER] = {", a controller", "Hosts it controlled, and why we say so"}};

static enum asked asked_of(const struct trace *trace)
{
    if (trace->is_host)
        return ASKED_HOST;
    if (!text_is(pair_cell(trace, 0, CENSUS_PAIR_kind), "implant"))
        return ASKED_CONTROLLER;
    struct text site = pair_cell(trace, 0, CENSUS_PAIR_site);
    bool named = site.len >= trace->name.len && trace->name.at &&
                 memcmp(site.at, trace->name.at, trace->name.len) == 0;
    return named ? ASKED_SITE : ASKED_IMPLANTER;
}

static void put_who(struct buf *buf, const struct trace *trace)
{
    buf_printable(buf, trace->name);
    if (trace->pair.len == 0) {
        buf_string(buf, ": no finding in the store.\n");
        put_identity(buf, trace);
        return;
    }
    enum asked asked = asked_of(trace);
    buf_string(buf, asked_words[asked].is);
    if (asked == ASKED_HOST || asked == ASKED_SITE) {
        put_known(buf, " at sensor ", pair_cell(trace, 0, CENSUS_PAIR_sensor));
        put_known(buf, ", ", pair_cell(trace, 0, CENSUS_PAIR_host_role));
        put_known(buf, ", device ", pair_cell(trace, 0, CENSUS_PAIR_device));
        put_known(buf, ", ", pair_cell(trace, 0, CENSUS_PAIR_host_country));
        put_known(buf, " AS", pair_cell(trace, 0, CENSUS_PAIR_host_asn));
    } else {
        put_known(buf, ", role ", pair_cell(trace, 0, CENSUS_PAIR_role));
        put_known(buf, ", hosted in ", pair_cell(trace, 0, CENSUS_PAIR_country));
        put_known(buf, " AS", pair_cell(trace, 0, CENSUS_PAIR_asn));
    }
    buf_string(buf, "\n");
    put_identity(buf, trace);
}

static void put_bytes(struct buf *buf, const struct trace *trace, size_t row)
{
    buf_string(buf, "    ");
    struct text flows = pair_cell(trace, row, CENSUS_PAIR_flows);
    if (flows.len) { /* what a disk shows has none */
        column_number(buf, flows);
        buf_string(buf, text_is(flows, "1") ? " flow, " : " flows, ");
        column_number(buf, pair_cell(trace, row, CENSUS_PAIR_bytes_out));
        buf_string(buf, " bytes out, ");
        column_number(buf, pair_cell(trace, row, CENSUS_PAIR_bytes_in));
        buf_string(buf, " in; ");
    }
    buf_printable(buf, pair_cell(trace, row, CENSUS_PAIR_first));
    buf_string(buf, " to ");
    buf_printable(buf, pair_cell(trace, row, CENSUS_PAIR_last));
    int64_t days = rows_count(&trace->pair, row, CENSUS_PAIR_days);
    buf_format(buf, " UTC, %lld day%s\n", (long long)days, days == 1 ? "" : "s");
}

/* "+ 9.50  intel/1 listed_end: why", and where to see it. */
static void put_evidence(struct buf *buf, const struct trace *trace, size_t row)
{
    struct buf line = {0};
    buf_format(buf, "    %+6.2f  ", rows_real(&trace->evidence, row, CENSUS_EVIDENCE_strength));
    buf_printable(buf, evidence_cell(trace, row, CENSUS_EVIDENCE_detector));
    put_known(buf, "/", evidence_cell(trace, row, CENSUS_EVIDENCE_version));
    put_known(buf, ", group ", evidence_cell(trace, row, CENSUS_EVIDENCE_group));
    put_known(buf, ", ", evidence_cell(trace, row, CENSUS_EVIDENCE_set));
    put_known(buf, ", known from ", evidence_cell(trace, row, CENSUS_EVIDENCE_known_from));
    buf_char(buf, '\n');
    put_known(&line, "", evidence_cell(trace, row, CENSUS_EVIDENCE_why));
    wrap_text(buf, text_at(line.at, line.len), TEXT_PAGE, WHY_INDENT + 2, 6);
    line.len = 0;
    put_known(&line, "see ", evidence_cell(trace, row, CENSUS_EVIDENCE_where));
    wrap_text(buf, text_at(line.at, line.len), TEXT_PAGE, WHY_INDENT + 2, 3);
    buf_free(&line);
}

static void put_pair(struct buf *buf, const struct trace *trace, size_t row)
{
    struct text name = pair_cell(trace, row, CENSUS_PAIR_controller_name);
    buf_string(buf, "  ");
    if (trace->is_host) {
        buf_printable(buf, pair_cell(trace, row, CENSUS_PAIR_controller_id));
        put_known(buf, " port ", pair_cell(trace, row, CENSUS_PAIR_port));
        put_known(buf, "/", pair_cell(trace, row, CENSUS_PAIR_proto));
        if (pair_cell(trace, row, CENSUS_PAIR_controller).at != NULL)
            put_known(buf, " ", name);
        put_known(buf, ", hosted in ", pair_cell(trace, row, CENSUS_PAIR_country));
        put_known(buf, " AS", pair_cell(trace, row, CENSUS_PAIR_asn));
        put_known(buf, ", role ", pair_cell(trace, row, CENSUS_PAIR_role));
    } else {
        buf_printable(buf, pair_cell(trace, row, CENSUS_PAIR_host_id));
        put_known(buf, ", ", pair_cell(trace, row, CENSUS_PAIR_host_role));
        put_known(buf, ", device ", pair_cell(trace, row, CENSUS_PAIR_device));
    }
    put_known(buf, ", site ", pair_cell(trace, row, CENSUS_PAIR_site));
    put_known(buf, ", family ", pair_cell(trace, row, CENSUS_PAIR_family));
    buf_string(buf, "\n    ");
    buf_printable(buf, pair_cell(trace, row, CENSUS_PAIR_grade));
    double p = rows_real(&trace->pair, row, CENSUS_PAIR_p);
    buf_format(buf, ", p %.3f\n", floor(p * 1000) / 1000);
    put_bytes(buf, trace, row);
    struct text host = pair_cell(trace, row, CENSUS_PAIR_host_id);
    struct text controller = pair_cell(trace, row, CENSUS_PAIR_controller_id);
    for (size_t i = 0; i < trace->evidence.len; i++)
        if (text_same(evidence_cell(trace, i, CENSUS_EVIDENCE_host_id), host) &&
            text_same(evidence_cell(trace, i, CENSUS_EVIDENCE_controller_id), controller))
            put_evidence(buf, trace, i);
}

static void put_similar(struct buf *buf, const struct trace *trace)
{
    buf_string(buf, "The store knows nothing of ");
    buf_printable(buf, trace->name);
    buf_string(buf, ".\n");
    if (trace->similar.len)
        buf_string(buf, "It knows, among others:\n");
    for (size_t i = 0; i < trace->similar.len; i++) {
        buf_string(buf, "  ");
        buf_printable(buf, rows_cell(&trace->similar, i, 0));
        buf_char(buf, '\n');
    }
}

static void put_near(struct buf *buf, const struct trace *trace)
{
    if (trace->name.at == NULL && trace->near.len == 0)
        buf_string(buf,
                   "Nothing stands just under the line (p from 0.1) and nothing is suspected.\n");
    if (trace->near.len == 0)
        return;
    text_title(buf, trace->name.at ? "Just under the line (p from 0.1 to 0.5)"
                                   : "Suspected, and just under the line (p from 0.1)");
    struct buf why = {0};
    for (size_t row = 0; row < trace->near.len && row < NEAR_SHOWN; row++) {
        buf_string(buf, "  ");
        buf_printable(buf, rows_cell(&trace->near, row, column_named(&trace->near, "host")));
        put_known(buf, " and ",
                  rows_cell(&trace->near, row, column_named(&trace->near, "controller")));
        put_known(buf, ", p ", rows_cell(&trace->near, row, column_named(&trace->near, "p")));
        put_known(buf, ", ", rows_cell(&trace->near, row, column_named(&trace->near, "grade")));
        buf_char(buf, '\n');
        why.len = 0;
        put_known(&why, "", rows_cell(&trace->near, row, column_named(&trace->near, "why")));
        wrap_text(buf, text_at(why.at, why.len), TEXT_PAGE, 6, 2);
    }
    buf_free(&why);
    if (trace->near.len > NEAR_SHOWN)
        buf_format(buf, "... %zu more (--json has all)\n", trace->near.len - NEAR_SHOWN);
}

void output_trace(struct buf *buf, const struct trace *trace)
{
    if (trace->name.at != NULL && trace->pair.len == 0 && trace->contact.len == 0 &&
        trace->identity.len == 0) {
        put_similar(buf, trace);
        return;
    }
    if (trace->name.at != NULL)
        put_who(buf, trace);
    if (trace->pair.len)
        text_title(buf, asked_words[asked_of(trace)].title);
    for (size_t row = 0; row < trace->pair.len; row++)
        put_pair(buf, trace, row);
    if (trace->pair.len)
        wrap_text(
            buf,
            text_of("The figure before each piece of evidence is its strength (natural log of "
                    "the likelihood ratio); of each group only the strongest counts."),
            TEXT_PAGE, 2, 3);
    if (trace->identity.len) {
        text_title(buf, "Who the machine was, as it told its network");
        text_table(buf, &trace->identity, IDENTITY_SHOWN);
    }
    if (trace->day.len) {
        text_title(buf, "Day by day (UTC)");
        text_table(buf, &trace->day, DAYS_SHOWN);
    }
    if (trace->contact.len) {
        text_title(buf, trace->is_host ? "What else it talked to" : "Who else talked to it");
        text_table(buf, &trace->contact, CONTACTS_SHOWN);
    }
    put_near(buf, trace);
}

static void put_part(struct buf *buf, const char *name, const struct rows *rows)
{
    buf_format(buf, ",\n\"%s\":", name);
    rows_json(buf, rows);
}

void output_trace_json(struct buf *buf, const struct trace *trace)
{
    buf_string(buf, "{\"version\":1,\"name\":");
    if (trace->name.at == NULL)
        buf_string(buf, "null");
    else
        buf_json(buf, trace->name);
    buf_format(buf, ",\"is_host\":%s", trace->is_host ? "true" : "false");
    put_part(buf, "pairs", &trace->pair);
    put_part(buf, "evidence", &trace->evidence);
    put_part(buf, "identity", &trace->identity);
    put_part(buf, "days", &trace->day);
    put_part(buf, "contacts", &trace->contact);
    put_part(buf, "near", &trace->near);
    put_part(buf, "similar", &trace->similar);
    buf_string(buf, "}\n");
}
