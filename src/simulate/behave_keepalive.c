/*
 * A datagram every so often to a bare address, so that the router keeps the way back open: cameras
 * that are looked at from outside, a virtual private network (WireGuard).
 */
#include "simulate/calls.h"

#include <stdio.h>

static const struct {
    const char *name;
    uint32_t kinds;
    uint16_t port;
    unsigned chance, every_s;
    uint8_t len;
} table[] = {
    {"camera relay", CAMERAS, 32100, 100, 25, 20},
    {"wireguard", LINUXES | MACS, 51820, 15, 25, 32},
};
enum { TABLE = sizeof table / sizeof table[0], MOST = 32 };

static bool does(const struct campus *campus, const struct machine *machine, unsigned variant)
{
    (void)campus;
    return (table[variant].kinds >> machine->id & 1) &&
           machine_draws(machine, 3000 + variant, table[variant].chance);
}

/* Its other end, always the same; cameras of one maker share theirs. */
static struct address peer_of(const struct campus *campus, const struct habit *habit)
{
    struct random own = random_of(campus->plan->seed * 1000 + 70 + habit->variant);
    return draw_address(&own);
}

/* A transport message without data (whitepaper 5.4.6): type 4, receiver, counter, tag. */
static void put_keepalive(struct habit *habit, uint8_t packet[MOST], unsigned from)
{
    random_bytes(&habit->random, packet, MOST);
    packet[0] = 4;
    packet[1] = packet[2] = packet[3] = 0;
    packet[4] = (uint8_t)from;
    for (int i = 5; i < 16; i++)
        packet[i] = i == 8 ? (uint8_t)habit->talk.seq[from] : 0;
    habit->talk.seq[from]++;
}

static uint64_t act(struct campus *campus, struct habit *habit)
{
    unsigned v = habit->variant;
    uint8_t packet[MOST];
    if (!habit->open) {
        habit->talk =
            call_address(campus, habit, habit->next, peer_of(campus, habit), table[v].port, 28000);
        habit->open = true;
    }
    const struct talk *talk = &habit->talk;
    put_keepalive(habit, packet, CLIENT);
    packets_udp(campus->packets, habit->next, &talk->client, &talk->server, packet, table[v].len);
    put_keepalive(habit, packet, SERVER);
    packets_udp(campus->packets,
                later(habit->next, talk->rtt_us + random_in(&habit->random, 0, 3000)),
                &talk->server, &talk->client, packet, table[v].len);
    return wait_even(habit, table[v].every_s, 0);
}

static const char *variant_name(unsigned variant)
{
    return table[variant].name;
}

static const char *fact(const struct campus *campus, const struct habit *habit, char out[200])
{
    char address[ADDRESS_TEXT];
    (void)snprintf(out, 200, "sends a datagram every %u s to %s:%u, a bare address (%s)",
                   table[habit->variant].every_s, address_format(peer_of(campus, habit), address),
                   table[habit->variant].port, table[habit->variant].name);
    return out;
}

const struct behaviour behave_keepalive = {
    .name = "keepalive",
    .about = "keeps a way through the router open",
    .kinds = CAMERAS | LINUXES | MACS,
    .variants = TABLE,
    .does = does,
    .variant_name = variant_name,
    .act = act,
    .fact = fact,
};
