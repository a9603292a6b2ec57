/*
 * The files behind the paths that a person gave, in the order in which they are best read: every
 * folder's files by the time of their first packet, so that hours written to several files join.
 * A file that tells no time (no capture, empty, unreadable) stays in the list, behind the others,
 * so that reading it can report it by name and reason.
 */
#include "source/source.h"

#include "base/mem.h"
#include "source/input.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILES_MAX = 4 * 1024 * 1024, /* of one list */
    DEPTH_MAX = 64,              /* folders in folders; links are not followed, so no circles */
    PEEK_BYTES = 64 * 1024,      /* read of each file for its first packet's time */
};

/* A file of a folder; sorted by time, then path. */
struct entry {
    struct instant first; /* INSTANT_NONE_US sorts last */
    char *path;
};

/* The folder being walked. */
struct walk {
    struct entry *entry;
    size_t len, room;
    uint8_t *peek; /* PEEK_BYTES */
};

static struct instant first_time(const char *path, uint8_t *peek)
{
    struct instant none = {INSTANT_NONE_US}, first = none;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return none;
    size_t len = 0;
    while (len < PEEK_BYTES) {
        ssize_t n = read(fd, peek + len, PEEK_BYTES - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    (void)close(fd);
    const struct source_kind *kind = source_kind_of(peek, len);
    if (unpack_knows(peek, len))
        return source_first(source_open(path, NULL, NULL), &first) ? first : none;
    if (kind == NULL || (kind->first != NULL && kind->first(peek, len, &first)))
        return first;
    /* The first packet lies further on. */
    return source_first(source_open(path, kind->name, NULL), &first) ? first : none;
}

static void walk_add(struct walk *walk, const char *path, struct instant first)
{
    if (walk->len == walk->room) {
        walk->room = walk->room ? 2 * walk->room : 64;
        walk->entry = mem_resize(walk->entry, walk->room, sizeof *walk->entry);
    }
    walk->entry[walk->len++] = (struct entry){.first = first, .path = mem_strdup(path)};
}

static bool walk_folder(struct walk *walk, const char *folder, int depth, struct err *err);

/* One name in a folder. Links, pipes and devices are not taken: only files that lie here. */
static bool walk_name(struct walk *walk, const char *folder, const char *name, int depth,
                      struct err *err)
{
    char path[PATH_MAX];
    size_t len = strlen(folder);
    const char *slash = len && folder[len - 1] == '/' ? "" : "/";
    int used = snprintf(path, sizeof path, "%s%s%s", folder, slash, name);
    struct stat st;
    if (used < 0 || (size_t)used >= sizeof path)
        return err_set(err, "the path of %s in %s is too long", name, folder);
    if (lstat(path, &st) != 0)
        return true; /* gone since it was listed */
    if (S_ISDIR(st.st_mode))
        return walk_folder(walk, path, depth + 1, err);
    if (!S_ISREG(st.st_mode))
        return true;
    if (walk->len == FILES_MAX)
        return err_set(err, "%s: there are more than %d files", folder, FILES_MAX);
    walk_add(walk, path, first_time(path, walk->peek));
    return true;
}

static bool walk_folder(struct walk *walk, const char *folder, int depth, struct err *err)
{
    struct instant none = {INSTANT_NONE_US};
    DIR *dir = depth < DEPTH_MAX ? opendir(folder) : NULL;
    if (dir == NULL) { /* reading it will say why */
        walk_add(walk, folder, none);
        return true;
    }
    bool good = true;
    for (struct dirent *d; good && (d = readdir(dir)) != NULL;)
        if (d->d_name[0] != '.') /* hidden, and the folder itself and its parent */
            good = walk_name(walk, folder, d->d_name, depth, err);
    (void)closedir(dir);
    return good;
}

static int entry_compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    bool known_a = instant_known(a->first), known_b = instant_known(b->first);
    if (known_a != known_b)
        return known_a ? -1 : 1;
    if (a->first.us != b->first.us)
        return a->first.us < b->first.us ? -1 : 1;
    return strcmp(a->path, b->path);
}

static void list_add(struct source_list *list, char *path)
{
    /* Room is a power of two, so that len tells when it is full. */
    if ((list->len & (list->len - 1)) == 0)
        list->path = mem_resize(list->path, list->len ? 2 * list->len : 1, sizeof *list->path);
    list->path[list->len++] = path;
}

static bool list_folder(struct source_list *list, const char *folder, struct err *err)
{
    struct walk walk = {.peek = mem_new(PEEK_BYTES, 1)};
    bool good = walk_folder(&walk, folder, 0, err);
    if (walk.len)
        qsort(walk.entry, walk.len, sizeof *walk.entry, entry_compare);
    for (size_t i = 0; i < walk.len; i++)
        list_add(list, walk.entry[i].path);
    mem_free(walk.entry);
    mem_free(walk.peek);
    return good;
}

bool source_list_make(struct source_list *list, char *const *paths, size_t len, struct err *err)
{
    *list = (struct source_list){0};
    for (size_t i = 0; i < len; i++) {
        struct stat st;
        bool folder = strcmp(paths[i], "-") != 0 && stat(paths[i], &st) == 0 && S_ISDIR(st.st_mode);
        if (!folder) {
            list_add(list, mem_strdup(paths[i]));
        } else if (!list_folder(list, paths[i], err)) {
            source_list_free(list);
            return false;
        }
    }
    return true;
}

void source_list_free(struct source_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        mem_free(list->path[i]);
    mem_free(list->path);
    *list = (struct source_list){0};
}
