/* Programs that call the same place again and again: telemetry, mail, updates, widgets (poll.list).
 */
#include "simulate/calls.h"

#include "record/popular.h"

#include <stdio.h>

enum how { TLS, GET, POST, UNCHANGED, DEAD, REFUSED };

static const struct {
    const char *place;
    uint16_t port;
    enum how how;
    uint32_t kinds, every_s;
    unsigned vary, chance;
    size_t asked, answered;
} table[] = {
#define POLL(place, port, how, kinds, every_s, vary, chance, asked, answered)                      \
    {place, port, how, kinds, every_s, vary, chance, asked, answered},
#include "simulate/poll.list"
#undef POLL
};
enum { TABLE = sizeof table / sizeof table[0] };

static bool does(const struct campus *campus, const struct machine *machine, unsigned variant)
{
    (void)campus;
    return (table[variant].kinds >> machine->id & 1) &&
           machine_draws(machine, 1000 + variant, table[variant].chance);
}

static const char *variant_name(unsigned variant)
{
    return table[variant].place;
}

static void say_post(struct talk *talk, const struct place *place, size_t asked, size_t answered)
{
    struct buf out = {0};
    http_request(&out, "POST", "/v1/readings", place->name, "warmhouse-hub/3.1 (ESP32)",
                 (long)asked);
    for (size_t i = 0; i < asked; i++)
        buf_char(&out, "{\"room\":4,\"t\":21.5,\"h\":40} "[i % 28]);
    speak(talk, CLIENT, &out);
    http_reply(&out, 200, "application/json", (long)answered);
    for (size_t i = 0; i < answered; i++)
        buf_char(&out, "{\"stored\":\"yes\"}"[i % 16]);
    speak(talk, SERVER, &out);
    buf_free(&out);
}

/* A SYN, sent again after one second and after three when nobody answers (RFC 6298). */
static void call_in_vain(struct talk *talk, bool refused)
{
    struct random *random = talk->random;
    for (unsigned i = 0; i < (refused ? 1 : 3); i++) {
        struct random same = *random; /* the same SYN */
        talk->random = &same;
        talk->now = later(talk->now, i * (uint64_t)SECOND_US);
        talk_refused(talk, refused);
    }
    talk->random = random;
    (void)random_next(random);
}

static uint64_t act(struct campus *campus, struct habit *habit)
{
    unsigned v = habit->variant;
    struct place *place = campus_place(campus, table[v].place);
    if (table[v].how == TLS) {
        call_tls(campus, habit, place, table[v].port, table[v].asked, table[v].answered);
        return wait_even(habit, table[v].every_s, table[v].vary);
    }
    struct talk talk = call_place(campus, habit, habit->next, place, table[v].port);
    if (table[v].how == DEAD || table[v].how == REFUSED) {
        call_in_vain(&talk, table[v].how == REFUSED);
        return wait_even(habit, table[v].every_s, table[v].vary);
    }
    talk_open(&talk);
    if (table[v].how == POST)
        say_post(&talk, place, table[v].asked, table[v].answered);
    else
        speak_http(&talk, place->name, table[v].how == GET ? "/api/v2/now" : "/stable/index",
                   "agent/2.4 (+https://www.example/agent)", table[v].answered);
    talk_close(&talk);
    return wait_even(habit, table[v].every_s, table[v].vary);
}

static const char *fact(const struct campus *campus, const struct habit *habit, char out[200])
{
    unsigned v = habit->variant;
    (void)campus;
    if (popular_name(text_of(table[v].place)) && table[v].every_s > 3600)
        return NULL;
    (void)snprintf(out, 200, "calls %s%s every %u s +-%u %%", table[v].place,
                   popular_name(text_of(table[v].place)) ? "" : " (not popular; harmless)",
                   table[v].every_s, table[v].vary);
    return out;
}

const struct behaviour behave_poll = {
    .name = "poll",
    .about = "calls a service regularly",
    .kinds = EVERYBODY,
    .variants = TABLE,
    .does = does,
    .variant_name = variant_name,
    .act = act,
    .fact = fact,
};
