/*
 * Sets that came from a URL and can be fetched again. Each has a folder of its own in
 * STORE/feeds: the file as it came, and `source`, which says from where, when, and what tells it
 * from a newer one. STORE/feeds.list names the file like any other indicator file.
 *
 *     feed_remote_add      a URL for the first time
 *     feed_remotes_open -> feed_remote_update for each
 *
 * What is here stays until something better has come whole, been read, and been found to be of the
 * same kind and not much smaller.
 */
#ifndef MUSTER_FEEDS_REMOTE_H
#define MUSTER_FEEDS_REMOTE_H

#include "base/arena.h"
#include "base/err.h"
#include "record/knob.h"

/* Limits of fetching, by knob (stage "feeds"). */
enum { FEEDS_MEGABYTES, FEEDS_CONNECT, FEEDS_STALL, FEEDS_TOTAL, FEEDS_REDIRECTS, FEEDS_KNOBS };
extern const struct knob feeds_knobs[FEEDS_KNOBS + 1];

/* Texts are in the arena, NUL-terminated, "" when unknown. */
struct feed_remote {
    const char *folder, *path, *name; /* path = folder/name */
    const char *url, *fetched, *digest, *format, *etag, *modified;
    uint64_t listings, bytes;
};

enum feed_change {
    FEED_CHANGED,
    FEED_UNCHANGED, /* the server says so, or the bytes are the same */
    FEED_KEPT,      /* what came is not used: err says why */
};

bool feed_remote_is(const char *word); /* a URL */
/* Fetches, checks, keeps and remembers a URL; ret as it is then. A URL that is known is updated. */
bool feed_remote_add(const char *store_folder, const char *url, const double *knob,
                     struct arena *arena, struct feed_remote *ret, struct err *err);
enum { FEED_REMOTES = 64 };
/* The sets of a store that came from URLs, sorted by name; how many. */
unsigned feed_remotes_open(const char *store_folder, struct arena *arena,
                           struct feed_remote ret[FEED_REMOTES]);
/* The set that the file at `path` belongs to; false when it did not come from a URL. */
bool feed_remote_of(const char *path, struct arena *arena, struct feed_remote *ret);
/* Asks the server again; remote becomes what is there afterwards. force: even if much smaller or of
 * another format. */
enum feed_change feed_remote_update(struct feed_remote *remote, const double *knob, bool force,
                                    struct arena *arena, struct err *err);

#endif
