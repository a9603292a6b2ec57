/*
 * The indicator paths that a store remembers (STORE/feeds.list): one absolute path a line, '#'
 * comments. Nothing is copied; a path that is gone is reported by whoever opens it.
 */
#include "feeds/feeds.h"

#include "base/buf.h"
#include "base/file.h"
#include "feeds/feed.h"

#include <limits.h>
#include <stdlib.h>

static bool store_is_none(const char *store_folder)
{
    return store_folder == NULL || strcmp(store_folder, "none") == 0;
}

bool feeds_known(const char *store_folder, struct arena *arena, struct feed_paths *ret,
                 struct err *err)
{
    *ret = (struct feed_paths){.len = 0};
    if (store_is_none(store_folder))
        return true;
    const char *path = arena_format(arena, "%s/feeds.list", store_folder).at;
    struct file_map map;
    if (!file_exists(path))
        return true;
    if (!file_map(&map, path, err))
        return false;
    bool done = map.len <= UINT32_MAX;
    struct feed_lines lines = {.at = NULL, .end = NULL};
    if (done && map.len)
        lines = feed_lines_over(NULL, text_at(map.at, map.len));
    while (ret->len < FEEDS_KNOWN && feed_line_next(&lines))
        if (lines.line.at[0] == '/')
            ret->at[ret->len++] = arena_text(arena, lines.line).at;
    file_unmap(&map);
    return done ? true : err_set(err, "%s is too large", path);
}

bool feeds_remember(const char *store_folder, const char *path, struct err *err)
{
    struct arena arena = {0};
    struct feed_paths known;
    struct buf out = {0};
    char root[PATH_MAX];
    bool done = false, there = false;
    if (store_is_none(store_folder)) {
        (void)err_set(err, "--store none keeps nothing: name a store to add indicators to");
        goto out;
    }
    if (realpath(path, root) == NULL) {
        (void)err_errno(err, "cannot find %s", path);
        goto out;
    }
    if (strpbrk(root, "\r\n") != NULL) { /* feeds.list has one path a line */
        (void)err_set(err, "%s has a line break in its name and cannot be remembered: rename it",
                      root);
        goto out;
    }
    if (!file_make_folder(store_folder, 0700, err) ||
        !feeds_known(store_folder, &arena, &known, err))
        goto out;
    buf_string(&out, "# Indicators that `muster read` uses when no --intel is given: one path a "
                     "line.\n");
    for (unsigned i = 0; i < known.len; i++) {
        there = there || strcmp(known.at[i], root) == 0;
        buf_format(&out, "%s\n", known.at[i]);
    }
    if (!there && known.len == FEEDS_KNOWN) {
        (void)err_set(err, "the store remembers %d indicator sets already", FEEDS_KNOWN);
        goto out;
    }
    if (!there)
        buf_format(&out, "%s\n", root);
    done = there || file_write(arena_format(&arena, "%s/feeds.list", store_folder).at, out.at,
                               out.len, 0600, err);
out:
    buf_free(&out);
    arena_free(&arena);
    return done;
}
