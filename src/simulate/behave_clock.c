/* NTP (RFC 5905): a daemon looks its server up once a day and then asks the bare address. */
#include "simulate/calls.h"

#include <stdio.h>

static const struct {
    const char *place;
    uint32_t kinds, every_s, percent;
    bool own_port; /* from port 123, as daemons do */
} table[] = {
    {"time.windows.com", WINDOWS_ALL, 3600, 2, true},
    {"time.apple.com", APPLES, 900, 3, false},
    {"0.debian.pool.ntp.org", LINUXES | LABS, 1024, 1, true},
    {"1.debian.pool.ntp.org", SERVERS, 256, 1, true},
    {"pool.ntp.org", PRINTERS | TELEVISIONS | VOICES | DOORS | THERMOSTATS, 600, 0, false},
    {"time.peephole-cam.example", CAMERAS, 64, 0, false},
};
enum { TABLE = sizeof table / sizeof table[0] };

static bool does(const struct campus *campus, const struct machine *machine, unsigned variant)
{
    (void)campus;
    return table[variant].kinds >> machine->id & 1;
}

/* Seconds since 1900, and a fraction. */
static void put_time(uint8_t *at, struct instant t)
{
    uint64_t seconds = (uint64_t)(t.us / SECOND_US) + UINT64_C(2208988800);
    uint64_t part = ((uint64_t)(t.us % SECOND_US) << 32) / SECOND_US;
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(seconds >> (24 - 8 * i));
        at[4 + i] = (uint8_t)(part >> (24 - 8 * i));
    }
}

static uint64_t act(struct campus *campus, struct habit *habit)
{
    uint8_t packet[48] = {0x23, 0, 10, 0xe9}; /* client, version 4 */
    struct instant now = habit->next;
    struct place *place = campus_place(campus, table[habit->variant].place);
    if (!habit->open || now.us - habit->talk.now.us > DAY_US) {
        habit->talk = call_place(campus, habit, now, place, 123);
        habit->open = true;
        now = habit->talk.now;
    }
    struct end server = habit->talk.server;
    struct end client = end_inside(habit->machine, server.address);
    if (table[habit->variant].own_port)
        client.port.number = 123;
    put_time(packet + 40, now);
    packets_udp(campus->packets, now, &client, &server, packet, sizeof packet);
    now = later(now, place->rtt_us + random_in(&habit->random, 0, 4000));
    struct instant there = {now.us - place->rtt_us / 2};
    memcpy(packet + 24, packet + 40, 8);
    packet[0] = 0x24; /* server */
    packet[1] = 2;
    put_time(packet + 16, (struct instant){there.us - 300 * SECOND_US});
    put_time(packet + 32, there);
    put_time(packet + 40, later(there, 40));
    packets_udp(campus->packets, now, &server, &client, packet, sizeof packet);
    return wait_even(habit, table[habit->variant].every_s, table[habit->variant].percent);
}

static const char *variant_name(unsigned variant)
{
    return table[variant].place;
}

static const char *fact(const struct campus *campus, const struct habit *habit, char out[200])
{
    (void)campus;
    (void)snprintf(out, 200, "asks a time server of %s every %u s by its bare address",
                   table[habit->variant].place, table[habit->variant].every_s);
    return out;
}

const struct behaviour behave_clock = {
    .name = "clock",
    .about = "sets its clock",
    .kinds = EVERYBODY,
    .variants = TABLE,
    .does = does,
    .variant_name = variant_name,
    .act = act,
    .fact = fact,
};
