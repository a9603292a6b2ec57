/* Machines tell everybody who they are: NetBIOS names (RFC 1002 4.2.2) by Windows, mDNS (RFC 6762)
 * by the others. */
#include "simulate/calls.h"

#include <ctype.h>
#include <stdio.h>

static void put_u32(struct buf *out, uint32_t n)
{
    for (int i = 3; i >= 0; i--)
        buf_char(out, (char)(n >> 8 * i));
}

/* RFC 1001 14.1: 15 characters and a suffix, each as two letters. */
static void put_netbios_name(struct buf *out, const char *name)
{
    buf_char(out, 32);
    for (unsigned i = 0; i < 16; i++) {
        unsigned c = i == 15 ? 0 : *name ? (unsigned)toupper((unsigned char)*name++) : ' ';
        buf_char(out, (char)('A' + (c >> 4)));
        buf_char(out, (char)('A' + (c & 15)));
    }
    buf_char(out, 0);
}

static void announce_netbios(struct campus *campus, struct habit *habit)
{
    const struct machine *machine = habit->machine;
    struct buf out = {0};
    struct end all = {BROADCAST_MAC, address_v4(0x0a14ffff), {137}}; /* 10.20.255.255 */
    struct end from = end_service(machine, 137);
    put_u32(&out, (uint32_t)(random_next(&habit->random) << 16) | 0x2910); /* registration */
    put_u32(&out, 0x00010000);
    put_u32(&out, 0x00000001);
    put_netbios_name(&out, machine->name);
    put_u32(&out, 0x00200001);
    buf_add(&out, "\xc0\x0c\x00\x20\x00\x01", 6);
    put_u32(&out, 300000); /* keep it so many seconds */
    buf_add(&out, "\x00\x06\x00\x00", 4);
    put_u32(&out, address_v4_number(machine->v4));
    packets_udp(campus->packets, habit->next, &from, &all, out.at, out.len);
    buf_free(&out);
}

static void announce_mdns(struct campus *campus, struct habit *habit)
{
    const struct machine *machine = habit->machine;
    struct buf out = {0};
    char name[64];
    struct end all = {UINT64_C(0x01005e0000fb), address_v4(0xe00000fb), {5353}};
    struct end from = end_service(machine, 5353);
    (void)snprintf(name, sizeof name, "%s.local", machine->name);
    mdns_announcement(&out, name, &machine->v4);
    packets_udp(campus->packets, habit->next, &from, &all, out.at, out.len);
    buf_free(&out);
}

static uint64_t act(struct campus *campus, struct habit *habit)
{
    if (WINDOWS_ALL >> habit->machine->id & 1)
        announce_netbios(campus, habit);
    else
        announce_mdns(campus, habit);
    return wait_even(habit, 900, 15);
}

const struct behaviour behave_announce = {
    .name = "announce",
    .about = "tells the network its name",
    .kinds = WINDOWS_ALL | APPLES | LINUXES | PRINTERS | TELEVISIONS,
    .act = act,
};
