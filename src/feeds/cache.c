/*
 * The cache of compiled sets: a set is compiled once and then opened in milliseconds.
 *
 * A set's key is a digest of the names, sizes and modification times of its files (and of the
 * format's version): looking at 3,000 files costs milliseconds where reading them costs a second.
 * The file is called <set>-<digest of the path>-<key>.indicators; older ones of the same path are
 * removed when a new one appears. What users are shown is the digest of the content, inside.
 *
 * A file that was changed within its time stamp's grain and kept its size is taken for unchanged.
 */
#include "feeds/feeds.h"

#include "base/file.h"
#include "base/mem.h"
#include "feeds/container.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SET_FILES = 100000,
    SET_DEPTH = 16,
    SET_STEM = 64, /* bytes of the set's name kept in the cache file's name */
};

struct set_file {
    const char *path; /* relative to the root; "" when the root is a file */
    uint64_t size, modified_ns;
};

struct set_files {
    struct arena *arena;
    struct set_file *at;
    size_t len, room;
};

static void files_add(struct set_files *files, const char *path, const struct stat *st)
{
    if (files->len == files->room) {
        files->room = files->room ? files->room * 2 : 64;
        files->at = mem_resize(files->at, files->room, sizeof *files->at);
    }
    files->at[files->len++] = (struct set_file){
        .path = path,
        .size = (uint64_t)st->st_size,
        .modified_ns = (uint64_t)st->st_mtim.tv_sec * 1000000000u + (uint64_t)st->st_mtim.tv_nsec,
    };
}

static bool folder_walk(struct set_files *files, int folder, const char *below, unsigned depth,
                        struct err *err);

static bool folder_entry(struct set_files *files, int folder, const char *below, const char *name,
                         unsigned depth, struct err *err)
{
    struct stat st;
    if (fstatat(folder, name, &st, 0) != 0)
        return true; /* gone meanwhile, or a link to nowhere */
    const char *path = arena_format(files->arena, "%s%s%s", below, below[0] ? "/" : "", name).at;
    if (S_ISREG(st.st_mode) && files->len == SET_FILES)
        return err_set(err, "more than %d files in one indicator folder", SET_FILES);
    if (S_ISREG(st.st_mode))
        files_add(files, path, &st);
    if (!S_ISDIR(st.st_mode) || depth == SET_DEPTH)
        return true;
    int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return inner < 0 || folder_walk(files, inner, path, depth + 1, err); /* links are not entered */
}

/* Closes `folder`. */
static bool folder_walk(struct set_files *files, int folder, const char *below, unsigned depth,
                        struct err *err)
{
    DIR *dir = fdopendir(folder);
    if (dir == NULL) {
        (void)close(folder);
        return err_errno(err, "cannot list %s", below);
    }
    bool done = true;
    for (struct dirent *entry; done && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            done = folder_entry(files, dirfd(dir), below, entry->d_name, depth, err);
    (void)closedir(dir);
    return done;
}

static int file_order(const void *left, const void *right)
{
    const struct set_file *a = left, *b = right;
    return strcmp(a->path, b->path);
}

static bool files_find(struct set_files *files, const char *path, struct err *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_errno(err, "cannot look at the indicators in %s", path);
    if (S_ISREG(st.st_mode)) {
        files_add(files, "", &st);
        return true;
    }
    if (!S_ISDIR(st.st_mode))
        return err_set(err, "%s is neither a file nor a folder", path);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return err_errno(err, "cannot open %s", path);
    if (!folder_walk(files, folder, "", 0, err))
        return false;
    if (files->len)
        qsort(files->at, files->len, sizeof *files->at, file_order);
    return true;
}

static uint64_t files_key(const struct set_files *files)
{
    uint64_t key = INDICATOR_VERSION;
    for (size_t i = 0; i < files->len; i++) {
        const struct set_file *f = &files->at[i];
        uint64_t numbers[3] = {key, f->size, f->modified_ns};
        key = XXH3_64bits_withSeed(f->path, strlen(f->path), XXH3_64bits(numbers, sizeof numbers));
    }
    return key;
}

static struct text cache_folder(const char *cache_or_null, struct arena *arena, struct err *err)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache_or_null != NULL)
        return arena_text(arena, text_of(cache_or_null));
    if (xdg != NULL && xdg[0] == '/') /* a relative one is to be ignored (XDG base directories) */
        return arena_format(arena, "%s/muster", xdg);
    if (home != NULL && home[0] != '\0')
        return arena_format(arena, "%s/.cache/muster", home);
    (void)err_set(err, "no place for compiled indicators: set HOME or give --cache DIR");
    return text_at(NULL, 0);
}

/* Removes what the same path was compiled to before. */
static void cache_sweep(const char *folder, const char *prefix, const char *keep)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (text_starts(text_of(entry->d_name), prefix) &&
            text_ends(text_of(entry->d_name), ".indicators") && strcmp(entry->d_name, keep) != 0)
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    (void)closedir(dir);
}

static void set_read(struct feed_sink *sink, const struct set_files *files, const char *root,
                     struct arena *arena)
{
    for (size_t i = 0; i < files->len; i++) {
        const struct set_file *f = &files->at[i];
        const char *path = f->path[0] ? arena_format(arena, "%s/%s", root, f->path).at : root;
        const char *slash = strrchr(root, '/');
        struct text shown = text_of(f->path[0] ? f->path : slash ? slash + 1 : root);
        struct file_map map;
        if (f->size >= UINT32_MAX || !file_map(&map, path, NULL)) {
            feed_sink_file(sink, shown);
            feed_reject(sink, REJECT_FILE, text_of("cannot be read"));
            continue;
        }
        if (map.len)
            feed_container_read(sink, shown, text_at(map.at, map.len));
        file_unmap(&map);
    }
}

static bool set_compile(const struct set_files *files, const char *root, struct text name,
                        const char *target, struct arena *arena, struct err *err)
{
    struct feed_sink *sink = feed_sink_new();
    struct buf out = {0};
    set_read(sink, files, root, arena);
    bool done = false;
    if (sink->total == 0) {
        struct buf why = {0};
        feed_sink_tell(sink, &why);
        (void)err_set(err, "no indicator in %s can be used (%s)", root,
                      why.len ? why.at : "it is empty");
        buf_free(&why);
    } else {
        feed_sink_build(sink, name, text_of(root), &out);
        done = file_write(target, out.at, out.len, 0600, err);
    }
    buf_free(&out);
    feed_sink_free(sink);
    return done;
}

/* A file name's worth of the set's name. */
static struct text stem_safe(struct text stem, struct arena *arena)
{
    struct text copy = arena_text(arena, stem);
    char *at = (char *)(uintptr_t)copy.at;
    for (uint32_t i = 0; i < copy.len; i++)
        if (at[i] == '/' || (unsigned char)at[i] <= ' ' || (unsigned char)at[i] >= 127)
            at[i] = '_';
    if (copy.len > SET_STEM)
        copy.len = SET_STEM;
    return copy;
}

/* Whether the file at `path` can be used as it is. */
static bool cache_whole(const char *path)
{
    struct indicators *all = indicators_new();
    bool whole = file_exists(path) && indicators_open(all, path, NULL);
    indicators_free(all);
    return whole;
}

struct text feeds_compiled(const char *path, const char *cache_or_null, struct arena *arena,
                           bool *compiled, struct err *err)
{
    struct text none = {NULL, 0}, ret = {NULL, 0};
    struct arena scratch = {0};
    struct set_files files = {.arena = &scratch};
    char root[PATH_MAX];
    *compiled = false;
    struct text folder = cache_folder(cache_or_null, &scratch, err);
    if (folder.at == NULL)
        goto out;
    if (realpath(path, root) == NULL) {
        (void)err_errno(err, "cannot find the indicators in %s", path);
        goto out;
    }
    if (!files_find(&files, root, err))
        goto out;
    struct text name = feed_stem(text_of(root));
    struct text stem = stem_safe(name, &scratch);
    struct text prefix = arena_format(&scratch, "%.*s-%08" PRIx32 "-", (int)stem.len, stem.at,
                                      (uint32_t)indicator_hash(root, strlen(root)));
    struct text file =
        arena_format(&scratch, "%s%016" PRIx64 ".indicators", prefix.at, files_key(&files));
    ret = arena_format(arena, "%s/%s", folder.at, file.at);
    if (cache_whole(ret.at))
        goto out;
    *compiled = true;
    if (!file_make_folder(folder.at, 0700, err) ||
        !set_compile(&files, root, name, ret.at, &scratch, err))
        ret = none;
    else
        cache_sweep(folder.at, prefix.at, file.at);
out:
    mem_free(files.at);
    arena_free(&scratch);
    return ret;
}
