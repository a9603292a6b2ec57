/*
 * Public resolvers: addresses that all sorts of programs ask for names, malware among them.
 */
#ifndef MUSTER_RECORD_RESOLVER_H
#define MUSTER_RECORD_RESOLVER_H

#include "record/address.h"

/* Who operates the public resolver at this address; NULL = none is known there. */
const char *public_resolver(struct address address);

#endif
