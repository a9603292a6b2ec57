/* Streams through the application layer: first words that no parser takes, kept, bounded, told
 * once; what a proxy passes on; who speaks SSH and asks for a remote desktop. */
#include "app.h"
#include "make.h"
#include "wire/app.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

struct world {
    struct flows flows;
    struct buffers buffers;
    struct skips skips;
    struct app app;
    uint32_t index;
    uint32_t seq[2];
    unsigned told;
    const char *name;
    bool host_first;
    char out[TALK_KEPT + 1], in[TALK_KEPT + 1];
    unsigned http, tls;
    char server_name[TALK_KEPT + 1], user[TALK_KEPT + 1], print[TALK_KEPT + 1];
};

static void copy(char to[TALK_KEPT + 1], struct text from)
{
    assert_true(from.len <= TALK_KEPT);
    if (from.len)
        memcpy(to, from.at, from.len);
    to[from.len] = '\0';
}

static void on_record(void *context, const struct record *record)
{
    struct world *w = context;
    if (record->kind == RECORD_TLS)
        copy(w->server_name, record->tls->server_name);
    if (record->kind == RECORD_IDENTITY) {
        copy(w->user, record->identity->user);
        copy(w->print, record->identity->fingerprint);
    }
    w->http += record->kind == RECORD_HTTP;
    w->tls += record->kind == RECORD_TLS;
    if (record->kind != RECORD_TALK)
        return;
    w->told++;
    w->name = record->talk->app;
    w->host_first = record->talk->host_first;
    copy(w->out, record->talk->out);
    copy(w->in, record->talk->in);
}

static void on_taken(void *context, struct buffer_owner owner)
{
    (void)context;
    (void)owner;
    fail();
}

static void say_bytes(struct world *w, unsigned dir, uint8_t flags, const void *bytes, size_t len)
{
    struct frame f = {.time = {1000000},
                      .number = 1,
                      .source = address_v4(dir == OUT ? 0x0A000001 : 0xC6336401),
                      .target = address_v4(dir == OUT ? 0xC6336401 : 0x0A000001),
                      .source_port = {dir == OUT ? 40000 : 4444},
                      .target_port = {dir == OUT ? 4444 : 40000},
                      .protocol = PROTOCOL_TCP,
                      .tcp_flags = flags,
                      .seq = w->seq[dir],
                      .ack = w->seq[!dir]};
    f.payload = bytes;
    f.payload_len = f.payload_wire = (uint32_t)len;
    uint32_t hash;
    w->index = flows_find(&w->flows, &f, dir == OUT, &hash);
    if (w->index == 0)
        w->index = flows_add(&w->flows, &f, dir == OUT, hash);
    flow_count(&w->flows, w->index, &f, dir == OUT);
    tcp_segment(&w->flows, &w->buffers, &w->app.sink, w->index, dir, &f);
    w->seq[dir] += f.payload_len + ((flags & TCP_SYN) != 0);
}

static void say(struct world *w, unsigned dir, uint8_t flags, const char *words)
{
    say_bytes(w, dir, flags, words, strlen(words));
}

static void finish(struct world *w)
{
    tcp_finish(&w->flows, &w->buffers, &w->app.sink, w->index);
    app_finish(&w->app, w->index);
}

static int set_up(void **state)
{
    static struct world w;
    memset(&w, 0, sizeof w);
    flows_init(&w.flows, 1 << 16, (struct table_seed){1, 2});
    buffers_init(&w.buffers, 1 << 20, on_taken, &w);
    app_init(&w.app, &w.flows, &w.buffers, &w.skips, on_record, &w);
    w.seq[OUT] = 100;
    w.seq[IN] = 9000;
    say(&w, OUT, TCP_SYN, "");
    say(&w, IN, TCP_SYN | TCP_ACK, "");
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    table_free(&w->flows.table);
    buffers_free(&w->buffers);
    return 0;
}

static void both_sides(void **state)
{
    struct world *w = *state;
    say(w, IN, TCP_ACK, "hello, who is there");
    say(w, OUT, TCP_ACK, "PC|user|Windows 10|");
    say(w, OUT, TCP_ACK, "more");
    assert_int_equal(w->told, 0);
    finish(w);
    assert_int_equal(w->told, 1);
    assert_null(w->name);
    assert_false(w->host_first);
    assert_string_equal(w->out, "PC|user|Windows 10|more");
    assert_string_equal(w->in, "hello, who is there");
}

static void few_words_are_told_too(void **state)
{
    struct world *w = *state;
    say(w, OUT, TCP_ACK, "hi");
    say(w, IN, TCP_ACK, "ok");
    finish(w);
    assert_int_equal(w->told, 1);
    assert_true(w->host_first);
    assert_string_equal(w->out, "hi");
    assert_string_equal(w->in, "ok");
}

static void told_when_both_are_full(void **state)
{
    struct world *w = *state;
    char words[801];
    memset(words, 'a', 800);
    words[800] = '\0';
    for (int i = 0; i < 2; i++) {
        say(w, OUT, TCP_ACK, words);
        say(w, IN, TCP_ACK, words);
    }
    assert_int_equal(w->told, 1);
    assert_int_equal(strlen(w->out), TALK_KEPT);
    assert_int_equal(strlen(w->in), TALK_KEPT);
    say(w, OUT, TCP_ACK, words);
    finish(w);
    assert_int_equal(w->told, 1);
}

static void told_when_a_part_ends(void **state)
{
    struct world *w = *state;
    say(w, OUT, TCP_ACK, "NICK abc\r\nUSER a b c :d\r\n");
    say(w, IN, TCP_ACK, ":server 001 abc :welcome\r\n");
    app_part(&w->app, w->index);
    assert_int_equal(w->told, 1);
    assert_string_equal(w->name, "irc");
    say(w, OUT, TCP_ACK, "JOIN #c\r\n");
    app_part(&w->app, w->index);
    finish(w);
    assert_int_equal(w->told, 1);
}

static void known_protocols_are_not_told(void **state)
{
    struct world *w = *state;
    say(w, OUT, TCP_ACK, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
    say(w, IN, TCP_ACK, "HTTP/1.1 204 No Content\r\n\r\n");
    finish(w);
    assert_int_equal(w->told, 0);
}

static void greetings(void **state)
{
    struct world *w = *state;
    say(w, IN, TCP_ACK, "220-mail.example ESMTP ready\r\n220 go on\r\n");
    say(w, OUT, TCP_ACK, "EHLO pc\r\n");
    finish(w);
    assert_int_equal(w->told, 1);
    assert_string_equal(w->name, "smtp");
}

static void what_follows_a_gap_is_left_out(void **state)
{
    struct world *w = *state;
    say(w, OUT, TCP_ACK, "the beginning of something, ");
    w->seq[OUT] += 50; /* not captured, but acknowledged */
    say(w, OUT, TCP_ACK, "and its end");
    say(w, IN, TCP_ACK, "x");
    finish(w);
    assert_int_equal(w->told, 1);
    assert_string_equal(w->out, "the beginning of something, ");
}

/* A hello with this server name, or none, in one record. */
static void hello_make(struct make *m, const char *name)
{
    m->len = 0;
    make_bytes(m, "\x16\3\1", 3);
    size_t record = make_open(m, 2);
    make_number(m, 1, 1);
    size_t message = make_open(m, 3);
    make_number(m, 0x0303, 2);
    for (unsigned i = 0; i < 32; i++)
        make_number(m, i, 1);
    make_bytes(m, "\0\0\2\x13\1\1\0", 7);
    size_t extensions = make_open(m, 2);
    if (name) {
        make_number(m, 0, 2);
        size_t extension = make_open(m, 2), list = make_open(m, 2);
        make_number(m, 0, 1);
        size_t text = make_open(m, 2);
        make_string(m, name);
        make_close(m, text, 2);
        make_close(m, list, 2);
        make_close(m, extension, 2);
    }
    make_close(m, extensions, 2);
    make_close(m, message, 3);
    make_close(m, record, 2);
}

static const char to_proxy[] =
    "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n";
static const char from_proxy[] = "HTTP/1.1 200 Connection established\r\n\r\n";

static void tls_through_a_proxy(void **state)
{
    struct world *w = *state;
    static struct make hello;
    hello_make(&hello, "shop.example");
    say(w, OUT, TCP_ACK, to_proxy);
    say(w, IN, TCP_ACK, from_proxy);
    assert_int_equal(w->http, 1);
    say_bytes(w, OUT, TCP_ACK, hello.at, hello.len);
    say(w, IN, TCP_ACK, "\x15\3\3");
    finish(w);
    assert_int_equal(w->tls, 1);
    assert_string_equal(w->server_name, "shop.example");
    assert_int_equal(w->told, 0);
}

/* Nobody but the proxy would be blamed for a handshake without a name; what is no TLS has no first
 * words of its own. */
static void others_through_a_proxy(void **state)
{
    struct world *w = *state;
    static struct make hello;
    hello_make(&hello, NULL);
    say(w, OUT, TCP_ACK, to_proxy);
    say(w, IN, TCP_ACK, from_proxy);
    say_bytes(w, OUT, TCP_ACK, hello.at, hello.len);
    finish(w);
    assert_int_equal(w->tls, 0);
    assert_int_equal(w->http, 1);
}

static void words_through_a_proxy(void **state)
{
    struct world *w = *state;
    char answer[200];
    say(w, OUT, TCP_ACK, to_proxy);
    snprintf(answer, sizeof answer, "%s%s", from_proxy, "HTTP/1.1 200 again\r\n\r\n");
    say(w, IN, TCP_ACK, answer); /* the second one is not for us */
    say(w, OUT, TCP_ACK, "NICK abc\r\nUSER a b c :d\r\n");
    finish(w);
    assert_int_equal(w->http, 1);
    assert_int_equal(w->told, 0);
}

static void a_proxy_that_refuses(void **state)
{
    struct world *w = *state;
    say(w, OUT, TCP_ACK, to_proxy);
    say(w, IN, TCP_ACK, "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n");
    say(w, OUT, TCP_ACK, to_proxy);
    say(w, IN, TCP_ACK, from_proxy);
    finish(w);
    assert_int_equal(w->http, 2);
}

static void who_asks_for_a_desktop(void **state)
{
    struct world *w = *state;
    static const char ask[] =
        "\3\0\0\x2c\x27\xe0\0\0\0\0\0Cookie: mstshash=maria\r\n\1\0\x8\0\3\0\0\0";
    say_bytes(w, OUT, TCP_ACK, ask, sizeof ask - 1);
    assert_string_equal(w->user, "maria");
    finish(w);
}

static void who_speaks_ssh(void **state)
{
    struct world *w = *state;
    say(w, IN, TCP_ACK, "SSH-2.0-dropbear_2022.83\r\n");
    say(w, OUT, TCP_ACK, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
    finish(w);
    assert_string_equal(w->print, "SSH-2.0-OpenSSH_9.2p1 Debian-2");
    assert_int_equal(w->told, 0);
}

static void names_of_datagrams(void **state)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
    } cases[] = {
        {"snmp", "\x30\x0f\2\1\1\4\6public\xa0\2\5\0", 17},
        {"snmp", "\x30\x0d\2\1\3\x30\5\2\1\7\2\1\4\1", 15},
        {NULL, "\x30\x0f\2\1\2\4\6public\xa0\2\5\0", 17}, /* there is no version 2 */
        {NULL, "\x30\x10\2\1\1\4\6public\xa0\2\5\0", 17}, /* longer than the datagram */
        {"stun", "\0\1\0\0\x21\x12\xa4\x42", 8},
        {NULL, "", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *name = app_recognise_datagram((const uint8_t *)cases[i].bytes, cases[i].len);
        assert_true((name == NULL) == (cases[i].name == NULL));
        if (name)
            assert_string_equal(name, cases[i].name);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(both_sides),
        TEST(few_words_are_told_too),
        TEST(told_when_both_are_full),
        TEST(told_when_a_part_ends),
        TEST(known_protocols_are_not_told),
        TEST(greetings),
        TEST(what_follows_a_gap_is_left_out),
        TEST(tls_through_a_proxy),
        TEST(others_through_a_proxy),
        TEST(words_through_a_proxy),
        TEST(a_proxy_that_refuses),
        TEST(who_asks_for_a_desktop),
        TEST(who_speaks_ssh),
        TEST(names_of_datagrams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
