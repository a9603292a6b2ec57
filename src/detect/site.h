/*
 * How a page or program of a home website is called: "host/path", the host as the client named it.
 */
#ifndef MUSTER_DETECT_SITE_H
#define MUSTER_DETECT_SITE_H

#include "record/record.h"

enum { SITE_KEPT = 168 };
/* Of an HTTP record; written to `site`, cut to what is kept. */
struct text site_of(const struct record *record, char site[SITE_KEPT]);

#endif
