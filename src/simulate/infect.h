/*
 * What controls which machine of the campus (infection.list). A controlled machine does the
 * behaviour that has its infection's name.
 */
#ifndef MUSTER_SIMULATE_INFECT_H
#define MUSTER_SIMULATE_INFECT_H

#include "simulate/campus.h"

/* Adds the controllers and chooses the machines. */
void infections_make(struct campus *campus, struct random *random);
/* Whether the machine is controlled in the way of this behaviour. */
bool infection_is(const struct campus *campus, const struct machine *machine,
                  const struct behaviour *behaviour);
/* The infection that a habit belongs to. */
struct infection *infection_of(struct campus *campus, const struct habit *habit);

#endif
