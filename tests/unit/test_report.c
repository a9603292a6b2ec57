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

#define FOUL "</td><script>alert(1)</script>\"'&\033[2J"

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
    return census_make(state, asker, none, none, err);
}

static struct buf report(const char *format)
{
    struct census census;
    struct err err = {""};
    if (store_ask(folder, 256 << 20, 1, make, &census, &err) != STORE_ANSWERED)
        fail_msg("%s", err.text);
    struct buf buf = {0};
    for (unsigned i = 0; i < report_formats_len; i++)
        if (strcmp(report_formats[i]->name, format) == 0)
            report_formats[i]->write(&buf, &census);
    census_free(&census);
    assert_true(buf.len > 0);
    return buf;
}

static void test_html_is_whole_and_safe(void **state)
{
    (void)state;
    struct buf buf = report("html");
    assert_true(buf.len < 1000 * 1000);
    assert_non_null(strstr(buf.at, "</html>"));
    assert_non_null(strstr(buf.at, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    static const char *const never[] = {"<script", "http://", "https://", "url(",
                                        "@import", "src=",    "\033",     "<b>\"a\""};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (strstr(buf.at, never[i]) != NULL)
            fail_msg("the page has %s", never[i]);
    buf_free(&buf);
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
    assert_int_equal(store_ask(folder, 256 << 20, 1, make, &census, NULL), STORE_ANSWERED);
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
    if (store_ask(folder, 256 << 20, 1, make_trace, &asked, &err) != STORE_ANSWERED)
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
        cmocka_unit_test(test_text_fits),
        cmocka_unit_test(test_csv_has_even_rows),
        cmocka_unit_test(test_wording),
        cmocka_unit_test(test_trace),
    };
    return cmocka_run_group_tests(tests, make_store, remove_store);
}
