#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_findings.h"
#include "output/output.h"

#include <math.h>
#include <stdlib.h>

static const struct findings_plan plan = {.source = "made \"x\".pcap",
                                          .source_id = "0123456789abcdef0123456789abcdef",
                                          .procedure_id = "0123456789abcdef",
                                          .sensor = "default",
                                          .hosts = 40,
                                          .days = 2,
                                          .calls = 3,
                                          .contacts = 5};

static void test_json_has_every_column_in_order(void **state)
{
    (void)state;
    struct findings f;
    findings_make(&f, &plan);
    struct buf buf = {0};
    output_json(&buf, &f.sighting[0]);
    assert_string_equal(
        buf.at,
        "{\"day\":\"2020-06-01\",\"sensor\":\"default\",\"kind\":\"control\",\"host\":\"10.1.0.1\","
        "\"host_port\":40000,\"host_role\":\"client\",\"device\":\"00:08:02:1c:47:ae\",\"site\":"
        "null,"
        "\"controller\":\"198.51.100.1\",\"controller_name\":null,\"controller_role\":"
        "\"dedicated\","
        "\"port\":443,\"proto\":\"tcp\",\"family\":\"dridex\",\"grade\":\"confirmed\",\"p\":0.9971,"
        "\"first\":\"2020-06-01T01:00:00.123456Z\",\"last\":\"2020-06-01T02:00:00.123456Z\","
        "\"first_known\":\"2020-05-01\",\"hours\":6,\"opened_by\":\"host\",\"answered\":true,"
        "\"flows\":12,\"bytes_out\":9120,\"bytes_in\":40213,\"host_country\":null,\"host_asn\":"
        "null,"
        "\"host_region\":null,\"controller_country\":\"NL\",\"controller_registered\":\"NL\","
        "\"controller_asn\":64500,\"geo_version\":\"test 2020-01-01\",\"evidence\":["
        "{\"detector\":\"intel\",\"version\":1,\"set\":\"trails@0123abcd\",\"item\":\"198.51.100."
        "1\","
        "\"strength\":9.5,\"known_from\":\"2020-05-01\",\"why\":\"the address is listed as a "
        "control "
        "server of dridex since 2020-05-01; 12 answered conversations\","
        "\"where\":\"made \\\"x\\\".pcap#packet=100\",\"traits\":[]},"
        "{\"detector\":\"beacon\",\"version\":2,\"set\":null,\"item\":\"every 300 s\","
        "\"strength\":3.25,\"known_from\":null,\"why\":\"41 calls, every 300 s, half of them "
        "within "
        "2 s\",\"where\":\"made \\\"x\\\".pcap\",\"traits\":[]}],\"source\":\"made "
        "\\\"x\\\".pcap\"}\n");
    buf_free(&buf);
    arena_free(&f.arena);
}

static void test_json_of_nothing_is_null(void **state)
{
    (void)state;
    struct sighting s = {.day = {DAY_NONE},
                         .first = {INSTANT_NONE_US},
                         .last = {INSTANT_NONE_US},
                         .first_known = {DAY_NONE},
                         .p = (double)NAN,
                         .answered = -1,
                         .host_port = -1};
    struct buf buf = {0};
    output_json(&buf, &s);
    assert_non_null(strstr(buf.at, "{\"day\":null,\"sensor\":null,"));
    assert_non_null(strstr(buf.at, "\"p\":null,\"first\":null,"));
    assert_non_null(strstr(buf.at, "\"answered\":null"));
    assert_non_null(strstr(buf.at, "\"evidence\":[],\"source\":null}\n"));
    buf_free(&buf);
}

/* The table of the plan's findings; free the buf. */
static struct buf table_of(struct findings *f, bool colour, unsigned columns)
{
    const struct sighting **all = calloc(f->sightings + 1, sizeof *all);
    assert_non_null(all);
    for (size_t i = 0; i < f->sightings; i++)
        all[i] = &f->sighting[f->sightings - 1 - i];
    struct buf buf = {0};
    output_table(&buf, all, f->sightings, colour, columns);
    free(all);
    return buf;
}

static void assert_lines_fit(const struct buf *buf, unsigned columns)
{
    size_t start = 0;
    for (size_t i = 0; i < buf->len; i++)
        if (buf->at[i] == '\n') {
            if (i - start > columns)
                fail_msg("line of %zu: %.*s", i - start, (int)(i - start), buf->at + start);
            start = i + 1;
        }
}

static void test_table_counts_and_fits(void **state)
{
    (void)state;
    struct findings f;
    findings_make(&f, &plan);
    struct buf buf = table_of(&f, false, 100);
    assert_lines_fit(&buf, 100);
    assert_non_null(strstr(
        buf.at,
        "23 hosts were seen under control of 6 control servers hosted in 2 countries (12 "
        "confirmed, 11\nprobable). 11 more are suspected, which never counts. 4 were seen only at "
        "sinkholes: infected, not\nunder control.\n"));
    assert_non_null(strstr(buf.at, "... 3 more: muster trace --near\n"));
    assert_non_null(strstr(buf.at, "\nSeen only at sinkholes: infected, not under control\n"));
    assert_non_null(strstr(buf.at, "    2020-06-01 01:00:00 to 2020-06-02 02:00:00 UTC on 2 days, "
                                   "24 conversations. intel: the"));
    assert_non_null(strstr(buf.at, "role: sinkhole; "));
    assert_null(strchr(buf.at, '\033'));
    buf_free(&buf);
    buf = table_of(&f, true, 100);
    assert_non_null(strstr(buf.at, "\033[1;31mconfirmed\033[0m"));
    buf_free(&buf);
    arena_free(&f.arena);
}

static void test_table_of_nothing(void **state)
{
    (void)state;
    struct buf buf = {0};
    output_table(&buf, NULL, 0, false, 100);
    assert_string_equal(buf.at, "No host was seen under control.\n");
    buf_free(&buf);
}

static void test_table_long_addresses_and_foul_names(void **state)
{
    (void)state;
    struct findings f;
    findings_make(&f, &plan);
    f.sightings = 1;
    struct address v6;
    assert_true(address_parse(text_of("2001:db8:1111:2222:3333:4444:5555:6666"), &v6));
    f.sighting[0].host = v6;
    f.sighting[0].controller = v6;
    f.sighting[0].controller_name = text_of("a\033[2Jb\r\nc\u202ed\xC2\x9B"
                                            "2Je\u200b");
    f.sighting[0].family = text_of("a family name that is longer than its column \xff");
    struct buf buf = table_of(&f, false, 80);
    assert_lines_fit(&buf, 80);
    assert_null(strchr(buf.at, '\033'));
    assert_null(strchr(buf.at, '\r'));
    assert_null(strstr(buf.at, "\u202e")); /* right to left */
    assert_null(strstr(buf.at, "\u200b"));
    assert_null(strstr(buf.at, "\xC2\x9B")); /* a terminal's sequence in one character */
    assert_non_null(strstr(buf.at, "[2001:db8:1111:2222:3333:4444:5555:6666]:443"));
    buf_free(&buf);
    arena_free(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_has_every_column_in_order),
        cmocka_unit_test(test_json_of_nothing_is_null),
        cmocka_unit_test(test_table_counts_and_fits),
        cmocka_unit_test(test_table_of_nothing),
        cmocka_unit_test(test_table_long_addresses_and_foul_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
