/*
 * Everything about one host, controller, site or device. Order: trace_make -> print -> trace_free.
 */
#ifndef MUSTER_CENSUS_TRACE_H
#define MUSTER_CENSUS_TRACE_H

#include "record/trace.h"

/* name_or_null: an address (of a host or a controller), a controller's name (also what ends in
 * ".name"), a site or a device. `near` also asks for pairs between 0.1 and 0.5; with a null name it
 * asks for nothing else, of all hosts. */
bool trace_make(struct trace *ret, const struct asker *asker, const char *name_or_null, bool near,
                struct err *err);
void trace_free(struct trace *trace);

#endif
