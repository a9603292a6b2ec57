/*
 * Services that tell callers their own outside address. Programs of many sorts ask them, people
 * rarely; malware does so before it reports for the first time, so that what follows weighs more.
 */
#ifndef MUSTER_RECORD_OWN_ADDRESS_H
#define MUSTER_RECORD_OWN_ADDRESS_H

#include "base/text.h"

/* name: lower case, no final dot, no port; null is none of them. */
bool own_address_name(struct text name);

#endif
