/*
 * The files of an archive, read by several threads into one sink. Inside feeds/ only.
 * Order: members_add for each -> members_read -> members_free. Contents must stay until then.
 */
#ifndef MUSTER_FEEDS_MEMBERS_H
#define MUSTER_FEEDS_MEMBERS_H

#include "base/arena.h"
#include "feeds/compile.h"

struct members {
    struct arena arena; /* their names */
    struct feed_file *at;
    size_t len, room;
    uint64_t bytes;
};

void members_add(struct members *members, struct text name, struct text content);
/* Calls read(sink, name, content) for each, with a sink of the thread's own, and joins them in the
 * order of the archive. */
void members_read(const struct members *members, struct feed_sink *sink,
                  void (*read)(void *sink, struct text name, struct text content));
void members_free(struct members *members);

#endif
