/* Indicator sets for tests: files in a folder of their own, compiled into a cache beside it. */
#ifndef MUSTER_TESTS_FEED_SET_H
#define MUSTER_TESTS_FEED_SET_H

#include "base/file.h"
#include "feeds/feeds.h"
#include "record/indicators.h"

#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct feed_set {
    char folder[64]; /* the test's own; removed at the end */
    char path[512];  /* last file written */
    struct arena arena;
    struct indicators *all;
};

static inline struct feed_set feed_set_new(void)
{
    struct feed_set set = {.folder = "/tmp/muster-test-XXXXXX"};
    assert(mkdtemp(set.folder) != NULL);
    set.all = indicators_new();
    return set;
}

static inline const char *feed_set_file(struct feed_set *set, const char *name, const void *bytes,
                                        size_t len)
{
    struct err err;
    (void)snprintf(set->path, sizeof set->path, "%s/%s", set->folder, name);
    char *slash = strrchr(set->path, '/');
    *slash = '\0';
    assert(file_make_folder(set->path, 0700, &err));
    *slash = '/';
    assert(file_write(set->path, bytes, len, 0600, &err));
    return set->path;
}

static inline struct text feed_set_compile(struct feed_set *set, const char *path, bool *compiled,
                                           struct err *err)
{
    char cache[96];
    (void)snprintf(cache, sizeof cache, "%s/cache", set->folder);
    return feeds_compiled(path, cache, &set->arena, compiled, err);
}

/* Writes, compiles and opens; the first set is number 0. */
static inline void feed_set_add(struct feed_set *set, const char *name, const char *content)
{
    struct err err = {""};
    bool compiled = false;
    const char *path = feed_set_file(set, name, content, strlen(content));
    struct text file = feed_set_compile(set, path, &compiled, &err);
    if (file.at == NULL || !indicators_open(set->all, file.at, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        abort();
    }
}

static inline int feed_set_remove(const char *path, const struct stat *st, int flag,
                                  struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static inline void feed_set_free(struct feed_set *set)
{
    indicators_free(set->all);
    arena_free(&set->arena);
    (void)nftw(set->folder, feed_set_remove, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
