/*
 * Files that lie beside a made-up capture.
 */
#ifndef MUSTER_SIMULATE_PUT_H
#define MUSTER_SIMULATE_PUT_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* Writes folder/name whole, and frees the bytes. */
bool put_file(const char *folder, const char *name, struct buf *bytes, struct err *err);
/* folder/indicators/FAMILY.txt in the style of Maltrail's trails: one a line, the family is the
 * file's name. */
bool put_trails(const char *folder, const char *family, const char *trails, struct err *err);

#endif
