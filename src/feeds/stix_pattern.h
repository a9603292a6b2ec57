/* STIX patterns (STIX 2.1, part 9), as far as single listings can stand for them. Inside feeds/. */
#ifndef MUSTER_FEEDS_STIX_PATTERN_H
#define MUSTER_FEEDS_STIX_PATTERN_H

#include "feeds/feed.h"

/* Hands every alternative of the pattern to feed_item, or rejects it with its reason. The listing's
 * kinds are set for each. */
void stix_pattern_read(struct feed_sink *sink, const struct feed_listing *listing,
                       struct text pattern);

#endif
