/* wire/frame.c and wire/link.c: every link type, tag and label, whole and cut at every byte. */
#include "guard.h"
#include "packet.h"
#include "wire/frame.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum inner { NOTHING, IPV4, IPV6 };

#define MAC_A "02 00 00 00 00 0a"
#define MAC_B "02 00 00 00 00 0b"
#define MACS MAC_B " " MAC_A /* to B, from A */
#define A UINT64_C(0x02000000000a)
#define B UINT64_C(0x02000000000b)
#define SNAP "aa aa 03 00 00 00"

/* A header of a link, and what stands behind it. */
static const struct link_case {
    uint16_t link;
    const char *header;
    enum inner inner;
    enum skip skip;
    uint64_t source, target; /* MACs */
} cases[] = {
    {1, MACS " 08 00", IPV4, SKIPS, A, B},
    {1, MACS " 86 dd", IPV6, SKIPS, A, B},
    {1, MACS " 08 06", IPV4, SKIP_not_ip, 0, 0},
    {1, MACS " 81 00 00 05 08 00", IPV4, SKIPS, A, B},
    {1, MACS " 88 a8 00 05 81 00 00 06 86 dd", IPV6, SKIPS, A, B},
    {1, MACS " 91 00 00 05 81 00 00 06 08 00", IPV4, SKIPS, A, B},
    {1, MACS " 88 47 00 01 00 ff 00 02 01 ff", IPV4, SKIPS, A, B},
    {1, MACS " 88 48 00 02 01 ff", IPV6, SKIPS, A, B},
    {1, MACS " 88 47 00 02 01 ff 00 00 00 00", IPV4, SKIP_not_ip, 0, 0}, /* a pseudowire */
    {1, MACS " 81 00 00 05 88 64 11 00 00 01 00 2c 00 21", IPV4, SKIPS, A, B},
    {1, MACS " 88 64 11 00 00 01 00 2c 57", IPV6, SKIPS, A, B},
    {1, MACS " 88 64 11 00 00 01 00 2c c0 21", IPV4, SKIP_not_ip, 0, 0}, /* LCP */
    {1, MACS " 88 64 11 09 00 01 00 2c 00 21", IPV4, SKIP_not_ip, 0, 0}, /* discovery */
    {1, MACS " 88 64 11 00 00 01 00 2c 02 81 00 02 01 ff", IPV4, SKIPS, A, B},
    {1, MACS " 00 30 " SNAP " 08 00", IPV4, SKIPS, A, B},
    {1, MACS " 00 30 42 42 03 00 00 00 00 00", IPV4, SKIP_not_ip, 0, 0}, /* spanning tree */
    {1, MACS " 00 30 ff ff 00 30 00 00 00 00", IPV4, SKIP_not_ip, 0, 0}, /* Novell */
    {0, "02 00 00 00", IPV4, SKIPS, 0, 0},
    {0, "00 00 00 02", IPV4, SKIPS, 0, 0},
    {0, "1e 00 00 00", IPV6, SKIPS, 0, 0},
    {0, "00 00 00 18", IPV6, SKIPS, 0, 0},
    {0, "07 00 00 00", IPV4, SKIP_not_ip, 0, 0},
    {108, "00 00 00 02", IPV4, SKIPS, 0, 0},
    {108, "00 00 00 1c", IPV6, SKIPS, 0, 0},
    {109, "02 00 00 00 12 34 56 78 00 00 00 00", IPV4, SKIPS, 0, 0},
    {9, "00 21", IPV4, SKIPS, 0, 0},
    {9, "21", IPV4, SKIPS, 0, 0},
    {9, "ff 03 00 57", IPV6, SKIPS, 0, 0},
    {9, "ff 03 c0 21", IPV4, SKIP_not_ip, 0, 0},
    {50, "ff 03 21", IPV4, SKIPS, 0, 0},
    {50, "0f 00 08 00", IPV4, SKIPS, 0, 0}, /* Cisco's framing */
    {50, "8f 00 86 dd", IPV6, SKIPS, 0, 0},
    {51, "11 00 00 01 00 2c 00 21", IPV4, SKIPS, 0, 0},
    {166, "01 03 00 21", IPV4, SKIPS, 0, 0},
    {166, "00 57", IPV6, SKIPS, 0, 0},
    {204, "01 ff 03 00 21", IPV4, SKIPS, 0, 0},
    {104, "0f 00 08 00", IPV4, SKIPS, 0, 0},
    {104, "8f 00 80 35", IPV4, SKIP_not_ip, 0, 0}, /* SLARP */
    {205, "00 0f 00 88 47 00 02 01 ff", IPV4, SKIPS, 0, 0},
    {101, "", IPV4, SKIPS, 0, 0},
    {101, "", IPV6, SKIPS, 0, 0},
    {101, "10", IPV4, SKIP_not_ip, 0, 0},
    {228, "", IPV4, SKIPS, 0, 0},
    {228, "", IPV6, SKIP_header_damaged, 0, 0},
    {229, "", IPV6, SKIPS, 0, 0},
    {100, SNAP " 08 00", IPV4, SKIPS, 0, 0},
    {100, "06 06 03", IPV4, SKIPS, 0, 0},
    {107, "04 41 03 cc", IPV4, SKIPS, 0, 0},
    {107, "04 40 41 03 00 8e", IPV6, SKIPS, 0, 0}, /* three bytes of address, padding */
    {107, "04 41 03 00 80 00 00 00 08 00", IPV4, SKIPS, 0, 0},
    {107, "04 41 08 00", IPV4, SKIPS, 0, 0}, /* Cisco */
    {107, "04 41 03 b1", IPV4, SKIP_not_ip, 0, 0},
    {206, "00 04 41 86 dd", IPV6, SKIPS, 0, 0},
    {113, "00 00 00 01 00 06 " MAC_A " 00 00 08 00", IPV4, SKIPS, A, 0},
    {113, "00 04 03 04 00 00 00 00 00 00 00 00 00 00 86 dd", IPV6, SKIPS, 0, 0},
    {113, "00 00 00 01 00 06 " MAC_A " 00 00 81 00 00 05 08 00", IPV4, SKIPS, A, 0},
    {113, "00 00 00 01 00 06 " MAC_A " 00 00 00 04 " SNAP " 08 00", IPV4, SKIPS, A, 0},
    {113, "00 04 03 38 00 00 00 00 00 00 00 00 00 00 08 00", IPV4, SKIP_not_ip, 0, 0},
    {276, "08 00 00 00 00 00 00 02 00 01 00 06 " MAC_A " 00 00", IPV4, SKIPS, A, 0},
    {276, "86 dd 00 00 00 00 00 02 03 04 04 00 00 00 00 00 00 00 00 00", IPV6, SKIPS, 0, 0},
    {276, "08 00 00 00 00 00 00 02 03 38 04 00 00 00 00 00 00 00 00 00", IPV4, SKIP_not_ip, 0, 0},
    {117, "05 02 00 00 00 00 00 00", IPV4, SKIPS, 0, 0},
    {117, "01 02 00 00", IPV4, SKIP_header_damaged, 0, 0},
    {122, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 " SNAP " 08 00", IPV4, SKIPS, 0, 0},
    {138, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 86 dd", IPV6, SKIPS, 0, 0},
    {226, "01 1a 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", IPV6, SKIPS, 0,
     0},
    {239, "02 00 00 00 08 00 01 00 08 00 01 03 05 00 0a 00 65 00 00 00 30 00 09 00", IPV4, SKIPS, 0,
     0},
    {239, "02 00 00 00 03 00 01 00", IPV4, SKIP_header_damaged, 0, 0},
    {242,
     "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
     "00 00 00 00 00 00 00 00 00 00 08 00 00 00",
     IPV4, SKIPS, 0, 0},
    {281, MACS " 00 00 00 05 08 00", IPV4, SKIPS, A, B},
    {282, "00 00 00 05 " MACS " 08 00", IPV4, SKIPS, A, B},
    {284, MACS " 40 00 00 05 86 dd", IPV6, SKIPS, A, B},
    {285, MACS " da da 00 00 40 00 00 05 81 00 00 05 08 00", IPV4, SKIPS, A, B},
    /* 802.11: to the access point, from it, between two, QoS with HT control, padded */
    {105, "08 01 00 00 02 00 00 00 00 0c " MAC_A " " MAC_B " 10 00 " SNAP " 08 00", IPV4, SKIPS, A,
     B},
    {105, "08 02 00 00 " MAC_B " 02 00 00 00 00 0c " MAC_A " 10 00 " SNAP " 86 dd", IPV6, SKIPS, A,
     B},
    {105,
     "88 83 00 00 02 00 00 00 00 0c 02 00 00 00 00 0d " MAC_B " 10 00 " MAC_A
     " 00 00 00 00 00 00 " SNAP " 08 00",
     IPV4, SKIPS, A, B},
    {105, "08 41 00 00 " MAC_B " " MAC_A " " MAC_B " 10 00 11 22 33 44 55 66", IPV4, SKIP_wireless,
     0, 0},
    {105, "08 05 00 00 " MAC_B " " MAC_A " " MAC_B " 10 00 " SNAP " 08 00", IPV4, SKIP_wireless, 0,
     0},
    {105, "08 01 00 00 " MAC_B " " MAC_A " " MAC_B " 11 00 " SNAP " 08 00", IPV4, SKIP_wireless, 0,
     0},
    {105, "88 01 00 00 " MAC_B " " MAC_A " " MAC_B " 10 00 80 00 " SNAP " 08 00", IPV4,
     SKIP_wireless, 0, 0},
    {105, "80 00 00 00", IPV4, SKIP_not_ip, 0, 0}, /* beacon */
    {105, "48 01 00 00", IPV4, SKIP_not_ip, 0, 0}, /* no data */
    {127, "00 00 08 00 00 00 00 00 08 01 00 00 " MAC_B " " MAC_A " " MAC_B " 10 00 " SNAP " 08 00",
     IPV4, SKIPS, A, B},
    {127,
     "00 00 14 00 03 00 00 80 00 00 00 00 11 11 11 11 11 11 11 11 20 00 00 00 "
     "88 01 00 00 " MAC_B " " MAC_A " " MAC_B " 10 00 00 00 00 00 " SNAP " 08 00",
     IPV4, SKIP_header_damaged, 0, 0}, /* the flags lie behind its length */
    {127,
     "00 00 1c 00 03 00 00 80 00 00 00 00 00 00 00 00 11 11 11 11 11 11 11 11 20 00 00 00 "
     "88 01 00 00 " MAC_B " " MAC_A " " MAC_B " 10 00 00 00 00 00 " SNAP " 08 00",
     IPV4, SKIPS, A, B}, /* two words of presence: the time is at 16, the flags at 24 */
    {127,
     "00 00 0c 00 02 00 00 00 40 00 00 00 08 01 00 00 " MAC_B " " MAC_A " " MAC_B " 10 00 " SNAP
     " 08 00",
     IPV4, SKIP_header_damaged, 0, 0}, /* it came damaged */
    {192, "00 00 08 00 69 00 00 00 08 01 00 00 " MAC_B " " MAC_A " " MAC_B " 10 00 " SNAP " 08 00",
     IPV4, SKIPS, A, B},
    {192, "00 00 08 00 c0 00 00 00", IPV4, SKIP_link_type, 0, 0},
    {192, "00 00 08 00 00 00 01 00", IPV4, SKIP_link_type, 0, 0},
    {258, "0c 00 00 00 01 00 00 00 01 00 00 00 " MACS " 08 00", IPV4, SKIPS, A, B},
    {258, "0c 00 00 00 01 00 00 00 65 00 00 00", IPV6, SKIPS, 0, 0},
    {258, "0c 00 00 00 00 00 00 00 65 00 00 00", IPV6, SKIP_not_ip, 0, 0},
    {163,
     "80 21 10 01 00 00 00 0c 00 00 00 00 08 01 00 00 " MAC_B " " MAC_A " " MAC_B " 10 00 " SNAP
     " 08 00",
     IPV4, SKIPS, A, B},
    {195, "", IPV4, SKIP_link_type, 0, 0},
    {286, "", IPV4, SKIP_link_type, 0, 0},
    {65535, "", IPV4, SKIP_link_type, 0, 0},
};

static void build(struct bytes *b, const struct link_case *c)
{
    b->len = 0;
    bytes_hex(b, c->header);
    if (c->inner == IPV4)
        bytes_ipv4(b, PROTOCOL_UDP, 1, 0, 12);
    else if (c->inner == IPV6)
        bytes_ipv6(b, PROTOCOL_UDP, 12);
    bytes_udp(b, 4);
    bytes_add(b, "abcd", 4);
    bytes_add(b, "pad", 3); /* as a short Ethernet frame has */
}

static void opens_every_link(void **state)
{
    (void)state;
    struct frame f;
    struct fragment part;
    struct bytes b;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct link_case *c = &cases[i];
        build(&b, c);
        memset(&f, 0xff, sizeof f);
        struct packet p = bytes_packet(&b, c->link);
        enum skip skip = frame_decode(&p, &f, &part);
        if (skip != c->skip)
            fail_msg("case %zu, link %u: %d, not %d", i, c->link, skip, c->skip);
        if (skip != SKIPS)
            continue;
        char text[ADDRESS_TEXT];
        assert_string_equal(address_format(f.source, text),
                            c->inner == IPV4 ? "10.0.0.1" : "fd00::1");
        assert_string_equal(address_format(f.target, text),
                            c->inner == IPV4 ? "198.51.100.1" : "2001:db8::1");
        assert_int_equal(f.ip_bytes, c->inner == IPV4 ? 32 : 52);
        assert_int_equal(f.source_port.number, 4000);
        assert_int_equal(f.target_port.number, 53);
        assert_int_equal(f.protocol, PROTOCOL_UDP);
        assert_int_equal(f.payload_wire, 4);
        assert_int_equal(f.payload_len, 4);
        assert_memory_equal(f.payload, "abcd", 4);
        if (f.mac_source != c->source || f.mac_target != c->target)
            fail_msg("case %zu, link %u: MACs", i, c->link);
    }
}

/* Radiotap's fields are aligned to their size from its start; the header of a QoS frame (26 bytes)
 * is padded to 28 when the flags say so. */
static void opens_padded_radiotap(void **state)
{
    (void)state;
    struct frame f;
    struct fragment part;
    struct bytes b = {.len = 0};
    bytes_hex(&b, "00 00 19 00 03 00 00 80 00 00 00 00 00 00 00 00"); /* two words of presence */
    bytes_hex(&b, "11 11 11 11 11 11 11 11 20");
    bytes_hex(&b, "88 01 00 00 " MAC_B " " MAC_A " " MAC_B " 10 00 00 00 ee ee " SNAP " 08 00");
    bytes_ipv4(&b, PROTOCOL_UDP, 1, 0, 12);
    bytes_udp(&b, 4);
    bytes_add(&b, "abcd", 4);
    struct packet p = bytes_packet(&b, 127);
    assert_int_equal(frame_decode(&p, &f, &part), SKIPS);
    assert_memory_equal(f.payload, "abcd", 4);
    b.at[24] = 0; /* no padding: the two bytes are no LLC header */
    assert_int_equal(frame_decode(&p, &f, &part), SKIP_not_ip);
}

/* What a prefix yields: never a payload beyond it, and never a good frame before the transport
 * header is whole. */
struct prefix {
    const struct link_case *c;
    size_t headers; /* bytes up to the payload */
};

static void prefix_check(const uint8_t *bytes, size_t len, void *context)
{
    const struct prefix *prefix = context;
    struct frame f;
    struct fragment part;
    struct packet p = {.time = {1},
                       .number = 1,
                       .at = bytes,
                       .captured = (uint32_t)len,
                       .length = 1000,
                       .link = prefix->c->link};
    enum skip skip = frame_decode(&p, &f, &part);
    if (skip != SKIPS) {
        assert_true(prefix->c->skip != SKIPS || len < prefix->headers);
        return;
    }
    assert_true(len >= prefix->headers);
    assert_true(f.payload >= bytes && f.payload + f.payload_len <= bytes + len);
}

static void cut_at_every_byte(void **state)
{
    (void)state;
    struct bytes b;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        build(&b, &cases[i]);
        struct prefix prefix = {&cases[i], b.len - 7};
        if (cases[i].skip == SKIPS)
            guard_prefixes(b.at, b.len, prefix_check, &prefix);
    }
}

/* As many tags as are looked at, and one more. */
static void bounds_tags(void **state)
{
    (void)state;
    for (int tags = FRAME_TAGS; tags <= FRAME_TAGS + 1; tags++) {
        struct bytes b = {.len = 0};
        struct frame f;
        struct fragment part;
        bytes_hex(&b, MACS);
        for (int i = 0; i < tags; i++)
            bytes_hex(&b, "81 00 00 05");
        bytes_hex(&b, "08 00");
        bytes_ipv4(&b, PROTOCOL_UDP, 1, 0, 8);
        bytes_udp(&b, 0);
        struct packet p = bytes_packet(&b, 1);
        assert_int_equal(frame_decode(&p, &f, &part), tags == FRAME_TAGS ? SKIPS : SKIP_not_ip);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_every_link),
        cmocka_unit_test(opens_padded_radiotap),
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(bounds_tags),
    };
    return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
