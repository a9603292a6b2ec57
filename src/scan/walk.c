#include "scan/walk.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM_FIRST = 1 << 16 };

struct walker {
    struct walk_counts *counts;
    void (*file)(void *context, const struct walk_file *file);
    void *context;
    char *room;
    size_t room_len;
};

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void note_unreadable(struct walk_counts *counts, const char *path, int why)
{
    if (counts->unreadable++ == 0)
        (void)snprintf(counts->first_unreadable, sizeof counts->first_unreadable, "%.200s: %s",
                       path, strerror(why));
}

/* As much of the file as is kept; false when reading failed. */
static bool read_all(struct walker *w, int fd, size_t want, size_t *ret)
{
    if (want > w->room_len) {
        w->room = mem_resize(w->room, want, 1);
        w->room_len = want;
    }
    size_t len = 0;
    while (len < want) {
        ssize_t got = read(fd, w->room + len, want - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    *ret = len;
    return true;
}

static void take_file(struct walker *w, const char *path)
{
    struct stat before, after;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        note_unreadable(w->counts, path, errno);
        return;
    }
    if (fstat(fd, &before) != 0 || !S_ISREG(before.st_mode)) {
        w->counts->special++;
        goto out;
    }
    size_t want = before.st_size < WALK_FILE_MOST ? (size_t)before.st_size : WALK_FILE_MOST,
           len = 0;
    if (!read_all(w, fd, want, &len)) {
        note_unreadable(w->counts, path, errno);
        goto out;
    }
    bool same = fstat(fd, &after) == 0 && after.st_size == before.st_size &&
                after.st_mtim.tv_sec == before.st_mtim.tv_sec && len == want;
    w->counts->changed += !same;
    w->counts->cut += before.st_size > WALK_FILE_MOST;
    w->counts->files++;
    w->counts->bytes += len;
    const struct walk_file file = {.path = path,
                                   .bytes = text_at(len ? w->room : "", len),
                                   .size = (uint64_t)before.st_size,
                                   .mtime_s = before.st_mtim.tv_sec};
    w->file(w->context, &file);
out:
    (void)close(fd);
}

static void take_entry(struct walker *w, FTS *tree, FTSENT *entry)
{
    switch (entry->fts_info) {
    case FTS_F:
        take_file(w, entry->fts_path);
        break;
    case FTS_D:
        if (entry->fts_level > WALK_DEPTH_MOST) {
            w->counts->deep++;
            (void)fts_set(tree, entry, FTS_SKIP);
        }
        break;
    case FTS_SL:
    case FTS_SLNONE:
        w->counts->links++;
        break;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        note_unreadable(w->counts, entry->fts_path, entry->fts_errno);
        break;
    case FTS_DEFAULT:
        w->counts->special++;
        break;
    default:
        break;
    }
}

bool walk(const char *const *paths, unsigned len, struct walk_counts *counts,
          void (*file)(void *context, const struct walk_file *file), void *context, char why[300])
{
    struct walker w = {.counts = counts, .file = file, .context = context};
    w.room = mem_new(ROOM_FIRST, 1);
    w.room_len = ROOM_FIRST;
    bool all = true;
    for (unsigned i = 0; i < len; i++) {
        struct stat there;
        char *const roots[] = {(char *)(uintptr_t)paths[i], NULL};
        FTS *tree = NULL;
        if (stat(paths[i], &there) != 0 ||
            (tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, by_name)) == NULL) {
            if (all)
                (void)snprintf(why, 300, "%.200s: %s", paths[i], strerror(errno));
            all = false;
            continue;
        }
        for (FTSENT *entry; (entry = fts_read(tree)) != NULL;)
            take_entry(&w, tree, entry);
        (void)fts_close(tree);
    }
    mem_free(w.room);
    return all;
}
