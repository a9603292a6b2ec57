#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "quic_talk.h"

static const struct quic_id choice = {1, 8, {0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08}};
static struct quic_talk talk;
static struct make hello, answer, frames, datagram;

static int set_up(void **state)
{
    (void)state;
    quic_talk_init(&talk);
    hello.len = answer.len = frames.len = datagram.len = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    quic_talk_end(&talk);
    quic_talk_free(&talk);
    return 0;
}

/* A client hello with a server name, ALPN h3 and `filler` bytes of padding (RFC 7685). */
static void hello_make(const char *name, size_t filler)
{
    make_number(&hello, 1, 1);
    size_t message = make_open(&hello, 3);
    make_number(&hello, 0x0303, 2);
    for (unsigned i = 0; i < 32; i++)
        make_number(&hello, i, 1);
    make_number(&hello, 0, 1);
    make_u16s(&hello, (const uint16_t[]){2, 0x1301}, 2);
    make_number(&hello, 0x0100, 2);
    size_t extensions = make_open(&hello, 2);
    make_number(&hello, 0, 2);
    size_t extension = make_open(&hello, 2), list = make_open(&hello, 2);
    make_number(&hello, 0, 1);
    size_t text = make_open(&hello, 2);
    make_string(&hello, name);
    make_close(&hello, text, 2);
    make_close(&hello, list, 2);
    make_close(&hello, extension, 2);
    make_bytes(&hello, "\0\x10\0\5\0\3\2h3", 9);
    make_bytes(&hello, "\0\x2b\0\3\2\3\4", 7);
    make_number(&hello, 21, 2);
    extension = make_open(&hello, 2);
    for (size_t i = 0; i < filler; i++)
        make_number(&hello, 0, 1);
    make_close(&hello, extension, 2);
    make_close(&hello, extensions, 2);
    make_close(&hello, message, 3);
}

static void answer_make(void)
{
    make_number(&answer, 2, 1);
    size_t message = make_open(&answer, 3);
    make_number(&answer, 0x0303, 2);
    for (unsigned i = 0; i < 32; i++)
        make_number(&answer, i, 1);
    make_bytes(&answer, "\0\x13\1\0\0\6\0\x2b\0\2\3\4", 12);
    make_close(&answer, message, 3);
}

/* Says the frames made so far in one Initial. */
static void say(unsigned dir, enum quic_side side, const struct quic_id *first,
                const struct quic_id *to, uint32_t number)
{
    datagram.len = 0;
    quic_seal(&datagram, first, side, to, number, &frames, side == QUIC_CLIENT ? 1160 : 20);
    frames.len = 0;
    quic_talk_say(&talk, dir, datagram.at, datagram.len);
}

static void say_hello(unsigned dir, const struct quic_id *id)
{
    quic_piece(&frames, &hello, 0, hello.len);
    say(dir, QUIC_CLIENT, id, id, 0);
}

static void assert_hex(const uint8_t *bytes, size_t len, const char *expected)
{
    char got[64];
    for (size_t i = 0; i < len; i++)
        snprintf(got + 2 * i, 3, "%02x", bytes[i]);
    assert_string_equal(got, expected);
}

/* The keys of RFC 9001 A.1. */
static void keys_of_the_rfc(void **state)
{
    struct quic_keys keys;
    (void)state;
    assert_true(quic_keys(&choice, QUIC_CLIENT, &keys));
    assert_hex(keys.key, 16, "1f369613dd76d5467730efcbe3b1a22d");
    assert_hex(keys.iv, 12, "fa044b2f42a3fd3b46fb255c");
    assert_hex(keys.head, 16, "9f50449e04a0e810283a1e9933adedd2");
    assert_true(quic_keys(&choice, QUIC_SERVER, &keys));
    assert_hex(keys.key, 16, "cf3a5331653c364c88f0f379b6067e37");
    assert_hex(keys.iv, 12, "0ac1493ca1905853b0bba03e");
    assert_hex(keys.head, 16, "c206b8d9b9f0f37644430b490eeaa314");
}

static void both_hellos(void **state)
{
    static const uint32_t versions[] = {1, 0x6b3343cf, 0xff00001d, 0xff00001b};
    (void)state;
    hello_make("Video.Example.ORG", 300);
    answer_make();
    for (unsigned i = 0; i < 4; i++) {
        struct quic_id id = choice, client = {versions[i], 3, {1, 2, 3}};
        id.version = versions[i];
        say_hello(OUT, &id);
        assert_int_equal(talk.told, 0);
        make_bytes(&frames, "\2\0\0\0\0", 5); /* an acknowledgement before it */
        quic_piece(&frames, &answer, 0, answer.len);
        say(IN, QUIC_SERVER, &id, &client, 0);
        assert_int_equal(talk.told, 1);
        assert_true(talk.tls.client && talk.tls.server);
        assert_string_equal(talk.name, "video.example.org");
        assert_string_equal(talk.alpn, "h3");
        assert_int_equal(talk.tls.version, 0x0304);
        assert_memory_equal(talk.tls.ja4, "q13d0104h3_", 11);
        assert_true(talk.tls.ja3[0] && talk.tls.ja3s[0]);
        assert_string_equal(flows_at(&talk.flows, talk.index)->app, "quic");
        quic_talk_end(&talk);
        assert_int_equal(talk.told, 1);
    }
}

/* A long hello in small pieces, backwards, over two packets, some of them twice. */
static void pieces_out_of_order(void **state)
{
    (void)state;
    hello_make("large.example", 1500);
    size_t half = hello.len / 2;
    for (size_t at = hello.len; at > half;) {
        size_t len = at - half < 100 ? at - half : 100;
        quic_piece(&frames, &hello, at - len, len);
        make_bytes(&frames, "\0\1\0", 3);
        at -= len;
    }
    say(OUT, QUIC_CLIENT, &choice, &choice, 1);
    quic_piece(&frames, &hello, 0, half / 2 + 9);
    quic_piece(&frames, &hello, half / 2, half - half / 2);
    say(OUT, QUIC_CLIENT, &choice, &choice, 0);
    quic_talk_end(&talk);
    assert_int_equal(talk.told, 1);
    assert_true(talk.tls.client && !talk.tls.server);
    assert_string_equal(talk.name, "large.example");
}

/* The second part goes to the number that the server chose: the keys stay. */
static void number_changes(void **state)
{
    const struct quic_id chosen = {1, 4, {9, 9, 9, 9}};
    (void)state;
    hello_make("parts.example", 100);
    quic_piece(&frames, &hello, 0, 50);
    say(OUT, QUIC_CLIENT, &choice, &choice, 0);
    quic_piece(&frames, &hello, 50, hello.len - 50);
    say(OUT, QUIC_CLIENT, &choice, &chosen, 1);
    quic_talk_end(&talk);
    assert_int_equal(talk.told, 1);
    assert_string_equal(talk.name, "parts.example");
}

/* After a Retry the keys follow from the number in it (RFC 9001 5.2). */
static void starts_over(void **state)
{
    const struct quic_id client = {1, 3, {1, 2, 3}}, again = {1, 5, {7, 7, 7, 7, 7}};
    const uint8_t retry[] = {0xf0, 0,   0, 0, 1, 3, 1, 2, 3, 5, 7, 7, 7, 7, 7, 't', 'o', 'k',
                             'e',  'n', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,   0,   0};
    (void)state;
    hello_make("again.example", 0);
    answer_make();
    say_hello(OUT, &choice);
    quic_talk_say(&talk, IN, retry, sizeof retry);
    say_hello(OUT, &again);
    quic_piece(&frames, &answer, 0, answer.len);
    say(IN, QUIC_SERVER, &again, &client, 0);
    assert_int_equal(talk.told, 1);
    assert_true(talk.tls.client && talk.tls.server);
    assert_string_equal(talk.name, "again.example");
}

static void the_outside_asks(void **state)
{
    (void)state;
    hello_make("home.example", 0);
    say_hello(IN, &choice);
    quic_talk_end(&talk);
    assert_int_equal(talk.told, 1);
    assert_string_equal(talk.name, "home.example");
}

/* What was changed on the way opens nothing, whichever byte it is. */
static void changed_on_the_way(void **state)
{
    (void)state;
    hello_make("video.example", 0);
    quic_piece(&frames, &hello, 0, hello.len);
    quic_seal(&datagram, &choice, QUIC_CLIENT, &choice, 0, &frames, 1160);
    for (size_t i = 0; i < datagram.len; i += i < 40 ? 1 : 61) {
        datagram.at[i] ^= 0x40;
        quic_talk_say(&talk, OUT, datagram.at, datagram.len);
        quic_talk_end(&talk);
        assert_int_equal(talk.told, 0);
        datagram.at[i] ^= 0x40;
    }
    for (size_t len = 0; len < datagram.len; len += 37) {
        quic_talk_say(&talk, OUT, datagram.at, len);
        quic_talk_end(&talk);
        assert_int_equal(talk.told, 0);
    }
}

/* Thousands of pieces and of datagrams cost what a few cost. */
static void floods_are_bounded(void **state)
{
    (void)state;
    hello_make("flood.example", 1500);
    for (uint32_t n = 0; n < 200; n++) {
        for (size_t at = 0; at < 200; at++)
            quic_piece(&frames, &hello, hello.len - 1 - (n * 200 + at) % 1000, 1);
        say(OUT, QUIC_CLIENT, &choice, &choice, n);
    }
    assert_int_equal(flows_at(&talk.flows, talk.index)->stream[OUT].state, STREAM_DONE);
    quic_talk_end(&talk);
    assert_int_equal(talk.told, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keys_of_the_rfc, set_up, tear_down),
        cmocka_unit_test_setup_teardown(both_hellos, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pieces_out_of_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(number_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(starts_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_outside_asks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changed_on_the_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(floods_are_bounded, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
