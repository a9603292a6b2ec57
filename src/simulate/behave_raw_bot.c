/* Controlled: one long TCP conversation with a bare address, with heartbeats of a few bytes; opened
 * anew when it breaks. */
#include "simulate/calls.h"
#include "simulate/infect.h"

static void say_raw(struct talk *talk, enum talker who, size_t len)
{
    struct buf out = {0};
    buf_char(&out, (char)len);
    buf_add(&out, "\0\0\0", 3);
    buf_reserve(&out, len);
    random_bytes(talk->random, out.at + out.len, len);
    out.len += len;
    speak(talk, who, &out);
    buf_free(&out);
}

static uint64_t act(struct campus *campus, struct habit *habit)
{
    const struct infection *infection = infection_of(campus, habit);
    struct talk *talk = &habit->talk;
    if (!habit->open) {
        *talk =
            call_place(campus, habit, habit->next, infection->controller, infection->kind->port);
        talk_open(talk);
        say_raw(talk, CLIENT, 60);
        talk_rest(talk, SERVER);
        habit->open = true;
        return wait_even(habit, 45, 4);
    }
    talk->now = habit->next;
    if (random_in(&habit->random, 0, 700) == 0) { /* about every nine hours */
        talk_close(talk);
        habit->open = false;
        return wait_even(habit, 20, 50);
    }
    say_raw(talk, CLIENT, 12);
    say_raw(talk, SERVER, 8);
    if (random_in(&habit->random, 0, 150) == 0)
        say_raw(talk, SERVER, 90); /* an order */
    talk_rest(talk, CLIENT);
    return wait_even(habit, 45, 4);
}

const struct behaviour behave_raw_bot = {
    .name = "raw-bot",
    .about = "controlled over one long TCP conversation",
    .kinds = CAMERAS,
    .infection = true,
    .act = act,
};
