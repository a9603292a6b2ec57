/*
 * Indicator files in (the formats of feeds.list), one compiled cache file out. What a file is, is
 * told by its content. A new format is one file ending in `const struct feed_format feed_x` and one
 * line in feeds/feeds.list.
 */
#ifndef MUSTER_FEEDS_FEEDS_H
#define MUSTER_FEEDS_FEEDS_H

#include "base/arena.h"
#include "base/err.h"

/* The compiled file of PATH (a file, .gz/.zst/.tar.zst, or a folder), made when it is not in the
 * cache yet: $XDG_CACHE_HOME/muster or cache_or_null, keyed by a digest of names, sizes and
 * modification times (checked in milliseconds) that stands for content. Returns its path, in the
 * arena; null and err when nothing in it could be used. `compiled` tells whether it was made now.
 */
struct text feeds_compiled(const char *path, const char *cache_or_null, struct arena *arena,
                           bool *compiled, struct err *err);

enum { FEEDS_KNOWN = 64 };
struct feed_paths {
    const char *at[FEEDS_KNOWN]; /* absolute, NUL-terminated, in the arena */
    unsigned len;
};
/* The paths that `muster feeds add` recorded in STORE/feeds.list, for a read without --intel. None
 * recorded, or store "none": true and len 0. */
bool feeds_known(const char *store_folder, struct arena *arena, struct feed_paths *ret,
                 struct err *err);
/* Records the absolute path of `path` in STORE/feeds.list unless it is there. */
bool feeds_remember(const char *store_folder, const char *path, struct err *err);

#endif
