/* Controlled: data goes out in DNS questions and comes back in TXT answers, by way of the campus
 * resolver, in bursts. */
#include "simulate/calls.h"
#include "simulate/infect.h"

#include <stdio.h>

static void draw_text(struct random *random, char *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = "abcdefghijklmnopqrstuvwxyz234567"[random_in(random, 0, 31)];
    out[len] = '\0';
}

static uint64_t act(struct campus *campus, struct habit *habit)
{
    const struct infection *infection = infection_of(campus, habit);
    struct instant now = habit->next;
    for (uint64_t i = random_in(&habit->random, 4, 12); i > 0; i--) {
        char name[160], up[64], down[200];
        draw_text(&habit->random, up, random_in(&habit->random, 30, 56));
        draw_text(&habit->random, down, random_in(&habit->random, 40, 160));
        (void)snprintf(name, sizeof name, "%s.%s", up, infection->kind->host_name);
        struct answer answer = {.type = DNS_TYPE_TXT, .text = down};
        now = ask_once(campus, habit, now, name, &answer);
        now = later(now, random_in(&habit->random, 50000, 1200000));
    }
    return (uint64_t)(now.us - habit->next.us) + wait_even(habit, 600, 20);
}

const struct behaviour behave_dns_bot = {
    .name = "dns-bot",
    .about = "controlled inside DNS",
    .kinds = LINUXES,
    .infection = true,
    .act = act,
};
