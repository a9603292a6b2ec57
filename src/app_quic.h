/*
 * QUIC conversations: their Initials are opened (wire/quic.h) until the hellos of both sides are
 * whole or would be late, and told as one TLS record.
 *
 * Order: quic_start on the first datagram -> quic_datagram for it and each that follows ->
 * quic_finish at the flow's end.
 */
#ifndef MUSTER_APP_QUIC_H
#define MUSTER_APP_QUIC_H

#include "app.h"
#include "wire/quic.h"

void quic_start(struct flow *flow);
void quic_datagram(struct app *app, uint32_t flow, unsigned dir, const uint8_t *bytes, size_t len);
void quic_finish(struct app *app, uint32_t flow);

#endif
