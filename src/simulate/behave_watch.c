/* The monitoring host asks whether services are up, outside and inside, like clockwork. */
#include "simulate/calls.h"

#include <stdio.h>

static const struct {
    const char *place; /* NULL = the campus' own web server */
    uint16_t port;
    uint32_t every_s;
} table[] = {
    {"www.campus-branch.example", 80, 60},
    {"learn.campus-courses.example", 443, 600},
    {"imap.campus-post.example", 993, 300},
    {NULL, 80, 300},
};
enum { TABLE = sizeof table / sizeof table[0] };

static const char *variant_name(unsigned variant)
{
    return table[variant].place ? table[variant].place : "web-server";
}

static uint64_t act(struct campus *campus, struct habit *habit)
{
    unsigned v = habit->variant;
    if (table[v].place != NULL && table[v].port != 80) {
        call_tls(campus, habit, campus_place(campus, table[v].place), table[v].port, 90, 200);
        return wait_even(habit, table[v].every_s, 0);
    }
    struct machine *web = campus_machine(campus, KIND_WEB);
    struct talk talk =
        table[v].place
            ? call_place(campus, habit, habit->next, campus_place(campus, table[v].place), 80)
            : call_ends(campus, habit, habit->next, end_inside(habit->machine, web->v4),
                        end_service(web, 80), 300);
    talk_open(&talk);
    speak_http(&talk, table[v].place ? table[v].place : "www.campus.example", "/health",
               "check_http/v2.3.3 (monitoring-plugins 2.3.3)", 12);
    talk_close(&talk);
    return wait_even(habit, table[v].every_s, 0);
}

static const char *fact(const struct campus *campus, const struct habit *habit, char out[200])
{
    (void)campus;
    (void)snprintf(out, 200, "checks every %u s whether %s is up", table[habit->variant].every_s,
                   variant_name(habit->variant));
    return out;
}

const struct behaviour behave_watch = {
    .name = "watch",
    .about = "asks whether services are up",
    .kinds = MONITORS,
    .variants = TABLE,
    .variant_name = variant_name,
    .act = act,
    .fact = fact,
};
