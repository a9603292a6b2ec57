/*
 * How conversations begin that no parser takes: the first bytes of both sides, kept until both are
 * full or a part of the conversation ends, then told as one record. Part of the application layer
 * (app.h).
 */
#ifndef MUSTER_APP_TALK_H
#define MUSTER_APP_TALK_H

#include "app.h"

/* Whether a detector wants the words of this protocol (app_recognise_stream's name). */
bool talk_wanted(const char *app_name);
void talk_data(struct app *app, uint32_t flow, unsigned dir, const uint8_t *bytes, size_t len);
/* Nothing more of this side is taken: bytes are missing. */
void talk_gap(struct app *app, uint32_t flow, unsigned dir);
/* Emits what was kept, when anything was, and keeps no more. */
void talk_tell(struct app *app, uint32_t flow);

#endif
