/* Tunnels, each made here byte by byte with a small IPv6 packet inside; what is no tunnel after
 * all; nesting; cut at every byte. That they are what others make of them: tunnels_vs_tshark.sh. */
#include "wire/frame.h"
#include "wire/tunnel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "guard.h"
#include "packet.h"

enum { RAW = 101, GRE = 47, IPIP = 4, SIX = 41 };
#define INNER_MACS "02 00 00 00 00 0b 02 00 00 00 00 0a 86 dd"

/* 8 bytes of payload over UDP, fd00::1 port 4000 -> 2001:db8::1 port 53 */
static void put_inner(struct bytes *b)
{
    bytes_ipv6(b, PROTOCOL_UDP, 16);
    bytes_udp(b, 8);
    bytes_count(b, 0, 8);
}

struct tunnel_case {
    const char *what, *header; /* header: what stands before the inner packet */
    uint8_t protocol;          /* of the outer packet; UDP: to `port` */
    uint16_t port;
    bool ethernet; /* an Ethernet header is inside */
    enum skip skip;
    bool opened; /* else the outer packet counts */
};

static const struct tunnel_case cases[] = {
    {"GRE", "00 00 86 dd", GRE, 0, false, SKIPS, true},
    {"GRE, checksum", "80 00 86 dd 12 34 00 00", GRE, 0, false, SKIPS, true},
    {"GRE, key and sequence", "30 00 86 dd 00 00 00 07 00 00 00 01", GRE, 0, false, SKIPS, true},
    {"GRE, Ethernet", "00 00 65 58", GRE, 0, true, SKIPS, true},
    {"GRE, MPLS", "00 00 88 47 00 01 01 40", GRE, 0, false, SKIPS, true},
    {"GRE, routing", "40 00 86 dd 00 00 00 00", GRE, 0, false, SKIP_tunnel, false},
    {"GRE, version 1", "30 01 88 0b 00 10 00 07 00 00 00 01", GRE, 0, false, SKIP_tunnel, false},
    {"GRE, something else", "00 00 00 01", GRE, 0, false, SKIP_tunnel, false},
    {"ERSPAN I", "00 00 88 be", GRE, 0, true, SKIPS, true},
    {"ERSPAN II", "10 00 88 be 00 00 00 01 10 05 00 01 00 00 00 00", GRE, 0, true, SKIPS, true},
    {"ERSPAN II, of another version", "10 00 88 be 00 00 00 01 30 05 00 01 00 00 00 00", GRE, 0,
     true, SKIP_tunnel, false},
    {"ERSPAN III", "10 00 22 eb 00 00 00 01 20 05 00 01 00 00 00 00 00 00 00 00", GRE, 0, true,
     SKIPS, true},
    {"ERSPAN III, platform",
     "10 00 22 eb 00 00 00 01 20 05 00 01 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00", GRE, 0,
     true, SKIPS, true},
    {"IP in IP of version 6", "", SIX, 0, false, SKIPS, true},
    {"VXLAN", "08 00 00 00 00 00 07 00", 17, 4789, true, SKIPS, true},
    {"VXLAN of old Linux", "08 00 00 00 00 00 07 00", 17, 8472, true, SKIPS, true},
    {"VXLAN, group policy", "88 00 00 10 00 00 07 00", 17, 4789, true, SKIPS, true},
    {"VXLAN, reserved bytes", "08 00 01 00 00 00 07 00", 17, 4789, true, SKIPS, false},
    {"VXLAN, reserved flags", "0c 00 00 00 00 00 07 00", 17, 4789, true, SKIPS, false},
    {"VXLAN on another port", "08 00 00 00 00 00 07 00", 17, 4790, true, SKIPS, false},
    {"VXLAN, ARP inside", "08 00 00 00 00 00 07 00 02 00 00 00 00 0b 02 00 00 00 00 0a 08 06", 17,
     4789, false, SKIPS, false},
    {"Geneve", "00 00 65 58 00 00 07 00", 17, 6081, true, SKIPS, true},
    {"Geneve, IP and an option", "02 40 86 dd 00 00 07 00 01 02 80 01 00 00 00 05", 17, 6081, false,
     SKIPS, true},
    {"Geneve, reserved", "00 01 65 58 00 00 07 00", 17, 6081, true, SKIPS, false},
    {"Geneve, version 1", "40 00 65 58 00 00 07 00", 17, 6081, true, SKIPS, false},
    {"GTP-U", "30 ff 00 38 00 00 00 07", 17, 2152, false, SKIPS, true},
    {"GTP-U, sequence", "32 ff 00 3c 00 00 00 07 00 01 00 00", 17, 2152, false, SKIPS, true},
    {"GTP-U, extension", "34 ff 00 40 00 00 00 07 00 00 00 85 01 10 09 00", 17, 2152, false, SKIPS,
     true},
    {"GTP-U, extension of no length", "34 ff 00 40 00 00 00 07 00 00 00 85 00 10 09 00", 17, 2152,
     false, SKIPS, false},
    {"GTP-U, another length", "30 ff 00 39 00 00 00 07", 17, 2152, false, SKIPS, false},
    {"GTP-U, echo", "32 01 00 3c 00 00 00 07 00 01 00 00", 17, 2152, false, SKIPS, false},
};

static void build(struct bytes *b, const struct tunnel_case *c)
{
    struct bytes inside = {.len = 0};
    *b = (struct bytes){.len = 0};
    bytes_hex(&inside, c->header);
    if (c->ethernet)
        bytes_hex(&inside, INNER_MACS);
    put_inner(&inside);
    bool udp = c->protocol == PROTOCOL_UDP;
    bytes_ipv4(b, c->protocol, 1, 0, (unsigned)inside.len + (udp ? 8 : 0));
    if (udp) {
        bytes_u16(b, 40000);
        bytes_u16(b, c->port);
        bytes_u16(b, (unsigned)inside.len + 8);
        bytes_u16(b, 0);
    }
    bytes_add(b, inside.at, inside.len);
}

static void opens_tunnels(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct tunnel_case *c = &cases[i];
        struct bytes b;
        struct frame f;
        struct fragment part;
        char address[ADDRESS_TEXT];
        build(&b, c);
        struct packet p = bytes_packet(&b, RAW);
        enum skip skip = frame_decode(&p, &f, &part);
        if (skip != c->skip)
            fail_msg("%s: %d", c->what, (int)skip);
        if (skip != SKIPS)
            continue;
        bool opened = strcmp(address_format(f.target, address), "2001:db8::1") == 0;
        if (opened != c->opened)
            fail_msg("%s: %s", c->what, address);
        if (!opened) {
            assert_int_equal(f.target_port.number, c->port);
            continue;
        }
        assert_int_equal(f.source_port.number, 4000);
        assert_int_equal(f.target_port.number, 53);
        assert_int_equal(f.payload_len, 8);
        assert_int_equal(f.payload_wire, 8);
        assert_int_equal(f.ip_bytes, 56);
        assert_int_equal(f.mac_source, c->ethernet ? 0x02000000000a : 0);
    }
}

/* As many as are opened, and one more. */
static void bounds_nesting(void **state)
{
    (void)state;
    for (unsigned n = TUNNELS_MOST; n <= TUNNELS_MOST + 1; n++) {
        struct bytes b = {.len = 0};
        struct frame f;
        struct fragment part;
        for (unsigned i = 0; i < n; i++)
            bytes_ipv4(&b, i + 1 < n ? IPIP : SIX, 1, 0, (n - 1 - i) * 20 + 56);
        put_inner(&b);
        struct packet p = bytes_packet(&b, RAW);
        assert_int_equal(frame_decode(&p, &f, &part), n == TUNNELS_MOST ? SKIPS : SKIP_tunnel);
    }
}

static void prefix_check(const uint8_t *bytes, size_t len, void *context)
{
    const struct bytes *whole = context;
    struct frame f;
    struct fragment part;
    struct packet p = {.time = {1},
                       .number = 1,
                       .at = bytes,
                       .captured = (uint32_t)len,
                       .length = (uint32_t)whole->len,
                       .link = RAW};
    if (frame_decode(&p, &f, &part) == SKIPS)
        assert_true(f.payload >= bytes && f.payload + f.payload_len <= bytes + len);
}

static void cut_at_every_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes b;
        build(&b, &cases[i]);
        guard_prefixes(b.at, b.len, prefix_check, &b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_tunnels),
        cmocka_unit_test(bounds_nesting),
        cmocka_unit_test(cut_at_every_byte),
    };
    return cmocka_run_group_tests_name("tunnel", tests, NULL, NULL);
}
