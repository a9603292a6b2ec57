/* The campus' web server has visitors from outside; a service somewhere looks regularly whether it
 * is up. */
#include "simulate/calls.h"

enum { PEOPLE_VISIT, UPTIME, VISITS };

static uint64_t act(struct campus *campus, struct habit *habit)
{
    bool uptime = habit->variant == UPTIME;
    struct address from = uptime ? campus->upstream[0] : draw_address(&habit->random);
    if (uptime) /* a neighbour of the resolver: one fixed address */
        from.low ^= 9;
    struct talk talk =
        call_ends(campus, habit, habit->next,
                  end_outside(from, (uint16_t)random_in(&habit->random, 32768, 60999)),
                  end_service(habit->machine, 80), 700);
    talk_open(&talk);
    speak_http(&talk, "www.campus.example", "/",
               uptime ? "uptime-lantern/1.0 (+https://uptime-lantern.example)" : browser_agent,
               uptime ? 40 : random_in(&habit->random, 300, 900));
    talk_close(&talk);
    return uptime ? wait_even(habit, 300, 0) : wait_poisson(habit, 240);
}

static const char *variant_name(unsigned variant)
{
    return variant == UPTIME ? "uptime" : "people";
}

const struct behaviour behave_visitors = {
    .name = "visitors",
    .about = "is visited from outside",
    .kinds = WEB_SERVERS,
    .variants = VISITS,
    .variant_name = variant_name,
    .act = act,
};
