/* A map of the world as inline SVG, with a disc for each country by how many of something it has.
 */
#ifndef MUSTER_OUTPUT_WORLD_H
#define MUSTER_OUTPUT_WORLD_H

#include "base/buf.h"
#include "record/rows.h"

/* The rows of census table "country": a disc's area is its control servers. Says in words what it
 * shows, and what it cannot. Nothing without a country that has a place. */
void world_svg(struct buf *buf, const struct rows *country);

#endif
