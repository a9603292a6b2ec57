#include "source/follow_inside.h"

#include "base/mem.h"
#include "source/input.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
    DEPTH_MAX = 16,
    AWAY_LOOKS = 3,  /* a log that is being moved may be missed by a look */
    MISSED_DAYS = 5, /* closed days after which a log that is away is forgotten */
};

/* A log that was not written to for so long, by the clock of the machine, does not grow. */
#define GROWS_US (3 * SECOND_US)

/* ---- kinds and logs */

unsigned follow_kind_of(struct follow *follow, const struct source_kind *kind)
{
    if (kind == NULL || kind->log == NULL)
        return FOLLOW_KINDS;
    unsigned i = 0;
    while (i < follow->kinds && follow->kind[i].kind != kind)
        i++;
    if (i == follow->kinds && i < FOLLOW_KINDS)
        follow->kind[follow->kinds++] = (struct follow_kind){
            .kind = kind, .closed = {DAY_NONE}, .closing = {DAY_NONE}, .newest = {INSTANT_NONE_US}};
    return i;
}

struct follow_log *follow_log_add(struct follow *follow)
{
    if (follow->logs == follow->logs_room) {
        follow->logs_room = follow->logs_room ? 2 * follow->logs_room : 64;
        follow->log = mem_resize(follow->log, follow->logs_room, sizeof *follow->log);
    }
    struct follow_log *log = &follow->log[follow->logs++];
    *log = (struct follow_log){.digest = XXH3_64bits("", 0), .newest = {INSTANT_NONE_US}};
    return log;
}

void follow_log_free(struct follow_log *log)
{
    mem_free(log->path);
    mem_free(log->day);
}

struct follow *follow_new(char *const *paths, size_t len, const char *state_path, struct err *err)
{
    struct follow *follow = mem_new(1, sizeof *follow);
    follow->block = mem_new(1, sizeof *follow->block);
    follow->state_path = mem_strdup(state_path);
    follow->path = mem_new(len, sizeof *follow->path);
    for (size_t i = 0; i < len; i++) {
        char real[PATH_MAX];
        if (realpath(paths[i], real) == NULL) {
            (void)err_errno(err, "cannot follow %s", paths[i]);
            follow_free(follow);
            return NULL;
        }
        follow->path[follow->paths++] = mem_strdup(real);
    }
    if (!follow_state_read(follow, err)) {
        follow_free(follow);
        return NULL;
    }
    return follow;
}

void follow_free(struct follow *follow)
{
    if (follow == NULL)
        return;
    for (size_t i = 0; i < follow->paths; i++)
        mem_free(follow->path[i]);
    for (size_t i = 0; i < follow->logs; i++)
        follow_log_free(&follow->log[i]);
    block_free_bytes(follow->block);
    mem_free(follow->block);
    arena_free(&follow->arena);
    mem_free(follow->path);
    mem_free(follow->log);
    mem_free(follow->state_path);
    mem_free(follow);
}

struct follow_counts follow_counts(const struct follow *follow)
{
    struct follow_counts counts = follow->counts;
    counts.logs = follow->logs;
    return counts;
}

/* ---- a look: the files there are */

struct found {
    char *path;
    struct follow_file file;
    bool placed;
};
struct listing {
    struct found *file;
    size_t len, room;
};

static void listing_add(struct listing *list, const char *path, const struct stat *st)
{
    if (list->len == list->room) {
        list->room = list->room ? 2 * list->room : 64;
        list->file = mem_resize(list->file, list->room, sizeof *list->file);
    }
    list->file[list->len++] = (struct found){
        .path = mem_strdup(path),
        .file = {.inode = (uint64_t)st->st_ino,
                 .size = (uint64_t)st->st_size,
                 .changed_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec}};
}

/* Files of a folder and below; with `prefix` only those of the folder that are called like it. Not
 * through links, not hidden ones. */
static bool list_folder(struct listing *list, const char *folder, const char *prefix, int depth,
                        struct err *err)
{
    DIR *dir = depth < DEPTH_MAX ? opendir(folder) : NULL;
    if (dir == NULL)
        return depth > 0 || err_errno(err, "cannot read the folder %s", folder);
    for (struct dirent *d; (d = readdir(dir)) != NULL && list->len < FOLLOW_LOGS;) {
        char path[PATH_MAX];
        struct stat st;
        if (d->d_name[0] == '.' || (prefix && strncmp(d->d_name, prefix, strlen(prefix)) != 0))
            continue;
        int used = snprintf(path, sizeof path, "%s/%s", folder, d->d_name);
        if (used < 0 || (size_t)used >= sizeof path || lstat(path, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode) && prefix == NULL)
            (void)list_folder(list, path, NULL, depth + 1, err);
        else if (S_ISREG(st.st_mode) && st.st_size > 0)
            listing_add(list, path, &st);
    }
    (void)closedir(dir);
    return true;
}

static int found_compare(const void *left, const void *right)
{
    return strcmp(((const struct found *)left)->path, ((const struct found *)right)->path);
}

static bool listing_make(struct listing *list, const struct follow *follow, struct err *err)
{
    bool good = true;
    for (size_t i = 0; good && i < follow->paths; i++) {
        struct stat st;
        const char *path = follow->path[i], *slash = strrchr(path, '/');
        if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
            good = list_folder(list, path, NULL, 0, err);
            continue;
        }
        char folder[PATH_MAX];
        (void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        good = list_folder(list, folder, slash + 1, 0, err);
    }
    if (list->len)
        qsort(list->file, list->len, sizeof *list->file, found_compare);
    for (size_t i = 1; i < list->len; i++) /* paths may hold each other */
        list->file[i].placed = strcmp(list->file[i].path, list->file[i - 1].path) == 0;
    return good;
}

static void listing_free(struct listing *list)
{
    for (size_t i = 0; i < list->len; i++)
        mem_free(list->file[i].path);
    mem_free(list->file);
}

/* ---- a look: which log each file is */

static bool same_file(const struct follow_file *a, const struct follow_file *b)
{
    return a->inode == b->inode && a->size == b->size && a->changed_ns == b->changed_ns;
}

/* The log is in that file from now on. */
static void log_place(struct follow_log *log, struct found *found)
{
    if (log->path == NULL || strcmp(log->path, found->path) != 0) {
        mem_free(log->path);
        log->path = mem_strdup(found->path);
    }
    log->seen = true;
    log->away = 0;
    log->missed = 0;
    found->placed = true;
}

/* Scans the log in the file, if that changed; false: it is another log that lies there now. */
static bool log_look(struct follow *follow, struct follow_log *log, const struct follow_file *file)
{
    bool changed = !same_file(&log->file, file);
    if (!changed && !follow->last)
        return true;
    if (!follow_scan(follow, log, follow->last))
        return false;
    log->file = *file;
    return true;
}

/* The file is the log, unless it begins otherwise. */
static void place_try(struct follow *follow, struct follow_log *log, struct found *f)
{
    bool known = log->path == NULL && log->ended; /* an earlier run read it to its end */
    log_place(log, f);
    if (!known && !log_look(follow, log, &f->file)) {
        mem_free(log->path);
        log->path = NULL;
        log->seen = f->placed = false;
    }
}

/* Files that are where they were, and files that were only renamed. No byte is read of those that
 * did not change. */
static void place_known(struct follow *follow, struct listing *list)
{
    for (size_t i = 0; i < follow->logs && list->len; i++) {
        struct follow_log *l = &follow->log[i];
        struct found wanted = {.path = l->path};
        struct found *f =
            l->path ? bsearch(&wanted, list->file, list->len, sizeof *list->file, found_compare)
                    : NULL;
        if (f && !f->placed && f->file.inode == l->file.inode && f->file.size >= l->file.size)
            place_try(follow, l, f);
    }
    for (size_t i = 0; i < list->len; i++)
        for (size_t k = 0; k < follow->logs && !list->file[i].placed; k++) {
            struct follow_log *l = &follow->log[k];
            if (!l->seen && same_file(&l->file, &list->file[i].file) && (l->path || l->ended))
                place_try(follow, l, &list->file[i]);
        }
}

/* The first bytes of a file's content; 0: there are none to be seen. */
static size_t head_read(const char *path, uint8_t head[FOLLOW_HEAD],
                        const struct source_kind **kind)
{
    struct input in;
    size_t len;
    if (!input_open(&in, path, NULL))
        return 0;
    const uint8_t *start = input_peek(&in, FOLLOW_HEAD, &len);
    memcpy(head, start ? start : head, len);
    *kind = source_kind_of(head, len);
    input_close(&in);
    return len;
}

/* The log that begins like these bytes, of those that were seen in this look already or not: the
 * one of which most is known, and of these the one with that inode. */
static struct follow_log *log_of_head(struct follow *follow, const uint8_t *head, size_t len,
                                      uint64_t inode, bool seen)
{
    struct follow_log *best = NULL;
    for (size_t i = 0; i < follow->logs; i++) {
        struct follow_log *l = &follow->log[i];
        if (l->seen != seen || l->digested == 0 || l->digested > len ||
            (best && l->digested < best->digested) || XXH3_64bits(head, l->digested) != l->digest)
            continue;
        if (best == NULL || l->digested > best->digested || l->file.inode == inode)
            best = l;
    }
    return best;
}

/* A file that no log is known to lie in: a known log that was moved or packed, one more copy of a
 * log, or a new one. */
static void place_other(struct follow *follow, struct found *f)
{
    uint8_t head[FOLLOW_HEAD];
    const struct source_kind *kind = NULL;
    size_t len = head_read(f->path, head, &kind);
    if (len == 0)
        return;
    unsigned k = follow_kind_of(follow, kind);
    if (k == FOLLOW_KINDS) {
        follow->counts.foreign++;
        return;
    }
    struct follow_log *log = log_of_head(follow, head, len, f->file.inode, false);
    if (log == NULL) {
        struct follow_log *twin = log_of_head(follow, head, len, f->file.inode, true);
        if (twin && twin->digested == len)
            return; /* a copy; it is read when the other is gone */
        if (follow->logs == FOLLOW_LOGS)
            return;
        struct follow_mark from = twin ? twin->from : (struct follow_mark){0};
        struct follow_mark taken = twin ? twin->taken : from;
        log = follow_log_add(follow);
        log->kind = k;
        log->from = log->scanned = from;
        log->taken = taken;
    }
    log_place(log, f);
    log->file = (struct follow_file){0}; /* so that it is looked at */
    if (!log_look(follow, log, &f->file)) {
        mem_free(log->path);
        log->path = NULL;
        log->seen = false;
    }
}

bool follow_look(struct follow *follow, bool last, struct err *err)
{
    struct listing list = {0};
    follow->last = last;
    follow->counts.foreign = 0;
    bool good = listing_make(&list, follow, err);
    if (good) {
        for (size_t i = 0; i < follow->logs; i++)
            follow->log[i].seen = false;
        place_known(follow, &list);
        for (size_t i = 0; i < list.len; i++)
            if (!list.file[i].placed)
                place_other(follow, &list.file[i]);
        for (size_t i = 0; i < follow->logs; i++)
            follow->log[i].away += !follow->log[i].seen;
    }
    listing_free(&list);
    return good;
}

/* ---- days */

static const struct follow_day *day_in(const struct follow_log *log, struct day day)
{
    for (size_t i = 0; i < log->days; i++)
        if (log->day[i].day.number == day.number)
            return &log->day[i];
    return NULL;
}

/* The first open day of a kind; DAY_NONE: there is none. */
static struct day day_first(const struct follow *follow, unsigned kind)
{
    struct day first = {DAY_NONE};
    for (size_t i = 0; i < follow->logs; i++) {
        const struct follow_log *l = &follow->log[i];
        for (size_t k = 0; l->kind == kind && k < l->days; k++)
            if (l->day[k].told && (first.number == DAY_NONE || l->day[k].day.number < first.number))
                first = l->day[k].day;
    }
    return first;
}

/* Whether all that will come of the day has come. */
static bool day_is_over(const struct follow *follow, unsigned kind, struct day day)
{
    int64_t midnight_us = ((int64_t)day.number + 1) * DAY_US;
    const struct follow_kind *k = &follow->kind[kind];
    if (!instant_known(k->newest) || k->newest.us < midnight_us + FOLLOW_GRACE_US)
        return false;
    for (size_t i = 0; i < follow->logs; i++) {
        const struct follow_log *l = &follow->log[i];
        if (l->kind != kind)
            continue;
        if (!l->seen && l->away < AWAY_LOOKS && day_in(l, day))
            return false;
        bool grows = l->seen && l->file.changed_ns / 1000 + GROWS_US > clock_now().us;
        if (grows && instant_known(l->newest) && l->newest.us < midnight_us &&
            k->newest.us < midnight_us + DAY_US)
            return false;
    }
    return true;
}

static int compare_first(const void *left, const void *right, void *state)
{
    const struct follow *follow = state;
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    const struct follow_log *x = &follow->log[a], *y = &follow->log[b];
    const struct follow_day *p = day_in(x, follow->window.day), *q = day_in(y, follow->window.day);
    if ((p == NULL) != (q == NULL))
        return p == NULL ? 1 : -1;
    if (p && p->time.us != q->time.us)
        return p->time.us < q->time.us ? -1 : 1;
    return strcmp(x->path, y->path);
}

static bool has_later(const struct follow_log *log, struct day day)
{
    for (size_t i = 0; i < log->days; i++)
        if (log->day[i].day.number > day.number)
            return true;
    return false;
}

/* How far the reading of the day comes: to the day's end where others follow, never back. */
static struct follow_mark log_end(const struct follow_log *log, struct day day)
{
    const struct follow_day *d = day_in(log, day);
    if (!has_later(log, day))
        return log->scanned;
    return d && d->end.offset > log->taken.offset ? d->end : log->taken;
}

/* The part of a log that the reading of the day takes. */
static struct source_range range_of(const struct follow_log *log, struct day day)
{
    const struct follow_day *d = day_in(log, day);
    return (struct source_range){.head = log->from.head,
                                 .from = log->from.offset,
                                 .line = log->from.line,
                                 .taken = log->taken.offset,
                                 .to = log_end(log, day).offset,
                                 .digest = log->digest,
                                 .digested = log->digested,
                                 .first = d ? d->time : (struct instant){INSTANT_NONE_US}};
}

static void item_make(struct follow *follow, unsigned kind, struct day day)
{
    char text[DAY_TEXT];
    struct arena *arena = &follow->arena;
    arena_reset(arena);
    follow->due_kind = kind;
    follow->window.day = day;
    follow->item.len = 0;
    follow->of = arena_new(arena, (follow->logs + 1) * sizeof *follow->of);
    for (size_t i = 0; i < follow->logs; i++) {
        const struct follow_log *l = &follow->log[i];
        if (l->kind == kind && l->seen && follow->item.len < SOURCE_WINDOW_PARTS &&
            (day_in(l, day) || (l->scanned.offset > l->taken.offset && !has_later(l, day))))
            follow->of[follow->item.len++] = i;
    }
    size_t len = follow->item.len;
    if (len)
        qsort_r(follow->of, len, sizeof *follow->of, compare_first, follow);
    follow->range = arena_new(arena, (len + 1) * sizeof *follow->range);
    follow->item.path = arena_new(arena, (len + 1) * sizeof(char *));
    for (size_t i = 0; i < len; i++) {
        follow->range[i] = range_of(&follow->log[follow->of[i]], day);
        follow->item.path[i] = follow->log[follow->of[i]].path;
    }
    struct text paths = text_of("");
    for (size_t i = 0; i < follow->paths; i++)
        paths = arena_format(arena, "%s|%s", paths.at, follow->path[i]);
    const char *name = follow->kind[kind].kind->name;
    follow->window.range = follow->range;
    follow->window.key =
        arena_format(arena, "follow|%s%s|%s", name, paths.at, day_format(day, text)).at;
    follow->item.window = &follow->window;
    struct text shown = arena_format(arena, "%s@%s", follow->path[0], day_format(day, text));
    follow->item.name = memcpy(arena_new(arena, shown.len + 1), shown.at, shown.len);
}

bool follow_due(struct follow *follow, bool finish, const struct source_item **ret, bool *ret_again)
{
    for (unsigned k = 0; k < follow->kinds; k++) {
        struct day day = day_first(follow, k);
        if (day.number == DAY_NONE || !(finish || day_is_over(follow, k, day)))
            continue;
        item_make(follow, k, day);
        if (follow->item.len == 0) { /* all its logs are gone */
            if (!follow_done(follow, NULL))
                return false;
            k--;
            continue;
        }
        *ret = &follow->item;
        *ret_again = follow->kind[k].closing.number == day.number;
        return true;
    }
    return false;
}

bool follow_begin(struct follow *follow, struct err *err)
{
    follow->kind[follow->due_kind].closing = follow->window.day;
    return follow_state_write(follow, err);
}

/* The day is closed in this log; the next reading begins where another day does, or where this one
 * ended. */
static void log_close_day(struct follow_log *log, struct day day, bool was_read)
{
    size_t kept = 0;
    if (was_read)
        log->taken = log_end(log, day);
    for (size_t i = 0; i < log->days; i++)
        if (log->day[i].day.number > day.number)
            log->day[kept++] = log->day[i];
    log->days = kept;
    log->from = log->taken;
    for (size_t i = 0; i < kept; i++)
        if (log->day[i].first.offset < log->from.offset)
            log->from = log->day[i].first;
}

bool follow_done(struct follow *follow, struct err *err)
{
    struct day day = follow->window.day;
    struct follow_kind *kind = &follow->kind[follow->due_kind];
    for (size_t i = 0; i < follow->item.len; i++)
        log_close_day(&follow->log[follow->of[i]], day, true);
    size_t kept = 0;
    for (size_t i = 0; i < follow->logs; i++) {
        struct follow_log *l = &follow->log[i];
        if (l->kind == follow->due_kind && day_in(l, day)) { /* it was not there to be read */
            follow->counts.lost++;
            log_close_day(l, day, false);
        }
        l->missed += !l->seen && l->kind == follow->due_kind;
        if (l->missed > MISSED_DAYS)
            follow_log_free(l);
        else
            follow->log[kept++] = *l;
    }
    follow->logs = kept;
    kind->closed = day;
    kind->closing.number = DAY_NONE;
    return follow_state_write(follow, err);
}
