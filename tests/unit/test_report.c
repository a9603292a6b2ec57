#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "census/census.h"
#include "census/trace.h"
#include "made_findings.h"
#include "output/report.h"
#include "output/trace.h"
#include "store/store.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64];

#define FOUL                                                                                       \
    "</td><script>alert(1)</script>\"'&\033[2J\u202egpj.exe\xC2\x9B"                               \
    "2J\xff"

static const struct findings_plan plan = {.source = "made/<b>\"a\".pcap",
                                          .source_id = "0123456789abcdef0123456789abcdef",
                                          .procedure_id = "0123456789abcdef",
                                          .sensor = "default",
                                          .hosts = 300,
                                          .days = 40,
                                          .calls = 2,
                                          .contacts = 60};

static int make_store(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/muster-report-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 1;
    struct findings f;
    findings_make(&f, &plan);
    for (size_t i = 0; i < f.sightings; i += 7) {
        f.sighting[i].family = text_of(FOUL);
        f.sighting[i].controller_name = text_of(FOUL);
    }
    for (size_t i = 4; i < f.sightings; i += 7) { /* names instead of addresses; foul reasons */
        if (i % plan.hosts % 7 != 4)              /* controllers that test_trace does not ask for */
            continue;
        struct evidence *e = (struct evidence *)(uintptr_t)f.sighting[i].evidence.at;
        e[0].why = e[0].item = e[0].set = text_of(FOUL);
        f.sighting[i].device = f.sighting[i].host_role = text_of(FOUL);
        f.sighting[i].controller = (struct address){0, 0};
        f.sighting[i].controller_name = text_of(FOUL);
    }
    struct err err = {""};
    int failed = store_write(folder, &f, false, 256 << 20, &err) != STORE_WRITTEN;
    arena_free(&f.arena);
    return failed;
}

static int remove_store(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command); /* the folder made above */
}

static bool make(const struct asker *asker, void *state, struct err *err)
{
    struct day none = {DAY_NONE};
    return census_make(state, asker, none, none, NULL, err);
}

static struct buf report(const char *format)
{
    struct census census;
    struct err err = {""};
    if (store_ask(folder, 256 << 20, 1, NULL, make, &census, &err) != STORE_ANSWERED)
        fail_msg("%s", err.text);
    struct buf buf = {0};
    for (unsigned i = 0; i < report_formats_len; i++)
        if (strcmp(report_formats[i]->name, format) == 0)
            report_formats[i]->write(&buf, &census);
    census_free(&census);
    assert_true(buf.len > 0);
    return buf;
}

enum { DEPTH_MOST = 64 };

static bool is_void(struct text name)
{
    return text_is(name, "meta") || text_is(name, "br") || text_is(name, "!doctype");
}

/* Checks one tag from '<' on; returns its last byte. Attributes are quoted, levels of headings are
 * never skipped, headings of tables say their scope, pictures are named or hidden. */
static const char *check_tag(const char *at, struct text stack[DEPTH_MOST], unsigned *depth,
                             int *level)
{
    bool closes = at[1] == '/';
    const char *name = at + 1 + closes, *end = name + strcspn(name, " />");
    struct text tag = text_at(name, (size_t)(end - name));
    while (*end != '>') {
        assert_true(*end != '\0' && *end != '<');
        if (*end == '=' && end[1] != '"')
            fail_msg("an attribute without quotes: %.40s", at);
        end = end[0] == '=' ? strchr(end + 2, '"') + 1 : end + 1;
    }
    struct text all = text_at(at, (size_t)(end - at));
    char whole[512];
    (void)snprintf(whole, sizeof whole, "%.*s", (int)(all.len < 500 ? all.len : 500), all.at);
    if (closes) {
        if (*depth == 0 || !text_same(stack[--*depth], tag))
            fail_msg("</%.*s> closes what is not open", (int)tag.len, tag.at);
        return end;
    }
    if (tag.len == 2 && tag.at[0] == 'h' && tag.at[1] >= '1' && tag.at[1] <= '6') {
        assert_true(tag.at[1] - '0' <= *level + 1);
        *level = tag.at[1] - '0';
    }
    if (text_is(tag, "th") && strstr(whole, "scope=") == NULL)
        fail_msg("no scope: %s", whole);
    if (text_is(tag, "svg") && strstr(whole, "role=\"img\"") == NULL &&
        strstr(whole, "aria-hidden=\"true\"") == NULL)
        fail_msg("a picture without a name: %s", whole);
    if (!is_void(tag) && end[-1] != '/') {
        assert_true(*depth < DEPTH_MOST);
        stack[(*depth)++] = tag;
    }
    return end;
}

static void test_html_is_well_formed(void **state)
{
    (void)state;
    struct buf buf = report("html");
    struct text stack[DEPTH_MOST];
    unsigned depth = 0;
    int level = 0;
    const char *style = strstr(buf.at, "<style>"), *style_end = strstr(buf.at, "</style>");
    for (const char *at = buf.at; (at = strchr(at, '<')) != NULL; at++)
        if (at <= style || at >= style_end)
            at = check_tag(at, stack, &depth, &level);
    assert_int_equal(depth, 0);
    assert_non_null(strstr(buf.at, "<html lang=\"en\">"));
    for (const char *at = buf.at; (at = strstr(at, "href=\"#")) != NULL; at++) {
        char id[64];
        (void)snprintf(id, sizeof id, "id=\"%.*s\"", (int)strcspn(at + 7, "\""), at + 7);
        if (strstr(buf.at, id) == NULL)
            fail_msg("a link leads nowhere: %s", id);
    }
    buf_free(&buf);
}

/* Relative luminance of "#rrggbb" or "#rgb" (WCAG 2.1). */
static double luminance(const char *hash)
{
    static const double weight[] = {0.2126, 0.7152, 0.0722};
    size_t digits = strspn(hash + 1, "0123456789abcdef");
    double sum = 0;
    assert_true(digits == 3 || digits == 6);
    for (size_t i = 0; i < 3; i++) {
        char two[3] = {hash[1 + i * digits / 3], hash[1 + i * digits / 3 + (digits == 6)], 0};
        double c = (double)strtoul(two, NULL, 16) / 255;
        sum += weight[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static const char *colour_of(const char *css, const char *name)
{
    const char *at = strstr(css, name);
    assert_non_null(at);
    return at + strlen(name) + 2;
}

static void test_colours_can_be_read(void **state)
{
    (void)state;
    static const char *const text[] = {"--ink", "--soft", "--accent", "--bad", "--warn"};
    struct buf buf = report("html");
    double paper = luminance(colour_of(buf.at, "--paper")) + 0.05;
    double wash = luminance(colour_of(buf.at, "--wash")) + 0.05;
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
        double ink = luminance(colour_of(buf.at, text[i])) + 0.05;
        if (paper / ink < 4.5 || wash / ink < 4.5)
            fail_msg("%s: contrast %.2f on paper, %.2f on the cards", text[i], paper / ink,
                     wash / ink);
    }
    assert_true(paper / (luminance(colour_of(buf.at, "--mid")) + 0.05) >= 3); /* graphics */
    buf_free(&buf);
}

static void test_html_is_whole_and_safe(void **state)
{
    (void)state;
    struct buf buf = report("html");
    assert_true(buf.len < 1000 * 1000);
    assert_non_null(strstr(buf.at, "</html>"));
    assert_non_null(strstr(buf.at, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_non_null(strstr(buf.at, "<details><summary><b>intel</b>: the address is listed"));
    assert_non_null(strstr(buf.at, "strength +9.50; set trails@0123abcd"));
    static const char *const never[] = {"<script", "http://", "https://", "url(", "@import", "src=",
                                        "\033",    "\u202e",  "\xC2\x9B", "\xff", "<b>\"a\""};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (strstr(buf.at, never[i]) != NULL)
            fail_msg("the page has %s", never[i]);
    buf_free(&buf);
    static const char *const other[] = {"text", "csv", "json"};
    for (size_t i = 0; i < 3; i++) {
        buf = report(other[i]);
        if (strstr(buf.at, "\u202e") || strchr(buf.at, '\033') || strstr(buf.at, "\xC2\x9B"))
            fail_msg("%s has what a terminal obeys", other[i]);
        buf_free(&buf);
    }
}

static void test_text_fits(void **state)
{
    (void)state;
    struct buf buf = report("text");
    size_t start = 0;
    for (size_t i = 0; i < buf.len; i++) {
        assert_true(buf.at[i] != '\033');
        if (buf.at[i] == '\n') {
            if (i - start > 100)
                fail_msg("line of %zu: %.*s", i - start, (int)(i - start), buf.at + start);
            start = i + 1;
        }
    }
    assert_non_null(strstr(buf.at, "where machines stood, not who ran them"));
    buf_free(&buf);
}

static void test_csv_has_even_rows(void **state)
{
    (void)state;
    struct buf buf = report("csv");
    assert_non_null(strstr(buf.at, "table,country,controllers,servers_rank,hosts,hosts_rank,"));
    assert_non_null(strstr(buf.at, "\r\ncountry,NL,"));
    buf_free(&buf);
}

/* Words that a report must never use. */
static void assert_wording(const char *what, const char *text)
{
    static const char *const never[] = {"attack",        "hacker",       "by china",
                                        "from china",    "by country x", "who attacked",
                                        "infected hosts"};
    char *lower = strdup(text);
    assert_non_null(lower);
    for (char *c = lower; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (strstr(lower, never[i]) != NULL)
            fail_msg("%s says '%s'", what, never[i]);
    /* "by NL", "from US": a country as the one who did it */
    for (const char *c = text; (c = strstr(c, " ")) != NULL; c++) {
        const char *word = strncmp(c, " by ", 4) == 0 ? c + 4 : c;
        if (strncmp(c, " from ", 6) == 0)
            word = c + 6;
        if (word > c && isupper((unsigned char)word[0]) && isupper((unsigned char)word[1]) &&
            !isalnum((unsigned char)word[2]))
            fail_msg("%s says '%.12s'", what, c);
    }
    free(lower);
}

static void test_wording(void **state)
{
    (void)state;
    struct census census;
    assert_int_equal(store_ask(folder, 256 << 20, 1, NULL, make, &census, NULL), STORE_ANSWERED);
    for (unsigned i = 0; i < census.tables; i++) {
        assert_wording(census.table[i].id, census.table[i].title);
        assert_wording(census.table[i].id, census.table[i].definition);
    }
    for (unsigned i = 0; i < CENSUS_NUMBERS; i++)
        assert_wording("a number's label", census_number_label[i]);
    assert_wording("the rule", census_rule);
    census_free(&census);
    static const char *const format[] = {"text", "html"};
    for (unsigned i = 0; i < 2; i++) {
        struct buf buf = report(format[i]);
        assert_wording(format[i], buf.at);
        buf_free(&buf);
    }
}

struct asked {
    const char *name;
    bool near;
    struct trace trace;
};

static bool make_trace(const struct asker *asker, void *state, struct err *err)
{
    struct asked *asked = state;
    return trace_make(&asked->trace, asker, asked->name, asked->near, err);
}

static struct buf trace(const char *name, bool near, size_t pairs)
{
    struct asked asked = {.name = name, .near = near};
    struct err err = {""};
    if (store_ask(folder, 256 << 20, 1, NULL, make_trace, &asked, &err) != STORE_ANSWERED)
        fail_msg("%s", err.text);
    assert_int_equal(asked.trace.pair.len, pairs);
    struct buf buf = {0};
    output_trace_json(&buf, &asked.trace);
    assert_true(buf.len > 0);
    buf.len = 0;
    output_trace(&buf, &asked.trace);
    trace_free(&asked.trace);
    assert_null(strchr(buf.at, '\033'));
    return buf;
}

static void test_trace(void **state)
{
    (void)state;
    struct buf buf = trace("10.1.0.1", false, 1);
    assert_non_null(strstr(buf.at, "10.1.0.1, a host at sensor default"));
    assert_non_null(strstr(buf.at, " +9.50  intel/1, group listed_end"));
    assert_non_null(strstr(buf.at, "What else it talked to"));
    assert_null(strstr(buf.at, "Just under the line"));
    buf_free(&buf);
    buf = trace("198.51.100.2", false, 43);
    assert_non_null(strstr(buf.at, "198.51.100.2, a controller, role dedicated, hosted in NL"));
    buf_free(&buf);
    buf = trace("10.1.0.1", true, 1);
    assert_non_null(strstr(buf.at, "Just under the line"));
    buf_free(&buf);
    buf = trace("example.net", false, 43);
    buf_free(&buf);
    buf = trace("10.1.0.1", false, 1);
    assert_non_null(strstr(buf.at, "\n10.1.0.1 was DESKTOP-XYZ (LLMNR, NetBIOS), user carl.smith "
                                   "(Kerberos), MAC 00:08:02:1c:47:ae,\n2020-06-01 01:00 to "
                                   "2020-06-01 02:00 UTC\n"));
    buf_free(&buf);
    buf = trace("Carl.Smith", false, 1); /* by whom, and by machine */
    assert_non_null(strstr(buf.at, "Carl.Smith, a host at sensor default"));
    buf_free(&buf);
    buf = trace("desktop-xyz", false, 1);
    buf_free(&buf);
    buf = trace("printer", false, 0); /* a host without a finding */
    assert_non_null(strstr(buf.at, "printer was PRINTER (DHCP), at 10.9.0.1, 2020"));
    buf_free(&buf);
    buf = trace("it's' not there", false, 0);
    assert_non_null(strstr(buf.at, "The store knows nothing of it's' not there."));
    assert_non_null(strstr(buf.at, "It knows, among others:\n"));
    buf_free(&buf);
    buf = trace(NULL, true, 0);
    assert_non_null(strstr(buf.at, "Suspected, and just under the line"));
    buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html_is_whole_and_safe),
        cmocka_unit_test(test_html_is_well_formed),
        cmocka_unit_test(test_colours_can_be_read),
        cmocka_unit_test(test_text_fits),
        cmocka_unit_test(test_csv_has_even_rows),
        cmocka_unit_test(test_wording),
        cmocka_unit_test(test_trace),
    };
    return cmocka_run_group_tests(tests, make_store, remove_store);
}
