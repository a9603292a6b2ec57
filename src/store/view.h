/* How SQL sees the stored rows: see view.c. */
#ifndef MUSTER_STORE_VIEW_H
#define MUSTER_STORE_VIEW_H

#include "store/duck.h"
#include "store/store.h"

/* Defines the views `admitted`, `suppressed` and `sightings` over the tables sighting, contact and
 * coverage. view (or NULL) must live as long as the connection. */
bool view_make(struct duck *duck, const struct store_view *view, struct err *err);

#endif
