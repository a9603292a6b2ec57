/*
 * An arena: many small allocations with one lifetime, one reset. Grows in chunks; nothing is freed
 * alone. Not for what traffic fills (that has a fixed capacity: table.h), but for what a run owns:
 * configuration, rows on their way to the store, a report being made.
 */
#ifndef MUSTER_BASE_ARENA_H
#define MUSTER_BASE_ARENA_H

#include "base/text.h"

#include <stddef.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *chunk; /* the one being filled; older ones behind it */
    size_t used;               /* bytes of it */
};

/* Zeroed, 16-byte aligned; lives until arena_free. Starts from a zeroed struct arena. */
void *arena_new(struct arena *arena, size_t bytes);
/* A copy with a NUL behind it; a null text stays null. */
struct text arena_text(struct arena *arena, struct text text);
/* printf into the arena; the text is NUL-terminated. */
struct text arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *arena); /* leaves it empty and usable */
/* Forgets what was in it and keeps one chunk of its room: for what is filled again and again. */
void arena_reset(struct arena *arena);

#endif
