/*
 * Files as they come: compressed, archived, or neither; told by their first bytes. Inside feeds/.
 */
#ifndef MUSTER_FEEDS_CONTAINER_H
#define MUSTER_FEEDS_CONTAINER_H

#include "feeds/compile.h"

/* zip.c: hands each file of a zip archive to `member`; null, or why the rest was not read. */
const char *feed_zip_read(struct text archive,
                          void (*member)(void *context, struct text name, struct text content),
                          void *context);

/* Reads one file of a set, whatever it is wrapped in. What cannot be unwrapped is counted. */
void feed_container_read(struct feed_sink *sink, struct text path, struct text content);

#endif
