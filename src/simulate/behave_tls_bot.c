/* Controlled: TLS every hour to a name, day and night, with a certificate that its server made
 * itself. */
#include "simulate/calls.h"
#include "simulate/infect.h"

static uint64_t act(struct campus *campus, struct habit *habit)
{
    const struct infection *infection = infection_of(campus, habit);
    struct place *place = infection->controller;
    struct buf certificate = {0};
    struct random own = random_of(place->seed);
    certificate_make(&certificate, &own, place->name, NULL, day_of(2024, 2, 20));
    struct talk talk = call_place(campus, habit, habit->next, place, infection->kind->port);
    talk_open(&talk);
    speak_tls(&talk, TLS_AGENT, place->name, &certificate);
    speak_data(&talk, CLIENT, 180, 220);
    if (random_in(&habit->random, 0, 11) == 0)
        speak_data(&talk, SERVER, 900, 5000); /* an order, now and then */
    else
        speak_data(&talk, SERVER, 64, 64);
    talk_close(&talk);
    buf_free(&certificate);
    return wait_even(habit, 3600, 8);
}

const struct behaviour behave_tls_bot = {
    .name = "tls-bot",
    .about = "controlled over TLS",
    .kinds = WINDOWS_DESKS,
    .infection = true,
    .act = act,
};
