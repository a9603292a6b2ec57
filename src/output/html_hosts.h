/*
 * The hosts of a report as HTML: a row for each host and controller, when it was seen as a strip,
 * and below it the reason, which opens to all evidence.
 */
#ifndef MUSTER_OUTPUT_HTML_HOSTS_H
#define MUSTER_OUTPUT_HTML_HOSTS_H

#include "base/buf.h"
#include "record/census.h"

/* The hosts that count, or those that do not yet. False: there is none, nothing was written. Ends
 * when the page has `bytes_most`, and says so. */
bool html_hosts(struct buf *buf, const struct census *census, bool counted, size_t bytes_most);

#endif
