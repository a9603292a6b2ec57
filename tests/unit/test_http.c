#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "guard.h"
#include "wire/http.h"

static char host[256];
static struct http_record r;
static struct http_body body;
static size_t head_len;

static enum parse request(const char *head)
{
    memset(&r, 0x5a, sizeof r);
    head_len = 0x5a5a;
    return http_parse_request((const uint8_t *)head, strlen(head), host, &r, &head_len, &body);
}

static enum parse response(const char *head, const char *method)
{
    memset(&r, 0x5a, sizeof r);
    return http_parse_response((const uint8_t *)head, strlen(head), text_of(method), &r, &head_len,
                               &body);
}

static void assert_text(struct text text, const char *expected)
{
    assert_non_null(text.at);
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.at, expected, text.len);
}

static const char browser[] = "GET /a/b?c=d HTTP/1.1\r\n"
                              "Host: WWW.Example.org:8080\r\n"
                              "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
                              "Accept: */*\r\n"
                              "Referer: http://example.org/\r\n"
                              "Cookie: a=b; c=d\r\n"
                              "\r\n";

static void test_request(void **state)
{
    (void)state;
    assert_int_equal(request(browser), PARSE_DONE);
    assert_text(r.method, "GET");
    assert_text(r.target, "/a/b?c=d");
    assert_text(r.host, "www.example.org:8080");
    assert_text(r.user_agent, "Mozilla/5.0 (X11; Linux x86_64)");
    assert_text(r.referer, "http://example.org/");
    assert_text(r.cookie, "a=b; c=d");
    assert_null(r.content_type.at);
    assert_true(r.has_host);
    assert_true(r.has_user_agent);
    assert_int_equal(r.request_body, -1);
    assert_int_equal(body.kind, HTTP_BODY_NONE);
    assert_int_equal(head_len, sizeof browser - 1);
    assert_int_equal(r.status, 0x5a5a5a5a); /* the response's fields are not its business */
}

static void test_request_tolerant(void **state)
{
    (void)state;
    assert_int_equal(request("\r\n\nPOST   /x y\tHTTP/1.0 \nhost :A\nContent-Length:\t3\n"
                             "CONTENT-TYPE: text/plain  \nnonsense\n\nabc"),
                     PARSE_DONE);
    assert_text(r.method, "POST");
    assert_text(r.target, "/x y");
    assert_text(r.host, "a");
    assert_text(r.content_type, "text/plain");
    assert_false(r.has_user_agent);
    assert_int_equal(r.request_body, 3);
    assert_int_equal(body.kind, HTTP_BODY_LENGTH);
    assert_int_equal(body.len, 3);

    assert_int_equal(request("GET / HTTP/1.1\r\nUser-Agent:\r\nUser-Agent: b\r\n\r\n"), PARSE_DONE);
    assert_true(r.has_user_agent);
    assert_int_equal(r.user_agent.len, 0);
    assert_false(r.has_host);
    assert_null(r.host.at);

    assert_int_equal(request("GET / HTTP/1.1\r\nUser-Agent: a\r\n  b\r\nHost: h\r\n\r\n"),
                     PARSE_DONE);
    assert_text(r.user_agent, "a\r\n  b");
    assert_text(r.host, "h");
}

/* What http_recognise_request turns away, http_parse_request must not take (found by fuzzing). */
static void test_request_bad(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        " GET / HTTP/1.1\r\n\r\n",    "GET \r/ HTTP/1.1\r\n\r\n",
        "GET /\x01 HTTP/1.1\r\n\r\n", "get / HTTP/1.1\r\n\r\n",
        "GET HTTP/1.1\r\n\r\n",       "GET / HTTP/2.0\r\n\r\n",
        "GET / HTTP/1.1 x\r\n\r\n",   "GET /\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(request(wrong[i]), PARSE_BAD);
}

/* The length of what follows, or why nobody can say it (RFC 9112 6.3). */
static void test_request_framing(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        enum parse parse;
        enum http_body_kind kind;
        int64_t said;
    } cases[] = {
        {"Content-Length: 0\r\n", PARSE_DONE, HTTP_BODY_NONE, 0},
        {"Content-Length: 5\r\nContent-Length: 5\r\n", PARSE_DONE, HTTP_BODY_LENGTH, 5},
        {"Content-Length: 5, 5\r\n", PARSE_DONE, HTTP_BODY_LENGTH, 5},
        {"Content-Length: 5\r\nContent-Length: 6\r\n", PARSE_BAD, 0, 0},
        {"Content-Length: 5, 6\r\n", PARSE_BAD, 0, 0},
        {"Content-Length: +5\r\n", PARSE_BAD, 0, 0},
        {"Content-Length: -5\r\n", PARSE_BAD, 0, 0},
        {"Content-Length: 5x\r\n", PARSE_BAD, 0, 0},
        {"Content-Length: 9999999999999999999\r\n", PARSE_BAD, 0, 0},
        {"Content-Length: 5\r\n \r\n", PARSE_DONE, HTTP_BODY_LENGTH, 5},
        {"Content-Length: \r\n", PARSE_DONE, HTTP_BODY_NONE, -1},
        {"Transfer-Encoding: chunked\r\n", PARSE_DONE, HTTP_BODY_CHUNKED, -1},
        {"Transfer-Encoding : gzip, Chunked\r\n", PARSE_DONE, HTTP_BODY_CHUNKED, -1},
        {"Transfer-Encoding:\r\n chunked\r\n", PARSE_DONE, HTTP_BODY_CHUNKED, -1},
        {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", PARSE_DONE, HTTP_BODY_CHUNKED, -1},
        {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", PARSE_DONE, HTTP_BODY_CHUNKED, -1},
        {"Transfer-Encoding: xchunked\r\n", PARSE_BAD, 0, 0},
        {"Transfer-Encoding: chunked, gzip\r\n", PARSE_BAD, 0, 0},
        {"Transfer-Encoding: identity\r\nContent-Length: 5\r\n", PARSE_DONE, HTTP_BODY_LENGTH, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char head[200];
        snprintf(head, sizeof head, "POST / HTTP/1.1\r\n%s\r\n", cases[i].fields);
        assert_int_equal(request(head), cases[i].parse);
        if (cases[i].parse != PARSE_DONE) {
            assert_int_equal(head_len, 0x5a5a); /* untouched */
            continue;
        }
        assert_int_equal(body.kind, cases[i].kind);
        assert_int_equal(r.request_body, cases[i].said);
    }
}

static void test_response(void **state)
{
    (void)state;
    static const struct {
        const char *head, *method;
        enum parse parse;
        int status;
        enum http_body_kind kind;
        int64_t said;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", "GET", PARSE_DONE, 200, HTTP_BODY_LENGTH,
         7},
        {"HTTP/1.1 200\nContent-Length: 0\n\n", "GET", PARSE_DONE, 200, HTTP_BODY_NONE, 0},
        {"HTTP/1.0  404  Not\r\n\r\n", NULL, PARSE_DONE, 404, HTTP_BODY_UNTIL_CLOSE, -1},
        {"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", "HEAD", PARSE_DONE, 200, HTTP_BODY_NONE,
         0},
        {"HTTP/1.1 204 No\r\n\r\n", "GET", PARSE_DONE, 204, HTTP_BODY_NONE, 0},
        {"HTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\n", "GET", PARSE_DONE, 304, HTTP_BODY_NONE, 0},
        {"HTTP/1.1 100 Continue\r\n\r\n", "POST", PARSE_DONE, 100, HTTP_BODY_NONE, 0},
        {"HTTP/1.1 200 Connected\r\n\r\n", "CONNECT", PARSE_DONE, 200, HTTP_BODY_NONE, 0},
        {"HTTP/1.1 403 No\r\n\r\n", "CONNECT", PARSE_DONE, 403, HTTP_BODY_UNTIL_CLOSE, -1},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", "GET",
         PARSE_DONE, 200, HTTP_BODY_CHUNKED, -1},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "GET", PARSE_DONE, 200,
         HTTP_BODY_UNTIL_CLOSE, -1},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", "GET", PARSE_BAD, 0,
         0, 0},
        {"HTTP/1.1 20 OK\r\n\r\n", "GET", PARSE_BAD, 0, 0, 0},
        {"HTTP/1.1 2000 OK\r\n\r\n", "GET", PARSE_BAD, 0, 0, 0},
        {"HTTP/1.1 099 OK\r\n\r\n", "GET", PARSE_BAD, 0, 0, 0},
        {"HTTP/2.0 200 OK\r\n\r\n", "GET", PARSE_BAD, 0, 0, 0},
        {"HTTP/1.1 200 OK\r\nServer: x\r\n", "GET", PARSE_MORE, 0, 0, 0},
        {"HTTP/1.", "GET", PARSE_MORE, 0, 0, 0},
        {"SSH-2.0-OpenSSH", "GET", PARSE_BAD, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(response(cases[i].head, cases[i].method), cases[i].parse);
        if (cases[i].parse != PARSE_DONE)
            continue;
        assert_int_equal(r.status, cases[i].status);
        assert_int_equal(body.kind, cases[i].kind);
        assert_int_equal(r.response_body, cases[i].said);
        assert_int_equal(head_len, strlen(cases[i].head));
    }
    assert_int_equal(
        response("HTTP/1.1 200 OK\r\nserver: nginx/1.2\r\nContent-type: text/html\r\n\r\n", "GET"),
        PARSE_DONE);
    assert_text(r.server, "nginx/1.2");
    assert_text(r.response_type, "text/html");
}

static void test_recognise(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        enum parse request, response;
    } cases[] = {
        {"", PARSE_MORE, PARSE_MORE},
        {"GET / HTTP/1.1", PARSE_DONE, PARSE_BAD},
        {"GET / HTTP/1.", PARSE_DONE, PARSE_BAD},
        {"GET / HTTP/1", PARSE_MORE, PARSE_BAD},
        {"GET /HTTP/1.1", PARSE_MORE, PARSE_BAD},
        {"GET /HTTP/1.1\r\n", PARSE_BAD, PARSE_BAD},
        {"GET HTTP/1.1\r\n", PARSE_BAD, PARSE_BAD},
        {"GET / HTTP/1.1\r\n", PARSE_DONE, PARSE_BAD},
        {"GET /a HTTP/0.9 HTTP/1.1\r\n", PARSE_DONE, PARSE_BAD},
        {"G", PARSE_MORE, PARSE_BAD},
        {"g", PARSE_BAD, PARSE_BAD},
        {"\r", PARSE_MORE, PARSE_MORE},
        {"\r\nBREW pot HTTP/1.0", PARSE_DONE, PARSE_BAD},
        {"M-SEARCH * HTTP/1.1\r\n", PARSE_DONE, PARSE_BAD},
        {"NICK somebody\r\nUSER", PARSE_BAD, PARSE_BAD},
        {"GET /\x01", PARSE_BAD, PARSE_BAD},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZ / HTTP/1.1", PARSE_BAD, PARSE_BAD},
        {"PRI * HTTP/2.0\r\n\r\n", PARSE_BAD, PARSE_BAD},
        {"HTTP/1.1 200", PARSE_BAD, PARSE_DONE},
        {"HTTP/1.1", PARSE_BAD, PARSE_MORE},
        {"HTTP/1.x", PARSE_BAD, PARSE_BAD},
        {"H", PARSE_MORE, PARSE_MORE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint8_t *bytes = (const uint8_t *)cases[i].bytes;
        size_t len = strlen(cases[i].bytes);
        assert_int_equal(http_recognise_request(bytes, len), cases[i].request);
        assert_int_equal(http_recognise_response(bytes, len), cases[i].response);
    }
}

/* Heads that go on and on: given up, not waited for. */
static void test_bounds(void **state)
{
    (void)state;
    static char head[3 * HTTP_HEAD_MAX];
    memset(head, 'a', sizeof head - 1);
    memcpy(head, "GET /", 5);
    head[HTTP_HEAD_MAX - 1] = '\0';
    assert_int_equal(request(head), PARSE_MORE);
    assert_int_equal(http_recognise_request((uint8_t *)head, strlen(head)), PARSE_MORE);
    head[HTTP_HEAD_MAX - 1] = 'a';
    assert_int_equal(request(head), PARSE_BAD);
    assert_int_equal(http_recognise_request((uint8_t *)head, strlen(head)), PARSE_BAD);

    for (int fields = HTTP_FIELDS_MAX; fields <= HTTP_FIELDS_MAX + 1; fields++) {
        size_t used = (size_t)snprintf(head, sizeof head, "GET / HTTP/1.1\r\n");
        for (int i = 0; i < fields; i++)
            used += (size_t)snprintf(head + used, sizeof head - used, "A: b\r\n");
        snprintf(head + used, sizeof head - used, "\r\n");
        assert_int_equal(request(head), fields == HTTP_FIELDS_MAX ? PARSE_DONE : PARSE_BAD);
    }
    memset(head, 'A', 2000);
    memcpy(head, "GET / HTTP/1.1\r\nHost: ", 22);
    memcpy(head + 2000, "\r\n\r\n", 5);
    assert_int_equal(request(head), PARSE_DONE);
    assert_int_equal(r.host.len, 255);
    assert_int_equal(r.host.at[254], 'a');
}

static const char chunked[] = "4\r\nWiki\r\n6;x=\"y\"\r\npedia \r\nE \nin \r\n\r\nchunks.\n"
                              "00\r\nTrailer: 1\r\n\r\nGET /";

/* Feeds a piece as a caller does; adds the data to `seen`. Returns how many bytes were used. */
static size_t chunks_feed(struct http_chunks *chunks, const char *bytes, size_t len, bool *done,
                          char *seen, size_t *have)
{
    size_t all = 0;
    bool bad = false;
    while (len && !*done) {
        const uint8_t *at;
        size_t data_len;
        size_t used =
            http_chunks_feed(chunks, (const uint8_t *)bytes, len, done, &bad, &at, &data_len);
        assert_false(bad);
        assert_true(used > 0 && *have + data_len < 64);
        if (data_len)
            memcpy(seen + *have, at, data_len);
        *have += data_len;
        all += used;
        bytes += used;
        len -= used;
    }
    return all;
}

/* Cut in two at every place, and fed byte by byte: always the same end and the same data. */
static void test_chunks(void **state)
{
    (void)state;
    static const char data[] = "Wikipedia in \r\n\r\nchunks.";
    size_t whole = sizeof chunked - 1 - 5;
    for (size_t cut = 0; cut <= sizeof chunked - 1; cut++) {
        struct http_chunks chunks = {0};
        bool done = false;
        char seen[64];
        size_t have = 0, used = chunks_feed(&chunks, chunked, cut, &done, seen, &have);
        used += chunks_feed(&chunks, chunked + used, sizeof chunked - 1 - used, &done, seen, &have);
        assert_true(done);
        assert_int_equal(used, whole);
        assert_int_equal(have, sizeof data - 1);
        assert_memory_equal(seen, data, have);
    }
    struct http_chunks chunks = {0};
    char seen[64];
    size_t have = 0;
    for (size_t i = 0; i < whole; i++) {
        bool done = false;
        assert_int_equal(chunks_feed(&chunks, chunked + i, 1, &done, seen, &have), 1);
        assert_int_equal(done, i == whole - 1);
    }
    assert_int_equal(have, sizeof data - 1);
    assert_memory_equal(seen, data, have);
}

static void test_chunks_bad(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "\r\n", "x\r\n", "-1\r\n", "4\r\nWikix", "4x\r\n", "ffffffffffffffffff\r\n", ";a\r\n",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct http_chunks chunks = {0};
        bool done, bad;
        const uint8_t *at;
        size_t len;
        http_chunks_feed(&chunks, (const uint8_t *)wrong[i], strlen(wrong[i]), &done, &bad, &at,
                         &len);
        assert_true(bad);
        assert_false(done);
    }
    /* a trailer without end */
    struct http_chunks chunks = {0};
    bool done = false, bad = false;
    const uint8_t *at;
    size_t len, lines = 0;
    http_chunks_feed(&chunks, (const uint8_t *)"0\r\n", 3, &done, &bad, &at, &len);
    for (; !bad && lines < 10000; lines++)
        http_chunks_feed(&chunks, (const uint8_t *)"a: b\r\n", 6, &done, &bad, &at, &len);
    assert_true(bad);
    assert_in_range(lines, 2700, 2800);
}

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    size_t *counts = context;
    enum parse parse = http_parse_request(bytes, len, host, &r, &head_len, &body);
    counts[parse]++;
    (void)http_recognise_request(bytes, len);
    (void)http_recognise_response(bytes, len);
    assert_int_equal(http_parse_response(bytes, len, text_of("GET"), &r, &head_len, &body),
                     len ? PARSE_BAD : PARSE_MORE);
    struct http_chunks chunks = {0};
    bool done, bad;
    const uint8_t *at;
    size_t data_len;
    http_chunks_feed(&chunks, bytes, len, &done, &bad, &at, &data_len);
}

static void test_guard(void **state)
{
    (void)state;
    size_t counts[3] = {0};
    guard_prefixes(browser, sizeof browser - 1, parse_prefix, counts);
    assert_int_equal(counts[PARSE_DONE], 1);
    assert_int_equal(counts[PARSE_MORE], sizeof browser - 1);
    assert_int_equal(counts[PARSE_BAD], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),         cmocka_unit_test(test_request_tolerant),
        cmocka_unit_test(test_request_framing), cmocka_unit_test(test_request_bad),
        cmocka_unit_test(test_response),        cmocka_unit_test(test_recognise),
        cmocka_unit_test(test_bounds),          cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_chunks_bad),      cmocka_unit_test(test_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
