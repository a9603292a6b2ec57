/* One desk asks every other hour for a listed name that exists no more: an old bookmark. To ask is
 * not to be controlled. */
#include "simulate/calls.h"

#include <stdio.h>

static bool does(const struct campus *campus, const struct machine *machine, unsigned variant)
{
    (void)variant;
    for (unsigned i = campus->machines; i-- > 0;) /* the last of its kind */
        if (campus->machine[i].id == machine->id)
            return machine == &campus->machine[i];
    return false;
}

static uint64_t act(struct campus *campus, struct habit *habit)
{
    static const struct answer none = {.type = DNS_TYPE_A, .rcode = DNS_NXDOMAIN};
    (void)ask_once(campus, habit, habit->next, STALE_NAME, &none);
    return wait_even(habit, 7200, 40);
}

static const char *fact(const struct campus *campus, const struct habit *habit, char out[200])
{
    (void)campus;
    (void)habit;
    (void)snprintf(out, 200, "asks DNS for %s, a listed name that exists no more", STALE_NAME);
    return out;
}

const struct behaviour behave_stale_name = {
    .name = "stale-name",
    .about = "asks for a listed name that exists no more",
    .kinds = WINDOWS_DESKS,
    .does = does,
    .act = act,
    .fact = fact,
};
