/*
 * Programs that keep one conversation open for hours and say a few bytes in it every so often:
 * chat, push, remote support, cameras, MQTT (hold.list). When the machine was off the old
 * conversation is gone without an end, as when a lid is closed.
 */
#include "simulate/calls.h"

#include "record/popular.h"

#include <stdio.h>

enum how { TLS, MQTT };

static const struct {
    const char *place;
    uint16_t port;
    enum how how;
    uint32_t kinds, every_s;
    unsigned vary, chance;
    size_t asked, answered;
    unsigned message_in;
} table[] = {
#define HOLD(place, port, how, kinds, every_s, vary, chance, asked, answered, message_in)          \
    {place, port, how, kinds, every_s, vary, chance, asked, answered, message_in},
#include "simulate/hold.list"
#undef HOLD
};
enum { TABLE = sizeof table / sizeof table[0] };

static bool does(const struct campus *campus, const struct machine *machine, unsigned variant)
{
    (void)campus;
    return (table[variant].kinds >> machine->id & 1) &&
           machine_draws(machine, 2000 + variant, table[variant].chance);
}

static const char *variant_name(unsigned variant)
{
    return table[variant].place;
}

static void say_bytes(struct talk *talk, enum talker who, const char *bytes, size_t len)
{
    struct buf out = {0};
    buf_add(&out, bytes, len);
    speak(talk, who, &out);
    buf_free(&out);
}

static void open_held(struct campus *campus, struct habit *habit)
{
    struct place *place = campus_place(campus, table[habit->variant].place);
    habit->talk = call_place(campus, habit, habit->next, place, table[habit->variant].port);
    habit->open = true;
    talk_open(&habit->talk);
    if (table[habit->variant].how == TLS) {
        greet_place(&habit->talk, place, TLS_BROWSER);
        speak_data(&habit->talk, CLIENT, 300, 500);
        speak_data(&habit->talk, SERVER, 200, 400);
        return;
    }
    /* CONNECT, keep alive 60 s, client "hub-4"; its acknowledgement (MQTT 3.1.1, 3.1 and 3.2) */
    say_bytes(&habit->talk, CLIENT, "\x10\x11\x00\x04MQTT\x04\x02\x00\x3c\x00\x05hub-4", 19);
    say_bytes(&habit->talk, SERVER, "\x20\x02\x00\x00", 4);
}

static void say_held(struct habit *habit)
{
    unsigned v = habit->variant, in = table[v].message_in;
    bool message = in && random_in(&habit->random, 1, in) == 1;
    struct talk *talk = &habit->talk;
    if (table[v].how == MQTT) {
        say_bytes(talk, CLIENT, "\xc0\x00", 2);
        say_bytes(talk, SERVER, "\xd0\x00", 2);
        if (message) /* PUBLISH, topic "t", "21.5" */
            say_bytes(talk, CLIENT, "\x30\x07\x00\x01t21.5", 9);
        return;
    }
    speak_data(talk, CLIENT, table[v].asked, table[v].asked);
    speak_data(talk, SERVER, table[v].answered, table[v].answered);
    if (message)
        speak_data(talk, random_in(&habit->random, 0, 1) ? CLIENT : SERVER, 60, 700);
}

static uint64_t act(struct campus *campus, struct habit *habit)
{
    unsigned v = habit->variant;
    bool lost = habit->open &&
                habit->next.us - habit->talk.now.us > 2 * (int64_t)table[v].every_s * SECOND_US;
    if (!habit->open || lost) {
        open_held(campus, habit);
    } else if (random_in(&habit->random, 0, 28800 / table[v].every_s) == 0) { /* once in 8 h */
        habit->talk.now = habit->next;
        talk_close(&habit->talk);
        habit->open = false;
        return random_in(&habit->random, SECOND_US, 20 * SECOND_US);
    } else {
        habit->talk.now = habit->next;
        say_held(habit);
        talk_rest(&habit->talk, CLIENT);
    }
    return wait_even(habit, table[v].every_s, table[v].vary);
}

static const char *fact(const struct campus *campus, const struct habit *habit, char out[200])
{
    unsigned v = habit->variant;
    (void)campus;
    (void)snprintf(out, 200, "heartbeats every %u s in one long conversation with %s%s",
                   table[v].every_s, table[v].place,
                   popular_name(text_of(table[v].place)) ? "" : " (not popular; harmless)");
    return out;
}

const struct behaviour behave_hold = {
    .name = "hold",
    .about = "keeps a conversation open with heartbeats",
    .kinds = EVERYBODY,
    .variants = TABLE,
    .does = does,
    .variant_name = variant_name,
    .act = act,
    .fact = fact,
};
