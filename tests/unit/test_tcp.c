/* Reassembly: order, overlap, retransmission and gaps told apart, over the flow table. */
#include "flow/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

struct world {
    struct flows flows;
    struct buffers buffers;
    struct tcp_sink sink;
    char got[256]; /* bytes handed on; a gap of n bytes as <n> */
};

static void on_data(void *context, uint32_t flow, unsigned dir, const uint8_t *bytes, size_t len)
{
    struct world *w = context;
    size_t used = strlen(w->got);
    (void)flow;
    (void)dir;
    assert_true(used + len < sizeof w->got);
    memcpy(w->got + used, bytes, len);
    w->got[used + len] = '\0';
}

static void on_gap(void *context, uint32_t flow, unsigned dir, uint32_t len)
{
    struct world *w = context;
    size_t used = strlen(w->got);
    (void)flow;
    (void)dir;
    (void)snprintf(w->got + used, sizeof w->got - used, "<%u>", len);
}

static void on_taken(void *context, struct buffer_owner owner)
{
    (void)context;
    (void)owner;
    fail();
}

static struct frame frame_of(uint32_t seq, uint8_t flags, const char *payload)
{
    struct frame f = {.time = {1000000},
                      .number = 1,
                      .source = address_v4(0x0A000001),
                      .target = address_v4(0xC6336401),
                      .source_port = {40000},
                      .target_port = {443},
                      .protocol = PROTOCOL_TCP,
                      .tcp_flags = flags,
                      .seq = seq};
    f.payload = (const uint8_t *)payload;
    f.payload_len = f.payload_wire = (uint32_t)strlen(payload);
    return f;
}

static void send(struct world *w, uint32_t seq, uint8_t flags, const char *payload)
{
    struct frame f = frame_of(seq, flags, payload);
    uint32_t hash, index = flows_find(&w->flows, &f, true, &hash);
    if (index == 0)
        index = flows_add(&w->flows, &f, true, hash);
    flow_count(&w->flows, index, &f, true);
    tcp_segment(&w->flows, &w->buffers, &w->sink, index, OUT, &f);
}

/* The other side's acknowledgement. */
static void acknowledge(struct world *w, uint32_t ack)
{
    struct frame f = frame_of(0, TCP_ACK, "");
    uint32_t hash, index = flows_find(&w->flows, &f, true, &hash);
    f.ack = ack;
    tcp_segment(&w->flows, &w->buffers, &w->sink, index, IN, &f);
}

static void finish(struct world *w)
{
    tcp_finish(&w->flows, &w->buffers, &w->sink, table_each(&w->flows.table, 0));
}

static int set_up(void **state)
{
    static struct world w;
    memset(&w, 0, sizeof w);
    flows_init(&w.flows, 1 << 16, (struct table_seed){1, 2});
    buffers_init(&w.buffers, 1 << 20, on_taken, &w);
    w.sink = (struct tcp_sink){.context = &w, .data = on_data, .gap = on_gap};
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

static void in_order(void **state)
{
    struct world *w = *state;
    send(w, 99, TCP_SYN, "");
    send(w, 100, TCP_ACK, "abc");
    send(w, 103, TCP_ACK, "def");
    assert_string_equal(w->got, "abcdef");
}

static void out_of_order(void **state)
{
    struct world *w = *state;
    send(w, 99, TCP_SYN, "");
    send(w, 106, TCP_ACK, "ghi");
    send(w, 103, TCP_ACK, "def");
    assert_string_equal(w->got, "");
    send(w, 100, TCP_ACK, "abc");
    assert_string_equal(w->got, "abcdefghi");
}

static void retransmission_and_overlap(void **state)
{
    struct world *w = *state;
    send(w, 99, TCP_SYN, "");
    send(w, 100, TCP_ACK, "abcd");
    send(w, 100, TCP_ACK, "abcd");
    send(w, 102, TCP_ACK, "XXef"); /* what came first stays */
    assert_string_equal(w->got, "abcdef");
}

static void sequence_wraps(void **state)
{
    struct world *w = *state;
    send(w, 0xFFFFFFFD, TCP_SYN, "");
    send(w, 1, TCP_ACK, "def");
    send(w, 0xFFFFFFFE, TCP_ACK, "abc");
    assert_string_equal(w->got, "abcdef");
}

static void hole_acknowledged(void **state)
{
    struct world *w = *state;
    send(w, 99, TCP_SYN, "");
    for (uint32_t i = 0; i < TCP_PATIENCE; i++)
        send(w, 105 + i, TCP_ACK, "x");
    assert_string_equal(w->got, "");
    acknowledge(w, 105 + TCP_PATIENCE);
    assert_string_equal(w->got, "<5>xxxx");
}

static void hole_at_the_end(void **state)
{
    struct world *w = *state;
    send(w, 99, TCP_SYN, "");
    send(w, 103, TCP_ACK, "b");
    send(w, 110, TCP_ACK, "c");
    finish(w);
    assert_string_equal(w->got, "<3>b<6>c");
}

static void too_much_waits(void **state)
{
    struct world *w = *state;
    send(w, 99, TCP_SYN, "");
    for (uint32_t i = 0; i <= TCP_WAITING; i++)
        send(w, 101 + i, TCP_ACK, "y");
    assert_int_equal(strncmp(w->got, "<1>yyy", 6), 0);
    assert_int_equal(strlen(w->got), 3 + TCP_WAITING + 1);
}

static void cut_by_snap_length(void **state)
{
    struct world *w = *state;
    send(w, 99, TCP_SYN, "");
    struct frame f = frame_of(100, TCP_ACK, "abcdef");
    f.payload_len = 4;
    uint32_t hash, index = flows_find(&w->flows, &f, true, &hash);
    tcp_segment(&w->flows, &w->buffers, &w->sink, index, OUT, &f);
    send(w, 106, TCP_ACK, "g");
    assert_string_equal(w->got, "abcd<2>g");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(in_order),       TEST(out_of_order),       TEST(retransmission_and_overlap),
        TEST(sequence_wraps), TEST(hole_acknowledged),  TEST(hole_at_the_end),
        TEST(too_much_waits), TEST(cut_by_snap_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
