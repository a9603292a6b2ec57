/* Access logs of web servers: text and JSON to HTTP records. */
#include "guard.h"
#include "logs.h"
#include "source/weblog.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define AT "[05/Mar/2024:12:00:01 +0200]"
#define NOON_US ((INT64_C(1709632800) + 1) * SECOND_US) /* 2024-03-05 10:00:01 UTC */
#define COMMON "198.51.100.7 - - " AT " \"GET /a?b=1 HTTP/1.1\" 200 512"
#define COMBINED COMMON " \"https://example.net/\" \"Mozilla/5.0 (X11)\""

static void reads_times_in_any_zone(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us; /* 0: refused */
    } row[] = {{"05/Mar/2024:12:00:01 +0200", NOON_US},
               {"05/Mar/2024:02:30:01 -0730", NOON_US},
               {"2024-03-05T12:00:01+02:00", NOON_US},
               {"2024-03-05T10:00:01Z", NOON_US},
               {"2024-03-05T10:00:01.25Z", NOON_US + 250000},
               {"2024-03-05 10:00:01.250000", NOON_US + 250000},
               {"2024-03-05T10:00:01.25+0000", NOON_US + 250000},
               {"05/Mrz/2024:12:00:01 +0200", 0},
               {"05/Mar/2024:25:00:01 +0200", 0},
               {"05/Mar/2024:12:00:01", 0},
               {"2024-03-05T10:00:01+2", 0},
               {"2024-03-05", 0},
               {"", 0}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct instant t = {0};
        assert_int_equal(weblog_time(text_of(row[i].text), &t), row[i].us != 0);
        if (row[i].us)
            assert_int_equal(t.us, row[i].us);
    }
}

struct expected {
    const char *line;
    const char *method, *target, *host, *referer, *agent; /* NULL: null */
    int status;
    int64_t bytes;
    unsigned port;
    bool has_agent;
};

static bool same(struct text text, const char *expected)
{
    return expected ? text_is(text, expected) : text.at == NULL;
}

static void reads_requests(void **state)
{
    (void)state;
    static const struct expected row[] = {
        {COMMON, "GET", "/a?b=1", NULL, NULL, NULL, 200, 512, 0, true},
        {COMBINED, "GET", "/a?b=1", NULL, "https://example.net/", "Mozilla/5.0 (X11)", 200, 512, 0,
         true},
        {"WWW.Example.org:8080 " COMBINED " 0.003 \"-\"", "GET", "/a?b=1", "www.example.org:8080",
         "https://example.net/", "Mozilla/5.0 (X11)", 200, 512, 8080, true},
        {"198.51.100.7 - frank lee " AT " \"POST /x HTTP/1.0\" 404 - \"-\" \"-\"", "POST", "/x",
         NULL, NULL, NULL, 404, 0, 0, false},
        {"198.51.100.7 - - " AT " \"GET /\\\"q\\\"\\x3cb\\\\ HTTP/1.1\" 200 1 \"-\" \"a\\\"b\"",
         "GET", "/\"q\"<b\\", NULL, NULL, "a\"b", 200, 1, 0, true},
        {"198.51.100.7 - - " AT " \"GET /old\" 200 1", "GET", "/old", NULL, NULL, NULL, 200, 1, 0,
         true},
        {"198.51.100.7 - - " AT " \"GET /a b c HTTP/1.1\" 400 1", "GET", "/a b c", NULL, NULL, NULL,
         400, 1, 0, true},
        {"- 198.51.100.7 - [x] " AT " \"CONNECT a:443 HTTP/1.1\" 405 1", "CONNECT", "a:443", NULL,
         NULL, NULL, 405, 1, 0, true},
        {"{\"time_iso8601\":\"2024-03-05T12:00:01+02:00\",\"remote_addr\":\"198.51.100.7\","
         "\"request\":\"GET /j HTTP/2.0\",\"status\":\"201\",\"body_bytes_sent\":\"7\","
         "\"http_referer\":\"\",\"http_user_agent\":\"curl/8\",\"host\":\"A.example\","
         "\"server_port\":\"443\"}",
         "GET", "/j", "a.example", NULL, "curl/8", 201, 7, 443, true},
        {"{\"time\":\"05/Mar/2024:12:00:01 +0200\",\"clientip\":\"198.51.100.7\",\"method\":"
         "\"POST\",\"uri\":\"/s.php\",\"query\":\"?k=v\",\"status\":200,\"bytes\":9,"
         "\"agent\":\"\"}",
         "POST", "/s.php?k=v", NULL, NULL, NULL, 200, 9, 0, false},
        {"{\"ts\":1709632801,\"request\":{\"remote_ip\":\"198.51.100.7\",\"method\":\"GET\","
         "\"host\":\"b.example\",\"uri\":\"/c\",\"headers\":{\"User-Agent\":[\"u\"],\"Referer\":"
         "[\"r\"]}},\"status\":500,\"size\":3}",
         "GET", "/c", "b.example", "r", "u", 500, 3, 0, true},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const struct expected *e = &row[i];
        assert_true(source_weblog.knows((const uint8_t *)e->line, strlen(e->line)));
        struct log_taken t;
        log_take(&t, &source_weblog, e->line, strlen(e->line), false);
        assert_int_equal(t.source->used, 1);
        const struct record *r = log_record(&t, 0);
        assert_int_equal(r->kind, RECORD_HTTP);
        assert_int_equal(r->time.us, NOON_US);
        assert_int_equal(r->ends.host.low, address_v4(0xc6336407).low);
        assert_false(address_known(r->ends.outside));
        assert_int_equal(r->ends.outside_port.number, e->port);
        const struct http_record *h = r->http;
        assert_true(same(h->method, e->method) && same(h->target, e->target));
        assert_true(same(h->host, e->host) && same(h->referer, e->referer));
        assert_true(same(h->user_agent, e->agent));
        assert_int_equal(h->status, e->status);
        assert_int_equal(h->response_body, e->bytes);
        assert_int_equal(h->has_user_agent, e->has_agent);
        assert_true(h->has_host && h->request_body == -1);
        log_drop(&t);
    }
}

static void accounts_for_every_line(void **state)
{
    (void)state;
    static const char log[] =
        COMBINED "\n" /* used */
                 "\n" /* remark */
                 "#Software: x\n"
                 "198.51.100.7 - - " AT " \"\\x16\\x03\\x01\" 400 0\n" /* ignored */
                 "198.51.100.7 - - " AT " \"-\" 408 -\n"
                 "::1 - - " AT " \"GET / HTTP/1.1\" 200 1\n"
                 "unix: - - " AT " \"GET / HTTP/1.1\" 200 1\n"
                 "2001:db8::5 - - " AT " \"GET / HTTP/1.1\" 200 1\n"     /* used */
                 "crawler.example - - " AT " \"GET / HTTP/1.1\" 200 1\n" /* damaged */
                 "198.51.100.7 - - " AT " \"GET / HTTP/1.1\" 2x0 1\n"
                 "198.51.100.7 - - [now] \"GET / HTTP/1.1\" 200 1\n"
                 "{\"status\":200}\n"
                 "198.51.100.7 - - " AT " \"GET /cut";
    struct log_taken t;
    log_take(&t, &source_weblog, log, sizeof log - 1, false);
    assert_int_equal(t.source->units, 13);
    assert_int_equal(t.source->used, 2);
    assert_int_equal(t.source->remarks, 2);
    assert_int_equal(t.source->skips.count[SKIP_line_ignored], 4);
    assert_int_equal(t.source->skips.count[SKIP_line_damaged], 5);
    assert_non_null(strstr(t.source->damage, "line 9: the client is no address"));
    log_drop(&t);
    log_check(&source_weblog, log, sizeof log - 1);
}

static void knows_only_access_logs(void **state)
{
    (void)state;
    static const char *const other[] = {
        "",
        "\n",
        "{}",
        "{\"event_type\":\"flow\",\"src_ip\":\"10.0.0.1\"}",
        "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State\n",
        "Mar  5 10:00:01 host sshd[123]: Accepted publickey for a from 198.51.100.7\n",
        "{\"ts\":1.0,\"uid\":\"C1\",\"id.orig_h\":\"10.0.0.5\",\"method\":\"GET\"}"};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        assert_false(source_weblog.knows((const uint8_t *)other[i], strlen(other[i])));
    static const char remark[] = "# a remark\n\n" COMMON "\n";
    assert_true(source_weblog.knows((const uint8_t *)remark, sizeof remark - 1));
}

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    log_check(&source_weblog, bytes, len);
    (void)source_weblog.knows(bytes, len);
}

static void stays_inside(void **state)
{
    (void)state;
    static const char text[] = "a.example:80 " COMBINED,
                      escaped[] = "198.51.100.7 - - " AT " \"GET /\\x3\\\" HTTP/1.1\" 200 1",
                      json[] = "{\"time\":\"2024-03-05T10:00:01Z\",\"client\":\"198.51.100.7\","
                               "\"request\":\"GET / HTTP/1.1\",\"status\":200}";
    guard_prefixes(text, sizeof text - 1, parse_prefix, NULL);
    guard_prefixes(escaped, sizeof escaped - 1, parse_prefix, NULL);
    guard_prefixes(json, sizeof json - 1, parse_prefix, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_times_in_any_zone),
        cmocka_unit_test(reads_requests),
        cmocka_unit_test(accounts_for_every_line),
        cmocka_unit_test(knows_only_access_logs),
        cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
