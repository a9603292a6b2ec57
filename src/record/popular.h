/*
 * Registered domains that nearly every network asks for every day: operating-system updates,
 * search, mail, large providers. A listing of an address is no proof when the conversation was with
 * one of them; popularity alone never clears a listed name.
 */
#ifndef MUSTER_RECORD_POPULAR_H
#define MUSTER_RECORD_POPULAR_H

#include "base/text.h"

/* name: lower case; whether it is a popular registered domain or lies under one. */
bool popular_name(struct text name);

#endif
