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
    void (*file)(void *context, const char *path, size_t below);
    void *context;
    size_t below; /* bytes of the path that is walked, with its '/' */
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
static bool read_all(struct walk_reader *r, int fd, size_t want, size_t *ret)
{
    if (want > r->room_len) {
        r->room_len = want > ROOM_FIRST ? want : ROOM_FIRST;
        r->room = mem_resize(r->room, r->room_len, 1);
    }
    size_t len = 0;
    while (len < want) {
        ssize_t got = read(fd, r->room + len, want - len);
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

static struct walk_stamp stamp_of(const struct stat *st)
{
    return (struct walk_stamp){
        (uint64_t)st->st_size,
        (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
        (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec,
    };
}

enum walk_outcome walk_read(struct walk_reader *reader, const char *path,
                            bool (*known)(const void *context, const char *path,
                                          const struct walk_stamp *stamp),
                            const void *context, struct walk_file *ret)
{
    struct stat before, after;
    enum walk_outcome outcome = WALK_UNREADABLE;
    *ret = (struct walk_file){.bytes = text_at("", 0)};
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        ret->why = errno;
        return WALK_UNREADABLE;
    }
    size_t len = 0;
    if (fstat(fd, &before) != 0 || !S_ISREG(before.st_mode)) {
        outcome = WALK_SPECIAL;
        goto out;
    }
    ret->stamp = stamp_of(&before);
    if (known && known(context, path, &ret->stamp)) {
        outcome = WALK_KNOWN;
        goto out;
    }
    ret->cut = before.st_size > WALK_FILE_MOST;
    size_t want = ret->cut ? (size_t)WALK_FILE_MOST : (size_t)before.st_size;
    if (!read_all(reader, fd, want, &len)) {
        ret->why = errno;
        goto out;
    }
    bool there = fstat(fd, &after) == 0;
    struct walk_stamp now = stamp_of(&after);
    ret->changed = !there || len != want || memcmp(&now, &ret->stamp, sizeof now) != 0;
    ret->bytes = text_at(len ? reader->room : "", len);
    outcome = WALK_READ;
out:
    (void)close(fd);
    return outcome;
}

void walk_reader_free(struct walk_reader *reader)
{
    mem_free(reader->room);
    *reader = (struct walk_reader){.room = NULL};
}

void walk_count(struct walk_counts *counts, const char *path, enum walk_outcome outcome,
                const struct walk_file *file)
{
    counts->files += outcome == WALK_READ;
    counts->bytes += file->bytes.len;
    counts->special += outcome == WALK_SPECIAL;
    counts->cut += file->cut;
    counts->changed += file->changed;
    if (outcome == WALK_UNREADABLE)
        note_unreadable(counts, path, file->why);
}

static void take_entry(struct walker *w, FTS *tree, FTSENT *entry)
{
    switch (entry->fts_info) {
    case FTS_F:
        w->file(w->context, entry->fts_path,
                entry->fts_level == FTS_ROOTLEVEL
                    ? (size_t)(entry->fts_pathlen - entry->fts_namelen)
                    : w->below);
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
          void (*file)(void *context, const char *path, size_t below), void *context, char why[300])
{
    struct walker w = {.counts = counts, .file = file, .context = context};
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
        w.below = strlen(paths[i]);
        w.below += w.below && paths[i][w.below - 1] != '/';
        for (FTSENT *entry; (entry = fts_read(tree)) != NULL;)
            take_entry(&w, tree, entry);
        (void)fts_close(tree);
    }
    return all;
}
