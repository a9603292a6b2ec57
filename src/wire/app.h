/*
 * Names of protocols that are told by their first bytes but not parsed yet: so that the summary can
 * say what was in the traffic, and detectors what a port should not carry. Pure.
 */
#ifndef MUSTER_WIRE_APP_H
#define MUSTER_WIRE_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "ssh", "smtp", ... or NULL. `opener`: the bytes are the opening side's. Static text. */
const char *app_recognise_stream(const uint8_t *bytes, size_t len, bool opener);
const char *app_recognise_datagram(const uint8_t *bytes, size_t len);

#endif
