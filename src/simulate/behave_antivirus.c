/*
 * An antivirus program asks its maker about files in DNS: a digest as a name, a verdict as an
 * address in 127/8. Names drawn by lot, never asked twice: much like a tunnel, and none.
 */
#include "simulate/calls.h"

#include <stdio.h>

static bool does(const struct campus *campus, const struct machine *machine, unsigned variant)
{
    (void)campus;
    (void)variant;
    return GATEWAYS >> machine->id & 1 || machine_draws(machine, 31, 50);
}

static uint64_t act(struct campus *campus, struct habit *habit)
{
    struct instant now = habit->next;
    for (uint64_t i = random_in(&habit->random, 1, 5); i > 0; i--) {
        char name[100];
        struct address verdict = address_v4(0x7f000001 + (uint32_t)random_in(&habit->random, 0, 3));
        struct answer answer = {.type = DNS_TYPE_A, .address = &verdict};
        (void)snprintf(name, sizeof name, "%016llx%08llx.f.lookup.shieldwell-av.example",
                       (unsigned long long)random_next(&habit->random),
                       (unsigned long long)random_next(&habit->random) & 0xffffffff);
        now = ask_once(campus, habit, now, name, &answer);
        now = later(now, random_in(&habit->random, 2000, 900000));
    }
    return (uint64_t)(now.us - habit->next.us) + wait_poisson(habit, 900);
}

static const char *fact(const struct campus *campus, const struct habit *habit, char out[200])
{
    (void)campus;
    (void)habit;
    (void)snprintf(out, 200, "asks lookup.shieldwell-av.example in DNS about digests of files");
    return out;
}

const struct behaviour behave_antivirus = {
    .name = "antivirus",
    .about = "asks about files in DNS",
    .kinds = WINDOWS_ALL | GATEWAYS,
    .does = does,
    .act = act,
    .fact = fact,
};
