/* The first words of conversations that no parser takes: kept, bounded, told once. */
#include "app.h"

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

static void say(struct world *w, unsigned dir, uint8_t flags, const char *words)
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
    f.payload = (const uint8_t *)words;
    f.payload_len = f.payload_wire = (uint32_t)strlen(words);
    uint32_t hash;
    w->index = flows_find(&w->flows, &f, dir == OUT, &hash);
    if (w->index == 0)
        w->index = flows_add(&w->flows, &f, dir == OUT, hash);
    flow_count(&w->flows, w->index, &f, dir == OUT);
    tcp_segment(&w->flows, &w->buffers, &w->app.sink, w->index, dir, &f);
    w->seq[dir] += f.payload_len + ((flags & TCP_SYN) != 0);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
