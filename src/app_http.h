/*
 * HTTP/1 over a conversation: heads in both directions, pipelined requests matched to responses in
 * order, bodies skipped by length or chunks. Part of the application layer (app.h).
 */
#ifndef MUSTER_APP_HTTP_H
#define MUSTER_APP_HTTP_H

#include "app.h"

void http_start(struct flow *flow);
void http_data(struct app *app, uint32_t flow, unsigned dir, const uint8_t *bytes, size_t len);
void http_gap(struct app *app, uint32_t flow, unsigned dir, uint32_t len);
void http_finish(struct app *app, uint32_t flow);

/* app.c's: hands a record on with the frame's time and number. */
void app_emit(struct app *app, const struct flow *flow, enum record_kind kind, const void *what);
/* app.c's: what follows in both directions is whatever a proxy passes on (RFC 9110 9.3.6). */
void app_tunnel(struct app *app, uint32_t flow);

#endif
