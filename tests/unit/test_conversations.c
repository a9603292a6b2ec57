/* Conversations out of one-way pieces (conversations.c). */
#include "base/err.h"
#include "base/mem.h"
#include "source/conversations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define DAY UINT32_C(1709596800) /* 2024-03-05 */
enum { BYTES = 1 << 20, KEPT = 64 };
enum { S = TCP_SYN, A = TCP_ACK, P = TCP_PSH, F = TCP_FIN, R = TCP_RST };

/* A piece of the conversation 10.0.0.5:50000 -> 203.0.113.9:443; times in ms behind DAY + 10 h. */
static struct piece piece_of(bool out, int64_t first_ms, int64_t last_ms, uint64_t packets,
                             uint64_t bytes, unsigned flags)
{
    struct address inside = address_v4(0x0a000005), outside = address_v4(0xcb007109);
    int64_t from_us = ((int64_t)DAY + 36000) * SECOND_US;
    return (struct piece){
        .source = out ? inside : outside,
        .target = out ? outside : inside,
        .source_port = {out ? 50000 : 443},
        .target_port = {out ? 443 : 50000},
        .protocol = PROTOCOL_TCP,
        .tcp_flags = (uint8_t)flags,
        .flags_known = true,
        .first = {from_us + first_ms * 1000},
        .last = {from_us + last_ms * 1000},
        .packets = packets,
        .bytes = bytes,
        .observer = 1 << OBSERVER_SIDE_BITS,
        .heard = {from_us + last_ms * 1000},
    };
}

struct taken {
    struct conversations c;
    struct block *block;
};

static void start(struct taken *t)
{
    conversations_init(&t->c, BYTES, (struct table_seed){1, 2});
    t->block = mem_new(1, sizeof *t->block);
}

static void add(struct taken *t, const struct piece *p)
{
    conversations_add(&t->c, p);
}

static unsigned finish(struct taken *t)
{
    conversations_end(&t->c);
    assert_true(conversations_take(&t->c, t->block));
    return t->block->records;
}

static const struct flow_record *flow(const struct taken *t, unsigned i)
{
    assert_true(i < t->block->records);
    assert_int_equal(t->block->record[i].kind, RECORD_FLOW);
    return t->block->record[i].flow;
}

static void stop(struct taken *t)
{
    conversations_free(&t->c);
    block_free_bytes(t->block);
    mem_free(t->block);
}

static void pairs_two_directions(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        struct taken t;
        start(&t);
        struct piece out = piece_of(true, 0, 900, 10, 1500, S | A | P | F);
        struct piece in = piece_of(false, 20, 950, 8, 9000, S | A | P | F);
        add(&t, order ? &in : &out);
        add(&t, order ? &out : &in);
        assert_int_equal(finish(&t), 1);
        const struct flow_record *f = flow(&t, 0);
        const struct ends *e = &t.block->record[0].ends;
        assert_int_equal(e->host_port.number, 50000);
        assert_int_equal(e->outside.low & 0xffffffff, 0xcb007109);
        assert_int_equal(f->packets_out, 10);
        assert_int_equal(f->bytes_in, 9000);
        assert_int_equal(f->last.us - f->first.us, 950000);
        assert_true(f->begun && f->established && f->answered && !f->refused && !f->cut);
        assert_string_equal(f->history, "SDFhdf");
        assert_int_equal(t.c.repeated, 0);
        stop(&t);
    }
}

/* Three hours of one download, told each minute: one conversation whose parts are no calls. */
static void joins_what_the_time_out_cut(void **state)
{
    (void)state;
    struct taken t;
    start(&t);
    for (int minute = 0; minute < 180; minute++) {
        unsigned flags = A | P | (minute == 0 ? S : 0);
        struct piece out =
            piece_of(true, minute * 60000, minute * 60000 + 59990, 600, 30000, flags);
        struct piece in =
            piece_of(false, minute * 60000 + 9, minute * 60000 + 59995, 1200, 1700000, flags);
        add(&t, &out);
        add(&t, &in);
    }
    unsigned records = finish(&t), whole = 0;
    uint64_t bytes = 0;
    for (unsigned i = 0; i < records; i++) {
        whole += !flow(&t, i)->cut;
        bytes += flow(&t, i)->bytes_in;
        assert_true(flow(&t, i)->answered);
        assert_int_equal(t.block->record[i].ends.host_port.number, 50000);
    }
    assert_int_equal(whole, 1);
    assert_int_equal(bytes, UINT64_C(180) * 1700000);
    assert_in_range(records, 3, 4);
    stop(&t);
}

/* Some tell the flags of the whole conversation with each piece of it. */
static void flags_said_again_begin_nothing(void **state)
{
    (void)state;
    struct taken t;
    start(&t);
    for (int minute = 0; minute < 30; minute++) {
        struct piece out =
            piece_of(true, minute * 60000, minute * 60000 + 59990, 600, 30000, S | A | P);
        add(&t, &out);
    }
    assert_int_equal(finish(&t), 1);
    stop(&t);
}

/* New connections from the same port are calls of their own; a pause within one is not. */
static void tells_connections_apart(void **state)
{
    (void)state;
    static const struct {
        unsigned first, second;
        int64_t pause_ms;
        bool udp;
        unsigned conversations;
    } row[] = {
        {S | A | P | F, S | A | P | F, 90000, false, 2},
        {S | A | P, A | P, 90000, false, 1},
        {S | A | P, A | P, 901000, false, 2},
        {S, S, 3000, false, 1},
        {S, S, 61000, false, 2},
        {S | A | P, S | A | P, 2500, false, 2},
        {0, 0, 59000, true, 1},
        {0, 0, 61000, true, 2},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        for (int late = 0; late < 2; late++) {
            struct taken t;
            start(&t);
            struct piece a = piece_of(true, 0, 1000, 5, 900, row[i].first);
            struct piece b = piece_of(true, 1000 + row[i].pause_ms, 2000 + row[i].pause_ms, 5, 900,
                                      row[i].second);
            a.protocol = b.protocol = row[i].udp ? PROTOCOL_UDP : PROTOCOL_TCP;
            add(&t, late ? &b : &a);
            add(&t, late ? &a : &b);
            assert_int_equal(finish(&t), row[i].conversations);
            stop(&t);
        }
}

static void counts_once_what_two_saw(void **state)
{
    (void)state;
    static const struct {
        uint32_t observer; /* of the second piece */
        int64_t first_ms, last_ms;
        uint64_t packets, counted, repeated;
    } row[] = {
        {2 << OBSERVER_SIDE_BITS, 3, 1003, 10, 10, 1},        /* another exporter */
        {2 << OBSERVER_SIDE_BITS, 3, 1003, 9, 10, 1},         /* which missed one */
        {1 << OBSERVER_SIDE_BITS | 1, 0, 1000, 10, 10, 1},    /* the same one, going out */
        {2 << OBSERVER_SIDE_BITS, 20000, 21000, 7, 17, 1},    /* the way changed */
        {1 << OBSERVER_SIDE_BITS, 1500, 2000, 10, 20, 0},     /* the next piece */
        {2 << OBSERVER_SIDE_BITS, 120000, 121000, 10, 10, 1}, /* a clock that is wrong */
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct taken t;
        start(&t);
        struct piece a = piece_of(true, 0, 1000, 10, 1000, S | A | P);
        struct piece b = piece_of(true, row[i].first_ms, row[i].last_ms, row[i].packets,
                                  row[i].packets * 100, A | P);
        b.observer = row[i].observer;
        add(&t, &a);
        add(&t, &b);
        b.observer = 9 << OBSERVER_SIDE_BITS; /* a third adds nothing */
        if (row[i].repeated)
            add(&t, &b);
        assert_int_equal(finish(&t), 1);
        assert_int_equal(t.c.repeated, row[i].repeated * 2);
        assert_int_equal(flow(&t, 0)->packets_out, row[i].counted);
        assert_int_equal(flow(&t, 0)->bytes_out, row[i].counted * 100);
        stop(&t);
    }
}

static void scales_what_was_sampled(void **state)
{
    (void)state;
    struct taken t;
    start(&t);
    struct piece out = piece_of(true, 0, 900, 3, 300, S);
    assert_int_equal(conversations_lacking(&t.c), 0);
    out.sampling = 100;
    add(&t, &out);
    assert_int_equal(finish(&t), 1);
    assert_int_equal(flow(&t, 0)->packets_out, 300);
    assert_int_equal(flow(&t, 0)->bytes_out, 30000);
    assert_false(flow(&t, 0)->begun);
    assert_int_equal(conversations_lacking(&t.c), LACK_BIT(calls) | LACK_BIT(answers));
    stop(&t);
}

static void tells_who_opened(void **state)
{
    (void)state;
    static const struct {
        uint8_t protocol;
        uint16_t port_a, port_b;
        int64_t a_ms, b_ms; /* -1: nothing was seen of that direction */
        unsigned flags_a, flags_b;
        bool known, a_opened;
    } row[] = {
        {6, 50000, 443, 0, 5, S | A | P, S | A | P, true, true},
        {6, 443, 50000, 5, 0, S | A | P, S | A | P, true, false},
        {6, 80, 50000, 0, 5, S | A | P, S | A | P, true, true}, /* the time, not the port */
        {6, 50000, 443, 0, 0, S | A | P, S | A | P, true, true},
        {6, 443, 50000, 0, 5, A | P, A | P, true, false}, /* the beginning was missed */
        {6, 443, 50000, 0, 5, 0, 0, false, false},
        {6, 443, 50000, 0, -1, S, 0, true, true},
        {6, 443, 50000, 0, -1, S | A, 0, true, false},
        {17, 50000, 53, 0, 5, 0, 0, false, true},
        {17, 53, 50000, 0, 5, 0, 0, false, false}, /* the question was missed */
        {17, 50001, 50000, 5, 0, 0, 0, false, false},
        {17, 123, 123, 0, 5, 0, 0, false, true},
        {17, 50000, 53, 0, 0, 0, 0, false, true},
        {17, 53, 50000, 0, -1, 0, 0, false, false},
        {1, 0, 0x0800, 5, 0, 0, 0, false, true},
        {1, 0, 0x0000, 5, 9, 0, 0, false, true},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        for (int order = 0; order < 2; order++) {
            struct taken t;
            start(&t);
            struct piece a = piece_of(true, row[i].a_ms, row[i].a_ms + 100, 5, 900, row[i].flags_a);
            struct piece b =
                piece_of(false, row[i].b_ms, row[i].b_ms + 100, 5, 900, row[i].flags_b);
            a.protocol = b.protocol = row[i].protocol;
            a.flags_known = b.flags_known = row[i].known;
            a.source_port.number = row[i].port_a;
            a.target_port.number = row[i].port_b;
            b.source_port.number = row[i].protocol == 1 ? 0 : row[i].port_b;
            b.target_port.number = row[i].port_a;
            if (order && row[i].b_ms >= 0)
                add(&t, &b);
            add(&t, &a);
            if (!order && row[i].b_ms >= 0)
                add(&t, &b);
            assert_int_equal(finish(&t), 1);
            bool a_opened = address_same(t.block->record[0].ends.host, a.source);
            if (a_opened != row[i].a_opened)
                fail_msg("row %zu", i);
            stop(&t);
        }
}

static void takes_both_ways_at_once(void **state)
{
    (void)state;
    struct taken t;
    start(&t);
    struct piece p = piece_of(false, 0, 900, 4, 400, S | A | P); /* 443 called, whatever it looks */
    p.two_way = p.opener_known = true;
    p.packets_back = 6;
    p.bytes_back = 600;
    p.tcp_flags_back = S | A;
    add(&t, &p);
    assert_int_equal(finish(&t), 1);
    assert_int_equal(t.block->record[0].ends.host_port.number, 443);
    assert_int_equal(flow(&t, 0)->packets_in, 6);
    assert_true(flow(&t, 0)->established);
    stop(&t);
}

static void hears_a_refusal(void **state)
{
    (void)state;
    struct taken t;
    start(&t);
    struct piece out = piece_of(true, 0, 0, 1, 60, S), in = piece_of(false, 1, 1, 1, 40, R | A);
    add(&t, &out);
    add(&t, &in);
    assert_int_equal(finish(&t), 1);
    const struct flow_record *f = flow(&t, 0);
    assert_true(f->begun && f->refused && !f->answered && !f->established);
    stop(&t);
}

/* Comes out when the pause is long enough that nothing can follow, and at midnight. */
static void comes_out_in_time(void **state)
{
    (void)state;
    struct taken t;
    start(&t);
    struct piece a = piece_of(true, 0, 1000, 5, 900, 0);
    a.protocol = PROTOCOL_UDP;
    add(&t, &a);
    conversations_pass(&t.c, (struct instant){a.heard.us + 170 * SECOND_US});
    assert_true(conversations_take(&t.c, t.block) && t.block->records == 0);
    conversations_pass(&t.c, (struct instant){a.heard.us + 190 * SECOND_US});
    assert_true(conversations_take(&t.c, t.block) && t.block->records == 1);
    int64_t midnight_ms = (24 - 10) * INT64_C(3600000);
    a = piece_of(true, midnight_ms - 60000, midnight_ms - 100, 5, 900, S | A | P);
    add(&t, &a);
    a = piece_of(true, midnight_ms - 90, midnight_ms + 50000, 5, 900, A | P);
    add(&t, &a);
    assert_true(conversations_take(&t.c, t.block) && t.block->records == 2);
    assert_false(flow(&t, 1)->cut);
    assert_int_equal(finish(&t), 3);
    assert_true(flow(&t, 2)->cut);
    stop(&t);
}

/* Another source goes on: what was seen comes out, and what follows is no new call. */
static void goes_on_after_a_cut(void **state)
{
    (void)state;
    struct taken t;
    start(&t);
    struct piece a = piece_of(true, 0, 1000, 5, 900, S | A | P);
    add(&t, &a);
    conversations_cut(&t.c);
    assert_true(conversations_take(&t.c, t.block) && t.block->records == 1);
    assert_true(flow(&t, 0)->begun && !flow(&t, 0)->cut);
    a = piece_of(true, 1500, 2000, 3, 700, A | P);
    add(&t, &a);
    conversations_cut(&t.c); /* twice, of which the second has nothing to say */
    assert_true(conversations_take(&t.c, t.block));
    conversations_cut(&t.c);
    assert_true(conversations_take(&t.c, t.block));
    assert_int_equal(finish(&t), 2);
    assert_true(flow(&t, 1)->cut);
    assert_int_equal(flow(&t, 1)->packets_out, 3);
    stop(&t);
}

/* After a silence everything is over: it comes out by and by, so that what waits stays small. */
static void comes_out_by_and_by(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    struct conversations c;
    conversations_init(&c, 16 << 20, (struct table_seed){1, 2});
    struct piece p = piece_of(true, 0, 0, 1, 60, S);
    for (unsigned i = 0; i < MANY; i++) {
        p.source = address_v4(0x0a000000u + i);
        conversations_add(&c, &p);
    }
    conversations_pass(&c, (struct instant){p.heard.us + 7200 * SECOND_US});
    assert_in_range(c.ready_len, 1, MANY / 2);
    for (unsigned i = 0; i < 10; i++)
        conversations_pass(&c, (struct instant){p.heard.us + 7200 * SECOND_US});
    assert_int_equal(c.ready_len, MANY);
    assert_int_equal(c.table.used, 0);
    conversations_free(&c);
}

/* Far more than fit: bounded, nothing lost, the oldest first. */
static void gives_up_the_oldest(void **state)
{
    (void)state;
    enum { MANY = 50000 };
    struct taken t;
    start(&t);
    uint64_t packets = 0, records = 0;
    for (int i = 0; i < MANY; i++) {
        struct piece p = piece_of(true, i, i, 1, 60, S);
        p.source = address_v4(0x0a000000u + (uint32_t)i);
        add(&t, &p);
    }
    conversations_pass(&t.c, t.c.now);
    assert_true(t.c.evicted > 0 && t.c.evicted + t.c.table.used == MANY);
    conversations_end(&t.c);
    bool over = false;
    while (!over) {
        t.block->records = 0;
        arena_reset(&t.block->arena);
        over = conversations_take(&t.c, t.block);
        if (records == 0)
            assert_int_equal(t.block->record[0].ends.host.low & 0xffffff, 0);
        for (unsigned i = 0; i < t.block->records; i++)
            packets += t.block->record[i].flow->packets_out;
        records += t.block->records;
    }
    assert_int_equal(records, MANY);
    assert_int_equal(packets, MANY);
    stop(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_two_directions),
        cmocka_unit_test(joins_what_the_time_out_cut),
        cmocka_unit_test(flags_said_again_begin_nothing),
        cmocka_unit_test(tells_connections_apart),
        cmocka_unit_test(counts_once_what_two_saw),
        cmocka_unit_test(scales_what_was_sampled),
        cmocka_unit_test(tells_who_opened),
        cmocka_unit_test(takes_both_ways_at_once),
        cmocka_unit_test(hears_a_refusal),
        cmocka_unit_test(comes_out_in_time),
        cmocka_unit_test(goes_on_after_a_cut),
        cmocka_unit_test(comes_out_by_and_by),
        cmocka_unit_test(gives_up_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
