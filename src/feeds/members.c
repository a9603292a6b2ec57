/*
 * Reading an archive of thousands of lists is most of a first compile, and lists do not depend on
 * each other. The members are cut into four groups of about equal bytes, each read into a sink of
 * its own, and the sinks joined in the order of the groups. The groups are fixed by the bytes
 * alone, never by the machine, so the compiled file is the same on every machine. The first group
 * goes straight into the caller's sink; an archive under MEMBERS_ALONE bytes is one group.
 */
#include "feeds/members.h"

#include "base/mem.h"

#include <pthread.h>

enum { MEMBERS_GROUPS = 4, MEMBERS_ALONE = 1 << 22 };

void members_add(struct members *members, struct text name, struct text content)
{
    if (members->len == members->room) {
        members->room = members->room ? members->room * 2 : 256;
        members->at = mem_resize(members->at, members->room, sizeof *members->at);
    }
    members->at[members->len++] =
        (struct feed_file){.path = arena_text(&members->arena, name), .content = content};
    members->bytes += content.len;
}

void members_free(struct members *members)
{
    mem_free(members->at);
    arena_free(&members->arena);
    *members = (struct members){.at = NULL};
}

struct group {
    const struct feed_file *first, *end;
    struct feed_sink *sink;
    void (*read)(void *sink, struct text name, struct text content);
    pthread_t thread;
    bool threaded;
};

static void *group_read(void *context)
{
    struct group *group = context;
    for (const struct feed_file *file = group->first; file != group->end; file++)
        group->read(group->sink, file->path, file->content);
    return NULL;
}

void members_read(const struct members *members, struct feed_sink *sink,
                  void (*read)(void *sink, struct text name, struct text content))
{
    struct group group[MEMBERS_GROUPS];
    unsigned groups = members->bytes < MEMBERS_ALONE ? 1 : MEMBERS_GROUPS;
    const struct feed_file *at = members->at, *end = at ? at + members->len : at;
    uint64_t bytes = 0;
    if (members->len == 0)
        return;
    for (unsigned g = 0; g < groups; g++) {
        group[g] = (struct group){.first = at, .read = read};
        while (at != end && (g + 1 == groups || bytes < members->bytes / groups * (g + 1)))
            bytes += at++->content.len;
        group[g].end = at;
        group[g].sink = g == 0 ? sink : feed_sink_new();
    }
    for (unsigned g = 1; g < groups; g++)
        group[g].threaded = pthread_create(&group[g].thread, NULL, group_read, &group[g]) == 0;
    (void)group_read(&group[0]);
    for (unsigned g = 1; g < groups; g++) {
        if (group[g].threaded)
            (void)pthread_join(group[g].thread, NULL);
        else
            (void)group_read(&group[g]);
        feed_sink_join(sink, group[g].sink);
        feed_sink_free(group[g].sink);
    }
}
