/* flow/fragments.c, and wire/frame.c's part in it: what fragments say, and the packet they make. */
#include "flow/fragments.h"
#include "guard.h"
#include "packet.h"
#include "wire/frame.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { BYTES = 1 << 20 };

struct world {
    struct fragments f;
    struct skips skips;
    struct frame frame; /* of the last whole packet */
    uint8_t packet[65536];
    int whole; /* packets that came whole */
};

static void world_new(struct world *w, size_t bytes)
{
    memset(w, 0, sizeof *w);
    fragments_init(&w->f, bytes, (struct table_seed){1, 2});
}

static void world_end(struct world *w)
{
    fragments_reset(&w->f, &w->skips);
    assert_int_equal(w->f.free, w->f.pieces);
    fragments_free(&w->f);
}

/* Byte i of packet `id`. */
static uint8_t content(uint32_t id, uint32_t i)
{
    return (uint8_t)(id * 31 + i * 7 + i / 256);
}

/* One fragment; `captured` of its `len` bytes are there. `flaw` is added to each byte. */
static bool give(struct world *w, uint32_t id, uint32_t offset, uint32_t len, uint32_t captured,
                 bool more, int64_t second, uint8_t flaw)
{
    static uint8_t bytes[65536];
    for (uint32_t i = 0; i < captured; i++)
        bytes[i] = (uint8_t)(content(id, offset + i) + flaw);
    struct frame frame = {.time = {second * SECOND_US},
                          .source = address_v4(0x0A000001),
                          .target = address_v4(0xC6336401),
                          .protocol = PROTOCOL_UDP,
                          .payload = bytes,
                          .payload_len = captured,
                          .payload_wire = len,
                          .ip_bytes = len + 20};
    struct fragment part = {.id = id, .offset = offset, .more = more};
    uint32_t whole = fragments_add(&w->f, &frame, &part, &w->skips);
    if (whole == 0)
        return false;
    w->whole++;
    assert_true(fragments_len(&w->f, whole) <= sizeof w->packet);
    fragments_take(&w->f, whole, w->packet, &frame);
    w->frame = frame;
    for (uint32_t i = 0; i < frame.payload_len; i++)
        assert_int_equal(w->packet[i], content(id, i));
    return true;
}

static bool add(struct world *w, uint32_t id, uint32_t offset, uint32_t len, bool more)
{
    return give(w, id, offset, len, len, more, 1000, 0);
}

static void joins_in_any_order(void **state)
{
    (void)state;
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static const uint32_t offset[3] = {0, 1480, 2960}, len[3] = {1480, 1480, 33};
    struct world w;
    world_new(&w, BYTES);
    for (uint32_t o = 0; o < 6; o++) {
        for (int i = 0; i < 3; i++) {
            int k = orders[o][i];
            assert_int_equal(add(&w, o, offset[k], len[k], k < 2), i == 2);
        }
        assert_int_equal(w.frame.payload_wire, 2993);
        assert_int_equal(w.frame.payload_len, 2993);
        assert_int_equal(w.frame.ip_bytes, 2993 + 60);
        assert_int_equal(w.frame.packets_more, 2);
        assert_int_equal(w.frame.protocol, PROTOCOL_UDP);
    }
    world_end(&w);
    for (int i = 0; i < SKIPS; i++)
        assert_int_equal(w.skips.count[i], 0);
}

/* The largest packet, of fragments longer than a piece, every second one first; two at a time. */
static void joins_the_largest(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, BYTES);
    for (uint32_t odd = 2; odd-- > 0;)
        for (uint32_t id = 1; id <= 2; id++)
            for (uint32_t at = odd * 4096; at < 65535; at += 8192) {
                uint32_t len = 65535 - at < 4096 ? 65535 - at : 4096;
                (void)add(&w, id, at, len, at + len < 65535);
            }
    assert_int_equal(w.whole, 2);
    assert_int_equal(w.frame.payload_len, 65535);
    world_end(&w);
    assert_int_equal(w.skips.count[SKIP_fragment], 0);
}

/* A capture at two places has every fragment twice. */
static void counts_repetitions(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, BYTES);
    for (int i = 0; i < 2; i++)
        assert_false(add(&w, 1, 0, 4000, true));
    for (int i = 0; i < 2; i++)
        assert_false(add(&w, 1, 8000, 8, false));
    assert_true(add(&w, 1, 4000, 4000, true));
    assert_int_equal(w.frame.packets_more, 4);
    assert_int_equal(w.frame.ip_bytes, 2 * 4020 + 2 * 28 + 4020);
    assert_int_equal(w.skips.count[SKIP_fragment_overlap], 0);
    world_end(&w);
}

static void drops_overlaps(void **state)
{
    (void)state;
    /* What comes behind (0, 1600, more) and (3200, 1600, more). */
    static const struct {
        uint32_t offset, len;
        bool more;
        uint8_t flaw;
    } cases[] = {{8, 800, true, 0},   {792, 1600, true, 0},  {1592, 16, true, 0},
                 {3192, 16, true, 0}, {1600, 1608, true, 0}, {0, 4800, true, 0},
                 {0, 1600, true, 1},  {3200, 1592, true, 0}, {1600, 100, false, 0},
                 {4792, 8, false, 0}, {3200, 1600, true, 9}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world w;
        world_new(&w, BYTES);
        assert_false(add(&w, 1, 0, 1600, true));
        assert_false(add(&w, 1, 3200, 1600, true));
        assert_false(give(&w, 1, cases[i].offset, cases[i].len, cases[i].len, cases[i].more, 1000,
                          cases[i].flaw));
        assert_int_equal(w.skips.count[SKIP_fragment_overlap], 3);
        /* nothing of it is taken any more */
        assert_false(add(&w, 1, 1600, 1600, true));
        assert_false(add(&w, 1, 4800, 8, false));
        assert_int_equal(w.skips.count[SKIP_fragment_overlap], 5);
        /* another packet is not touched by it, nor the same number after the time is over */
        assert_false(add(&w, 2, 0, 8, true));
        assert_true(add(&w, 2, 8, 8, false));
        assert_false(give(&w, 1, 0, 8, 8, true, 1000 + FRAGMENT_V4_SECONDS + 1, 0));
        assert_true(give(&w, 1, 8, 8, 8, false, 1000 + FRAGMENT_V4_SECONDS + 1, 0));
        world_end(&w);
        assert_int_equal(w.skips.count[SKIP_fragment], 0);
    }
}

static void drops_two_ends(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, BYTES);
    assert_false(add(&w, 1, 800, 8, false));
    assert_false(add(&w, 1, 1600, 8, false));
    assert_int_equal(w.skips.count[SKIP_fragment_overlap], 2);
    assert_false(add(&w, 2, 800, 8, false));
    assert_false(add(&w, 2, 808, 8, true)); /* behind the end */
    assert_int_equal(w.skips.count[SKIP_fragment_overlap], 4);
    world_end(&w);
}

static void refuses_what_cannot_be(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, BYTES);
    assert_false(add(&w, 1, 0, 100, true)); /* no multiple of 8 */
    assert_false(add(&w, 1, 0, 0, true));
    assert_false(add(&w, 1, 65528, 8, false)); /* one byte more than a packet can have */
    assert_int_equal(w.skips.count[SKIP_header_damaged], 3);
    assert_int_equal(w.f.table.used, 0);
    world_end(&w);
}

static void gives_up_in_time(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, BYTES);
    (void)give(&w, 1, 0, 8, 8, true, 1000, 0);
    (void)give(&w, 2, 0, 8, 8, true, 1000 + FRAGMENT_V4_SECONDS, 0);
    assert_int_equal(w.skips.count[SKIP_fragment], 0);
    assert_false(give(&w, 1, 8, 8, 8, false, 1001 + FRAGMENT_V4_SECONDS, 0)); /* too late */
    assert_int_equal(w.skips.count[SKIP_fragment], 1);
    assert_true(give(&w, 2, 8, 8, 8, false, 900, 0)); /* time that runs backwards gives up nobody */
    world_end(&w);
    assert_int_equal(w.skips.count[SKIP_fragment], 2);
}

static void forgets_the_oldest(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, 64 * 1536);
    uint32_t most = w.f.pieces, flood = 10 * most;
    for (uint32_t id = 0; id < flood; id++)
        (void)add(&w, id, 0, 1480, true);
    assert_true(w.f.table.used <= most);
    assert_int_equal(w.skips.count[SKIP_fragment_evicted], flood - w.f.table.used);
    assert_true(add(&w, flood - 1, 1480, 8, false)); /* the newest is still there */
    assert_false(add(&w, 0, 1480, 8, false));
    world_end(&w);
}

/* A packet that alone needs more than there is, and one of too many parts. */
static void bounds_one_packet(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, 1);
    for (uint32_t i = 0; i < 32; i++)
        (void)add(&w, 1, i * 2000, 2000, true); /* two pieces each */
    assert_int_equal(w.skips.count[SKIP_fragment_evicted], 0);
    (void)add(&w, 1, 64000, 8, true);
    assert_int_equal(w.skips.count[SKIP_fragment_evicted], 33);
    world_end(&w);
    world_new(&w, BYTES);
    for (uint32_t i = 0; i < FRAGMENT_PARTS_MAX; i++)
        assert_false(add(&w, 1, i * 8, 8, true));
    assert_false(add(&w, 1, FRAGMENT_PARTS_MAX * 8, 8, false));
    assert_int_equal(w.skips.count[SKIP_fragment_evicted], FRAGMENT_PARTS_MAX + 1);
    world_end(&w);
}

static void knows_bytes_before_a_hole(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, BYTES);
    (void)give(&w, 1, 1600, 1600, 1600, true, 1000, 0);
    (void)give(&w, 1, 0, 1600, 1580, true, 1000, 0);
    assert_true(give(&w, 1, 3200, 100, 100, false, 1000, 0));
    assert_int_equal(w.frame.payload_len, 1580);
    assert_int_equal(w.frame.payload_wire, 3300);
    world_end(&w);
}

/* ---- wire/frame.c */

static void tells_ipv4_fragments(void **state)
{
    (void)state;
    struct frame f;
    struct fragment part;
    struct bytes b = {.len = 0};
    bytes_ipv4(&b, PROTOCOL_UDP, 0xBEEF, 0x2000, 16);
    bytes_udp(&b, 100);
    bytes_count(&b, 0, 8);
    struct packet p = bytes_packet(&b, 101);
    assert_int_equal(frame_decode(&p, &f, &part), SKIP_fragment);
    assert_int_equal(part.id, 0xBEEF);
    assert_int_equal(part.offset, 0);
    assert_true(part.more);
    assert_int_equal(f.payload_wire, 16);
    assert_int_equal(f.payload_len, 16);
    assert_int_equal(f.ip_bytes, 36);
    assert_int_equal(f.protocol, PROTOCOL_UDP);
    b.len = 0;
    bytes_ipv4(&b, PROTOCOL_UDP, 0xBEEF, 0x1FFF, 3);
    bytes_add(&b, "abcd", 4); /* and padding */
    p = bytes_packet(&b, 101);
    assert_int_equal(frame_decode(&p, &f, &part), SKIP_fragment);
    assert_int_equal(part.offset, 0x1FFF * 8);
    assert_false(part.more);
    assert_int_equal(f.payload_len, 3);
    b.len = 0;
    bytes_ipv4(&b, PROTOCOL_UDP, 0xBEEF, 0x4000, 8); /* "do not fragment" */
    bytes_udp(&b, 0);
    p = bytes_packet(&b, 101);
    assert_int_equal(frame_decode(&p, &f, &part), SKIPS);
}

/* hop-by-hop, then the fragment header: next, reserved, offset and flag, id */
static void build_ipv6(struct bytes *b, unsigned next, unsigned offset, unsigned payload)
{
    b->len = 0;
    bytes_ipv6(b, 0, 16 + payload);
    bytes_hex(b, "2c 00 01 04 00 00 00 00");
    bytes_u8(b, next);
    bytes_u8(b, 0);
    bytes_u16(b, offset);
    bytes_u32(b, 0xCAFEBABE);
}

static void ipv6_prefix(const uint8_t *bytes, size_t len, void *context)
{
    struct frame f;
    struct fragment part;
    struct packet p = {.time = {1},
                       .number = 1,
                       .at = bytes,
                       .captured = (uint32_t)len,
                       .length = *(const uint32_t *)context,
                       .link = 229};
    enum skip skip = frame_decode(&p, &f, &part);
    assert_int_equal(skip, len < 56 ? SKIP_header_damaged : SKIP_fragment);
    if (skip == SKIP_fragment)
        assert_int_equal(f.payload_len, len - 56);
}

static void tells_ipv6_fragments(void **state)
{
    (void)state;
    struct frame f;
    struct fragment part;
    struct bytes b;
    build_ipv6(&b, PROTOCOL_UDP, 1, 16);
    bytes_udp(&b, 100);
    bytes_count(&b, 0, 8);
    struct packet p = bytes_packet(&b, 229);
    assert_int_equal(frame_decode(&p, &f, &part), SKIP_fragment);
    assert_int_equal(part.id, 0xCAFEBABE);
    assert_int_equal(part.offset, 0);
    assert_true(part.more);
    assert_int_equal(f.payload_len, 16);
    assert_int_equal(f.ip_bytes, 72);
    assert_int_equal(f.protocol, PROTOCOL_UDP);
    uint32_t length = (uint32_t)b.len;
    guard_prefixes(b.at, b.len, ipv6_prefix, &length);
    build_ipv6(&b, PROTOCOL_UDP, 0, 8); /* the whole packet: RFC 6946 */
    bytes_udp(&b, 0);
    p = bytes_packet(&b, 229);
    assert_int_equal(frame_decode(&p, &f, &part), SKIPS);
    assert_int_equal(f.target_port.number, 53);
}

/* Destination options belong to what is fragmented; they stand before the transport. */
static void decodes_the_whole(void **state)
{
    (void)state;
    struct bytes b = {.len = 0};
    bytes_hex(&b, "11 00 01 04 00 00 00 00");
    bytes_udp(&b, 4);
    bytes_add(&b, "abcd", 4);
    struct frame f = {.source = {0xfd00000000000000, 1},
                      .target = {0x20010db800000000, 1},
                      .protocol = 60,
                      .payload = b.at,
                      .payload_len = (uint32_t)b.len,
                      .payload_wire = (uint32_t)b.len};
    struct frame again = f, nested = f;
    assert_int_equal(frame_decode_whole(&f), SKIPS);
    assert_int_equal(f.protocol, PROTOCOL_UDP);
    assert_int_equal(f.source_port.number, 4000);
    assert_memory_equal(f.payload, "abcd", 4);
    again.payload_len = 15;
    assert_int_equal(frame_decode_whole(&again), SKIP_header_damaged);
    static const uint8_t inner[16] = {17, 0, 0, 1, 0, 0, 0, 9};
    nested.protocol = 44;
    nested.payload = inner;
    nested.payload_len = nested.payload_wire = sizeof inner;
    assert_int_equal(frame_decode_whole(&nested), SKIP_header_damaged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_in_any_order),   cmocka_unit_test(joins_the_largest),
        cmocka_unit_test(counts_repetitions),   cmocka_unit_test(drops_overlaps),
        cmocka_unit_test(drops_two_ends),       cmocka_unit_test(refuses_what_cannot_be),
        cmocka_unit_test(gives_up_in_time),     cmocka_unit_test(forgets_the_oldest),
        cmocka_unit_test(bounds_one_packet),    cmocka_unit_test(knows_bytes_before_a_hole),
        cmocka_unit_test(tells_ipv4_fragments), cmocka_unit_test(tells_ipv6_fragments),
        cmocka_unit_test(decodes_the_whole),
    };
    return cmocka_run_group_tests_name("fragments", tests, NULL, NULL);
}
