/*
 * Ends that programs call regularly by design: clocks, updates, checks for a captive portal,
 * monitoring, mail, keep-alives. That a timer calls them says nothing about who commands it.
 */
#ifndef MUSTER_RECORD_REGULAR_H
#define MUSTER_RECORD_REGULAR_H

#include "base/text.h"

/* Why calls to this name (lower case; or one above it) are regular by design; NULL = no reason. */
const char *regular_name(struct text name);
/* The same of a service: app as told by content, or NULL: then the server's port speaks. */
const char *regular_service(const char *app, uint8_t protocol, uint16_t port);

#endif
