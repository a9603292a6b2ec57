/* source/pcapng.c */
#include "capture.h"
#include "guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void packet_is(const struct packet *p, int64_t us, uint8_t seed, uint32_t captured,
                      uint32_t length, uint16_t link)
{
    assert_int_equal(p->time.us, us);
    assert_int_equal(p->captured, captured);
    assert_int_equal(p->length, length);
    assert_int_equal(p->link, link);
    for (uint32_t i = 0; i < captured; i++)
        assert_int_equal(p->at[i], (uint8_t)(seed + i));
}

/* Reads the capture mapped and as a stream, which must agree. */
static struct taken taken_both(struct capture *c)
{
    struct taken t = taken_memory(c->buf.at, c->buf.len);
    struct taken s = taken_stream(c->buf.at, c->buf.len);
    assert_true(taken_same(&t, &s));
    taken_free(&s);
    return t;
}

static void reads_every_packet_block(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct capture c = {0};
        capture_section(&c, big);
        capture_interface(&c, 1, 64, -1, 0);
        capture_interface(&c, 101, 0, 9, 0);
        capture_other(&c, 0x0bad, 33);
        capture_enhanced(&c, 0, UINT64_C(1591213073123456), 1, 61, 1514);
        capture_enhanced(&c, 1, UINT64_C(1591213073123456789), 2, 3, 3);
        capture_old(&c, 1, UINT64_C(1591213073999999999), 3, 20, 40);
        capture_simple(&c, 4, 10, 10);
        capture_simple(&c, 5, 64, 1000);
        capture_other(&c, 5, 4);
        struct taken t = taken_both(&c);
        assert_string_equal(t.damage, "");
        assert_int_equal(t.len, 5);
        packet_is(&t.packet[0], INT64_C(1591213073123456), 1, 61, 1514, 1);
        packet_is(&t.packet[1], INT64_C(1591213073123456), 2, 3, 3, 101);
        packet_is(&t.packet[2], INT64_C(1591213073999999), 3, 20, 40, 101);
        packet_is(&t.packet[3], 0, 4, 10, 10, 1);
        packet_is(&t.packet[4], 0, 5, 64, 1000, 1);
        taken_free(&t);
        capture_free(&c);
    }
}

static void reads_resolutions(void **state)
{
    (void)state;
    static const struct {
        int resolution;
        int64_t offset;
        uint64_t ticks;
        int64_t us;
    } times[] = {
        {-1, 0, 1234567, 1234567},
        {0, 0, 1600000000, INT64_C(1600000000000000)},
        {3, 0, UINT64_C(1600000000123), INT64_C(1600000000123000)},
        {6, 1600000000, 5, INT64_C(1600000000000005)},
        {6, -10, UINT64_C(1600000000000005), INT64_C(1599999990000005)},
        {9, 0, UINT64_C(1600000000123456789), INT64_C(1600000000123456)},
        {12, 0, UINT64_C(9999999), 9},
        {127, 0, UINT64_MAX, 0},
        {0x80 | 0, 0, 1600000000, INT64_C(1600000000000000)},
        {0x80 | 1, 0, 3, 1500000},
        {0x80 | 20, 0, (UINT64_C(1600000000) << 20) + (1 << 19), INT64_C(1600000000500000)},
        {0x80 | 32, 0, (UINT64_C(1600000000) << 32) + (UINT64_C(1) << 30),
         INT64_C(1600000000250000)},
        {0x80 | 60, 0, (UINT64_C(3) << 60) + (UINT64_C(1) << 57), 3125000},
        {0x80 | 64, 0, UINT64_C(1) << 63, 500000},
        {0x80 | 127, 0, UINT64_MAX, 0},
        /* What does not fit is held at a far time, without overflow. */
        {0, 0, UINT64_MAX, INT64_C(1) << 60},
        {0x80 | 0, 0, UINT64_MAX, INT64_C(1) << 60},
        {6, INT64_MAX, 1, ((INT64_C(1) << 60) / SECOND_US) * SECOND_US + 1},
        {6, INT64_MIN, 1, -((INT64_C(1) << 60) / SECOND_US) * SECOND_US + 1},
    };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct capture c = {0};
        capture_section(&c, i & 1);
        capture_interface(&c, 1, 0, times[i].resolution, times[i].offset);
        capture_enhanced(&c, 0, times[i].ticks, 0, 1, 1);
        struct taken t = taken_both(&c);
        assert_int_equal(t.len, 1);
        if (t.packet[0].time.us != times[i].us)
            fail_msg("time %zu: %lld, not %lld", i, (long long)t.packet[0].time.us,
                     (long long)times[i].us);
        taken_free(&t);
        capture_free(&c);
    }
}

static void reads_sections(void **state)
{
    (void)state;
    struct capture c = {0};
    for (int i = 0; i < 4; i++) {
        capture_section(&c, i & 1);
        capture_interface(&c, (uint16_t)(100 + i), 0, i & 2 ? 9 : 3, 0);
        capture_enhanced(&c, 0, 1000000000, (uint8_t)i, 9, 9);
        capture_enhanced(&c, 1, 1000, 0, 9, 9); /* the section before had no such one either */
    }
    struct taken t = taken_both(&c);
    assert_int_equal(t.len, 4);
    assert_int_equal(t.skips.count[SKIP_block_damaged], 4);
    for (int i = 0; i < 4; i++)
        packet_is(&t.packet[i], i & 2 ? SECOND_US : 1000000 * SECOND_US, (uint8_t)i, 9, 9,
                  (uint16_t)(100 + i));
    taken_free(&t);
    capture_free(&c);
}

static void poke(struct capture *c, size_t at, uint32_t n)
{
    struct capture number = {.big = c->big};
    capture_u32(&number, n);
    memcpy(c->buf.at + at, number.buf.at, 4);
    capture_free(&number);
}

/* A section, an interface, three packets; ret: where each block starts, and the end. */
static struct capture three(bool big, size_t ret[6])
{
    struct capture c = {0};
    ret[0] = 0;
    capture_section(&c, big);
    ret[1] = c.buf.len;
    capture_interface(&c, 1, 0, -1, 0);
    for (uint32_t i = 0; i < 3; i++) {
        ret[2 + i] = c.buf.len;
        capture_enhanced(&c, 0, i, (uint8_t)i, 40, 40);
    }
    ret[5] = c.buf.len;
    return c;
}

static void steps_over_damage(void **state)
{
    (void)state;
    /* Word `word` of block `block` (negative: from its end) is set to `value`. */
    static const struct {
        int block, word;
        uint32_t value;
        size_t packets;
        bool stops;
    } damages[] = {
        {3, 5, 1000, 2, false},       /* captured: more than the block */
        {3, 5, 0xffffffff, 2, false}, /* captured: absurd */
        {3, 2, 1, 2, false},          /* no such interface */
        {3, -1, 12, 2, false},        /* the length behind; the next block is sound */
        {4, -1, 0, 3, false},         /* the same, and the file ends there: all in step */
        {3, 1, 7, 1, true},           /* a length that is too small */
        {3, 1, 70, 1, true},          /* one that is no multiple of 4 */
        {3, 1, 12, 1, true},          /* possible, but nothing sound stands there */
        {3, 1, 76, 1, true},          /* the same, longer */
        {2, 1, 0, 0, true},
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        for (int big = 0; big < 2; big++) {
            size_t block[6];
            struct capture c = three(big, block);
            int b = damages[i].block, word = damages[i].word;
            size_t at = word < 0 ? block[b + 1] - 4 * (size_t)-word : block[b] + 4 * (size_t)word;
            poke(&c, at, damages[i].value);
            struct taken t = taken_both(&c);
            size_t packets = damages[i].packets;
            if (damages[i].word == -1 && b == 3)
                packets++; /* the block's own packet is believed */
            if (t.len != packets || t.skips.count[SKIP_block_damaged] != 1)
                fail_msg("damage %zu: %zu packets, '%s'", i, t.len, t.damage);
            assert_int_equal(t.skips.count[SKIP_cut_file], 0);
            char where[32];
            (void)snprintf(where, sizeof where, "byte %zu: ", block[b]);
            assert_int_equal(strncmp(t.damage, where, strlen(where)), 0);
            assert_int_equal(strstr(t.damage, "not read") != NULL, damages[i].stops);
            taken_free(&t);
            capture_free(&c);
        }
    }
}

static void damaged_interface_keeps_its_place(void **state)
{
    (void)state;
    struct capture c = {0};
    capture_section(&c, true);
    capture_begin(&c, 1); /* too short for an interface */
    capture_u16(&c, 1);
    capture_end(&c);
    capture_interface(&c, 101, 0, -1, 0);
    capture_enhanced(&c, 0, 5, 5, 5, 5);
    capture_enhanced(&c, 1, 6, 6, 6, 6);
    struct taken t = taken_both(&c);
    assert_int_equal(t.len, 1);
    packet_is(&t.packet[0], 6, 6, 6, 6, 101);
    assert_int_equal(t.skips.count[SKIP_block_damaged], 2);
    taken_free(&t);
    capture_free(&c);
}

static void bounds_interfaces(void **state)
{
    (void)state;
    struct capture c = {0};
    capture_section(&c, false);
    for (int i = 0; i < 16384 + 3; i++)
        capture_interface(&c, 1, 0, -1, 0);
    capture_enhanced(&c, 16383, 1, 1, 1, 1);
    capture_enhanced(&c, 16384, 1, 1, 1, 1);
    struct taken t = taken_both(&c);
    assert_int_equal(t.len, 1);
    assert_int_equal(t.skips.count[SKIP_block_damaged], 4);
    taken_free(&t);
    capture_free(&c);
}

static void steps_over_large_blocks(void **state)
{
    (void)state;
    struct capture c = {0};
    capture_section(&c, false);
    capture_interface(&c, 1, 0, -1, 0);
    capture_enhanced(&c, 0, 1, 1, 100, 100);
    capture_other(&c, 0x40000bad, 5 * 1024 * 1024);
    capture_enhanced(&c, 0, 2, 2, 100, 100);
    capture_enhanced(&c, 0, 3, 3, 600 * 1024, 600 * 1024); /* larger than any packet */
    capture_enhanced(&c, 0, 4, 4, CAPTURED_MAX, CAPTURED_MAX);
    capture_enhanced(&c, 0, 5, 5, CAPTURED_MAX + 1, CAPTURED_MAX + 1);
    capture_enhanced(&c, 0, 6, 6, 100, 100);
    struct taken t = taken_both(&c);
    assert_int_equal(t.len, 4);
    packet_is(&t.packet[2], 4, 4, CAPTURED_MAX, CAPTURED_MAX, 1);
    packet_is(&t.packet[3], 6, 6, 100, 100, 1);
    assert_int_equal(t.skips.count[SKIP_block_damaged], 2);
    taken_free(&t);
    /* Cut inside the block that nobody reads. */
    t = taken_memory(c.buf.at, 1024 * 1024);
    struct taken s = taken_stream(c.buf.at, 1024 * 1024);
    assert_int_equal(t.len, 1);
    assert_int_equal(t.skips.count[SKIP_cut_file], 1);
    assert_true(taken_same(&t, &s));
    taken_free(&t);
    taken_free(&s);
    capture_free(&c);
}

static void reads_many(void **state)
{
    (void)state;
    struct capture c = {0};
    capture_section(&c, false);
    capture_interface(&c, 1, 0, -1, 0);
    for (uint32_t i = 0; i < 5000; i++)
        capture_enhanced(&c, 0, i, (uint8_t)i, i % 1500, 1600);
    struct taken t = taken_both(&c);
    assert_int_equal(t.len, 5000);
    for (uint32_t i = 0; i < 5000; i++)
        packet_is(&t.packet[i], i, (uint8_t)i, i % 1500, 1600, 1);
    assert_string_equal(t.damage, "");
    taken_free(&t);
    capture_free(&c);
}

static void prefix_check(const uint8_t *bytes, size_t len, void *context)
{
    const size_t *block = context;
    bool at_border = false;
    size_t packets = 0;
    for (int i = 0; i < 6; i++) {
        at_border |= len == block[i];
        packets += i >= 3 && len >= block[i];
    }
    struct taken t = taken_memory(bytes, len);
    struct taken s = taken_stream(bytes, len);
    assert_int_equal(t.opened, len >= 14);
    assert_int_equal(t.len, packets);
    assert_int_equal(t.skips.count[SKIP_cut_file], t.opened && !at_border);
    assert_int_equal(t.skips.count[SKIP_block_damaged], 0);
    assert_true(taken_same(&t, &s));
    taken_free(&t);
    taken_free(&s);
}

static void cut_at_every_byte(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        size_t block[6];
        struct capture c = three(big, block);
        guard_prefixes(c.buf.at, c.buf.len, prefix_check, block);
        capture_free(&c);
    }
}

static void refuses_unknown_version(void **state)
{
    (void)state;
    struct capture c = {0};
    struct err err = {""};
    struct input in;
    capture_section(&c, true);
    c.buf.at[13] = 2;
    input_memory(&in, c.buf.at, c.buf.len);
    assert_null(source_pcapng.open(&source_pcapng, &in, "x.pcapng", &err));
    assert_string_equal(err.text, "x.pcapng: pcapng of version 2 is not known");
    capture_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_packet_block),
        cmocka_unit_test(reads_resolutions),
        cmocka_unit_test(reads_sections),
        cmocka_unit_test(steps_over_damage),
        cmocka_unit_test(damaged_interface_keeps_its_place),
        cmocka_unit_test(bounds_interfaces),
        cmocka_unit_test(steps_over_large_blocks),
        cmocka_unit_test(reads_many),
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(refuses_unknown_version),
    };
    return cmocka_run_group_tests_name("source_pcapng", tests, NULL, NULL);
}
