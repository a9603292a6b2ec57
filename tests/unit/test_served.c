/* HTTP that a host at home serves, segment by segment: a request's body and the start of its answer
 * meet in one record however the segments fall, and a website's backdoor becomes a sighting of its
 * own beside the host's pair. The program text here only prints. */
#include "shard.h"

#include "base/err.h"
#include "conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#define ZLIB_CONST
#include <zlib.h>

enum { BYTES = 8 << 20, CLIENT = 0, SERVER = 1 };

struct talk {
    struct shard *shard;
    uint64_t packets;
    uint16_t client_port;
    uint32_t seq[2];
};

static void segment(struct talk *t, unsigned side, unsigned flags, const char *bytes, size_t len)
{
    struct frame frame = {
        .time = {INT64_C(1709600400) * SECOND_US + (int64_t)t->packets * 20000},
        .number = ++t->packets,
        .payload = (const uint8_t *)bytes,
        .payload_len = (uint32_t)len,
        .payload_wire = (uint32_t)len,
        .ip_bytes = (uint32_t)len + 40,
        .source = address_v4(side == CLIENT ? 0xcb007109 : 0x0a000050),
        .target = address_v4(side == CLIENT ? 0x0a000050 : 0xcb007109),
        .source_port = {side == CLIENT ? t->client_port : 80},
        .target_port = {side == CLIENT ? 80 : t->client_port},
        .seq = t->seq[side],
        .ack = t->seq[!side],
        .protocol = PROTOCOL_TCP,
        .tcp_flags = (uint8_t)(flags | (t->packets > 1 ? TCP_ACK : 0)),
        .home = side == CLIENT ? FRAME_TARGET_HOME : FRAME_SOURCE_HOME,
    };
    t->seq[side] += (uint32_t)len + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
    shard_frame(t->shard, &frame, side == SERVER);
}

static void opens(struct talk *t)
{
    t->client_port++;
    segment(t, CLIENT, TCP_SYN, "", 0);
    segment(t, SERVER, TCP_SYN, "", 0);
    segment(t, CLIENT, 0, "", 0);
}

static void closes(struct talk *t)
{
    segment(t, CLIENT, TCP_FIN, "", 0);
    segment(t, SERVER, TCP_FIN, "", 0);
}

/* In pieces of at most `most` bytes. */
static void says(struct talk *t, unsigned side, const char *bytes, size_t most)
{
    for (size_t left = strlen(bytes), n; left; bytes += n, left -= n) {
        n = left < most ? left : most;
        segment(t, side, TCP_PSH, bytes, n);
    }
}

#define ASK                                                                                        \
    "POST /img/a.php HTTP/1.1\r\nHost: www.site.example\r\nContent-Type: "                         \
    "application/x-www-form-urlencoded\r\nContent-Length: 44\r\n\r\n"                              \
    "x=@eval(echo(\"->|\");echo(1);echo(\"|<-\");die)"
#define PAGE "GET /index.php HTTP/1.1\r\nHost: www.site.example\r\n\r\n"
#define PLAIN                                                                                      \
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n->|a\tb\tcd|<-"
#define CHUNKED                                                                                    \
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: "                            \
    "chunked\r\n\r\n6\r\n->|a\tb\r\n6\r\n\tcd|<-\r\n0\r\n\r\n"
#define OTHER "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<p>hi</p>"

static struct shard *shard_made(void)
{
    static struct conf conf;
    conf_default(&conf);
    return shard_new(BYTES, (struct table_seed){.a = 1, .b = 2}, &conf, NULL);
}

static unsigned implants(struct shard *shard, const struct sighting **ret)
{
    size_t len;
    unsigned n = 0;
    const struct sighting *sighting = shard_sightings(shard, &len);
    for (size_t i = 0; i < len; i++) {
        if (!text_is(sighting[i].kind, "implant"))
            continue;
        *ret = &sighting[i];
        n++;
    }
    return n;
}

/* Whatever the pieces, the same site, tool and grade. */
static void meets_however_it_is_cut(void **state)
{
    (void)state;
    static const char *const answers[] = {PLAIN, CHUNKED};
    static const size_t pieces[] = {1, 7, 64, 150, 1400};
    for (size_t a = 0; a < 2; a++)
        for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
            struct talk t = {.shard = shard_made(), .client_port = 40000};
            const struct sighting *implant = NULL;
            for (unsigned i = 0; i < 3; i++) {
                opens(&t);
                says(&t, CLIENT, ASK, pieces[p]);
                says(&t, SERVER, answers[a], pieces[p]);
                closes(&t);
            }
            shard_finish(t.shard);
            assert_int_equal(implants(t.shard, &implant), 1);
            assert_true(text_is(implant->site, "www.site.example/img/a.php"));
            assert_true(text_is(implant->grade, "confirmed"));
            assert_int_equal(shard_counts(t.shard)->http, 3);
            shard_free(t.shard);
        }
}

/* Several requests ahead of their answers, in one connection: each meets its own. */
static void keeps_their_order(void **state)
{
    (void)state;
    struct talk t = {.shard = shard_made(), .client_port = 40000};
    const struct sighting *implant = NULL;
    opens(&t);
    says(&t, CLIENT, PAGE ASK PAGE ASK, 1400);
    says(&t, SERVER, OTHER PLAIN OTHER CHUNKED, 33);
    closes(&t);
    shard_finish(t.shard);
    assert_int_equal(shard_counts(t.shard)->http, 4);
    assert_int_equal(implants(t.shard, &implant), 1);
    assert_true(text_is(implant->site, "www.site.example/img/a.php"));
    shard_free(t.shard);
}

/* The answer's body is lost, cut off or never comes: the exchange is told all the same, once. */
static void tells_what_it_has(void **state)
{
    (void)state;
    static const char half[] =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\n->|a";
    for (unsigned end = 0; end < 3; end++) {
        struct talk t = {.shard = shard_made(), .client_port = 40000};
        opens(&t);
        says(&t, CLIENT, ASK, 1400);
        says(&t, SERVER, half, 1400);
        if (end == 0)
            closes(&t);
        if (end == 1) { /* segments that were not captured, then more of the conversation */
            t.seq[SERVER] += 896;
            says(&t, CLIENT, ASK, 1400);
            says(&t, SERVER, PLAIN, 1400);
            closes(&t);
        }
        shard_finish(t.shard);
        assert_int_equal(shard_counts(t.shard)->http, end == 1 ? 2 : 1);
        shard_free(t.shard);
    }
}

/* Who asked says what only a server says (found by fuzzing: it ended the program). */
static void survives_an_answer_from_the_asker(void **state)
{
    (void)state;
    for (unsigned gap = 0; gap < 2; gap++) {
        struct talk t = {.shard = shard_made(), .client_port = 40000};
        opens(&t);
        says(&t, CLIENT, PAGE, 1400);
        t.seq[CLIENT] += gap ? 500 : 0;
        says(&t, CLIENT, PLAIN, 1400);
        says(&t, SERVER, PLAIN, 1400);
        closes(&t);
        shard_finish(t.shard);
        assert_int_equal(shard_counts(t.shard)->http, 1);
        shard_free(t.shard);
    }
}

/* A page that nobody commands is no implant. */
static void leaves_pages_alone(void **state)
{
    (void)state;
    struct talk t = {.shard = shard_made(), .client_port = 40000};
    const struct sighting *implant = NULL;
    for (unsigned i = 0; i < 5; i++) {
        opens(&t);
        says(&t, CLIENT, PAGE, 1400);
        says(&t, SERVER, OTHER, 1400);
        closes(&t);
    }
    shard_finish(t.shard);
    assert_int_equal(implants(t.shard, &implant), 0);
    assert_int_equal(shard_counts(t.shard)->http, 5);
    shard_free(t.shard);
}

/* A changed page, compressed on its way to two visitors: one finding, of no controller. */
static void opens_what_is_compressed(void **state)
{
    (void)state;
    static const char page[] = "<html><head><title>Hacked by nobody</title></head><p>greetz</html>";
    uint8_t packed[256];
    char answer[512];
    z_stream z = {.next_in = (const Bytef *)page, .avail_in = sizeof page - 1};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = packed;
    z.avail_out = sizeof packed;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t body = sizeof packed - z.avail_out;
    (void)deflateEnd(&z);
    int head = snprintf(answer, sizeof answer,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        body);
    memcpy(answer + head, packed, body);
    struct talk t = {.shard = shard_made(), .client_port = 40000};
    const struct sighting *implant = NULL;
    for (unsigned i = 0; i < 2; i++) {
        opens(&t);
        says(&t, CLIENT, PAGE, 1400);
        segment(&t, SERVER, TCP_PSH, answer, 90);
        segment(&t, SERVER, TCP_PSH, answer + 90, (size_t)head + body - 90);
        closes(&t);
    }
    shard_finish(t.shard);
    assert_int_equal(implants(t.shard, &implant), 1);
    assert_true(text_is(implant->site, "www.site.example/index.php"));
    assert_true(text_is(implant->family, "injected page"));
    assert_true(text_is(implant->grade, "probable"));
    assert_false(address_known(implant->controller));
    shard_free(t.shard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meets_however_it_is_cut),
        cmocka_unit_test(keeps_their_order),
        cmocka_unit_test(tells_what_it_has),
        cmocka_unit_test(survives_an_answer_from_the_asker),
        cmocka_unit_test(leaves_pages_alone),
        cmocka_unit_test(opens_what_is_compressed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
