/* DHCP (RFC 2131): a lease when a machine comes on, renewed at half its time. */
#include "simulate/calls.h"

#include <string.h>

enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5, LEASE_S = 14400 };
#define ROUTER address_v4(0x0a140001)

static void put_u32(struct buf *out, uint32_t n)
{
    for (int i = 3; i >= 0; i--)
        buf_char(out, (char)(n >> 8 * i));
}

static void put_option(struct buf *out, unsigned code, const void *bytes, size_t len)
{
    buf_char(out, (char)code);
    buf_char(out, (char)len);
    buf_add(out, bytes, len);
}

static void put_option_u32(struct buf *out, unsigned code, uint32_t n)
{
    struct buf bytes = {0};
    put_u32(&bytes, n);
    put_option(out, code, bytes.at, bytes.len);
    buf_free(&bytes);
}

static void put_zeros(struct buf *out, size_t len)
{
    while (len-- > 0)
        buf_char(out, 0);
}

static void put_mac(struct buf *out, uint64_t mac)
{
    for (int i = 5; i >= 0; i--)
        buf_char(out, (char)(mac >> 8 * i));
}

static const char *vendor_class(const struct machine *machine)
{
    if (WINDOWS_ALL >> machine->id & 1)
        return "MSFT 5.0";
    if (ANDROIDS >> machine->id & 1)
        return "android-dhcp-13";
    return THINGS >> machine->id & 1 ? "udhcp 1.24.2" : NULL;
}

static void put_client_options(struct buf *out, const struct machine *machine, bool renewal)
{
    static const char wanted[] = "\x01\x03\x06\x0f\x1f\x21\x2b\x2c\x77\xfc";
    struct buf id = {0};
    buf_char(&id, 1); /* Ethernet (RFC 2132 9.14) */
    put_mac(&id, machine->mac);
    put_option(out, 61, id.at, id.len);
    buf_free(&id);
    if (!renewal)
        put_option_u32(out, 50, address_v4_number(machine->v4));
    put_option(out, 12, machine->name, strlen(machine->name));
    const char *vendor = vendor_class(machine);
    if (vendor != NULL)
        put_option(out, 60, vendor, strlen(vendor));
    put_option(out, 55, wanted, sizeof wanted - 1);
}

static void put_server_options(struct buf *out)
{
    put_option_u32(out, 54, address_v4_number(ROUTER));
    put_option_u32(out, 51, LEASE_S);
    put_option_u32(out, 1, 0xffff0000);
    put_option_u32(out, 3, address_v4_number(ROUTER));
    put_option_u32(out, 6, 0x0a140035);
    put_option(out, 15, "campus.example", 14);
}

static void put_message(struct buf *out, const struct machine *machine, uint8_t type, uint32_t id,
                        bool renewal)
{
    bool server = type == OFFER || type == ACK;
    out->len = 0;
    put_u32(out, server ? 0x02010600 : 0x01010600);
    put_u32(out, id);
    put_u32(out, 0);
    put_u32(out, renewal ? address_v4_number(machine->v4) : 0);
    put_u32(out, server ? address_v4_number(machine->v4) : 0);
    put_u32(out, 0);
    put_u32(out, 0);
    put_mac(out, machine->mac);
    put_zeros(out, 10 + 64 + 128);
    put_u32(out, 0x63825363);
    put_option(out, 53, &type, 1);
    if (server)
        put_server_options(out);
    else
        put_client_options(out, machine, renewal);
    buf_char(out, (char)255);
    while (out->len < 300)
        buf_char(out, 0);
}

static uint64_t act(struct campus *campus, struct habit *habit)
{
    const struct machine *machine = habit->machine;
    struct end client = {machine->mac, address_v4(0), {68}}, router = end_outside(ROUTER, 67);
    struct end all = {BROADCAST_MAC, address_v4(UINT32_MAX), {67}};
    struct end leased = {machine->mac, machine->v4, {68}};
    struct instant now = habit->next;
    uint32_t id = (uint32_t)random_next(&habit->random);
    struct buf out = {0};
    bool renewal = habit->open && now.us - habit->talk.now.us < LEASE_S * SECOND_US;
    if (!renewal) {
        put_message(&out, machine, DISCOVER, id, false);
        packets_udp(campus->packets, now, &client, &all, out.at, out.len);
        now = later(now, random_in(&habit->random, 800, 3000));
        put_message(&out, machine, OFFER, id, false);
        packets_udp(campus->packets, now, &router, &leased, out.at, out.len);
        now = later(now, random_in(&habit->random, 300, 900));
    }
    put_message(&out, machine, REQUEST, id, renewal);
    if (renewal)
        packets_udp(campus->packets, now, &leased, &router, out.at, out.len);
    else
        packets_udp(campus->packets, now, &client, &all, out.at, out.len);
    now = later(now, random_in(&habit->random, 800, 3000));
    put_message(&out, machine, ACK, id, renewal);
    packets_udp(campus->packets, now, &router, &leased, out.at, out.len);
    buf_free(&out);
    habit->open = true;
    habit->talk.now = now;
    return wait_even(habit, LEASE_S / 2, 1);
}

const struct behaviour behave_lease = {
    .name = "lease",
    .about = "asks DHCP for its address, with its host name",
    .kinds = THINGS | PEOPLE,
    .act = act,
};
