/*
 * A trace for people and programs.
 */
#ifndef MUSTER_OUTPUT_TRACE_H
#define MUSTER_OUTPUT_TRACE_H

#include "base/buf.h"
#include "record/trace.h"

void output_trace(struct buf *buf, const struct trace *trace);
void output_trace_json(struct buf *buf, const struct trace *trace); /* one document */

#endif
