/*
 * What an HTTP client says of the machine it runs on (RFC 9110 10.1.5 leaves the form free;
 * browsers share one: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) ..."). Pure.
 */
#ifndef MUSTER_WIRE_USER_AGENT_H
#define MUSTER_WIRE_USER_AGENT_H

#include "base/text.h"

/* "Windows NT 10.0", "Intel Mac OS X 10_15_7", "Android 13; SM-A536B": a view of `agent`; null when
 * it names none of the systems known here. */
struct text user_agent_platform(struct text agent);

#endif
