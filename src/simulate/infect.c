#include "simulate/infect.h"

#include <string.h>

static const struct infection_kind infections[] = {
#define INFECTION(id, name, family, kinds, port, host, seen_as)                                    \
    {name, family, seen_as, kinds, port, host},
#include "simulate/infection.list"
#undef INFECTION
};
enum {
#define INFECTION(id, name, family, kinds, port, host, seen_as) INFECTION_##id,
#include "simulate/infection.list"
#undef INFECTION
};

/* Which three: one over HTTP, one over TLS, one raw or in DNS by turns of the seed; two of them are
 * on the list, by turns of the seed as well. */
void infections_make(struct campus *campus, struct random *random)
{
    uint64_t seed = campus->plan->seed;
    const unsigned which[INFECTIONS] = {INFECTION_HTTP, INFECTION_TLS,
                                        seed & 1 ? INFECTION_RAW : INFECTION_DNS};
    for (unsigned i = 0; i < INFECTIONS; i++) {
        struct infection *infection = &campus->infection[i];
        infection->kind = &infections[which[i]];
        infection->listed = i != seed % INFECTIONS;
        const char *name = infection->kind->host_name;
        infection->controller = place_add(campus, random, name ? name : "", 0, 0);
        infection->controller->ttl_s = 300;
        /* Never the same machine twice: the second of two Windows desks is the one never off. */
        unsigned nth = which[i] == INFECTION_TLS ? 1 : 0;
        for (unsigned m = 0; m < campus->machines && infection->machine == NULL; m++)
            if ((infection->kind->kinds >> campus->machine[m].id & 1) && nth-- == 0)
                infection->machine = &campus->machine[m];
        muster_assert(infection->machine != NULL);
    }
    campus->infections = campus->plan->no_infections ? 0 : INFECTIONS;
}

struct infection *infection_of(struct campus *campus, const struct habit *habit)
{
    for (unsigned i = 0; i < campus->infections; i++)
        if (campus->infection[i].machine == habit->machine &&
            strcmp(campus->infection[i].kind->name, habit->behaviour->name) == 0)
            return &campus->infection[i];
    muster_never("the habit is an infection's");
}

bool infection_is(const struct campus *campus, const struct machine *machine,
                  const struct behaviour *behaviour)
{
    for (unsigned i = 0; i < campus->infections; i++)
        if (campus->infection[i].machine == machine &&
            strcmp(campus->infection[i].kind->name, behaviour->name) == 0)
            return true;
    return false;
}
