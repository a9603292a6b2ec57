/*
 * The files behind the paths that a person gave, in the order in which they are best read: every
 * folder's files by the time of their first packet, so that hours written to several files join.
 * A file that tells no time (no capture, empty, unreadable) stays in the list, behind the others,
 * so that reading it can report it by name and reason. Files of a set (the logs of one folder and
 * hour) become one item, wherever in the list they were named.
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

/* A file; those of a folder are sorted by time, then path. */
struct entry {
    struct instant first; /* INSTANT_NONE_US sorts last */
    char *path;
    char *set;             /* folder and key of the set that it belongs to; NULL: stands alone */
    size_t word, word_len; /* in the path: what tells it from the others of its set */
    size_t place;          /* in the list */
    size_t leader;         /* place of the first file of its set */
};

/* All files of the list. */
struct walk {
    struct entry *entry;
    size_t len, room;
    uint8_t *peek; /* PEEK_BYTES */
};

/* The first bytes of a file's content; 0: nothing to be seen. */
static size_t start_of(const char *path, uint8_t *peek)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return 0;
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
    struct input in;
    if (!unpack_knows(peek, len) || !input_open(&in, path, NULL))
        return len;
    const uint8_t *content = input_peek(&in, PEEK_BYTES, &len);
    if (len)
        memcpy(peek, content, len);
    input_close(&in);
    return len;
}

static void member_look(struct entry *e, const struct source_kind *kind, const uint8_t *start,
                        size_t len)
{
    struct source_member member;
    const char *slash = strrchr(e->path, '/');
    size_t folder = slash ? (size_t)(slash - e->path) + 1 : 0;
    if (kind->member == NULL || !kind->member(start, len, text_of(e->path + folder), &member))
        return;
    e->word = (size_t)(member.word.at - e->path);
    e->word_len = member.word.len;
    size_t key = strlen(member.key);
    e->set = mem_new(folder + key + 1, 1);
    memcpy(e->set, e->path, folder);
    memcpy(e->set + folder, member.key, key);
}

/* What set a file belongs to, and (of folders) when it begins. */
static void entry_look(struct entry *e, uint8_t *peek, bool of_folder)
{
    size_t len = start_of(e->path, peek);
    const struct source_kind *kind = source_kind_of(peek, len);
    if (kind == NULL)
        return;
    member_look(e, kind, peek, len);
    if (!of_folder || (kind->first != NULL && kind->first(peek, len, &e->first)))
        return;
    /* The first packet lies further on. */
    if (!source_first(source_open(e->path, kind->name, NULL), &e->first))
        e->first.us = INSTANT_NONE_US;
}

static struct entry *walk_add(struct walk *walk, const char *path)
{
    if (walk->len == walk->room) {
        walk->room = walk->room ? 2 * walk->room : 64;
        walk->entry = mem_resize(walk->entry, walk->room, sizeof *walk->entry);
    }
    struct entry *e = &walk->entry[walk->len++];
    *e = (struct entry){.first = {INSTANT_NONE_US}, .path = mem_strdup(path)};
    return e;
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
    entry_look(walk_add(walk, path), walk->peek, true);
    return true;
}

static bool walk_folder(struct walk *walk, const char *folder, int depth, struct err *err)
{
    DIR *dir = depth < DEPTH_MAX ? opendir(folder) : NULL;
    if (dir == NULL) { /* reading it will say why */
        (void)walk_add(walk, folder);
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

/* Members of one set lie together, in their order in the list. */
static int set_compare(const void *left, const void *right)
{
    const struct entry *a = *(struct entry *const *)left, *b = *(struct entry *const *)right;
    int order = strcmp(a->set, b->set);
    return order ? order : (a->place > b->place) - (a->place < b->place);
}

static bool same_word(const struct entry *a, const struct entry *b)
{
    return a->word_len == b->word_len &&
           memcmp(a->path + a->word, b->path + b->word, a->word_len) == 0;
}

/* Names each file's leader. A second file of the same word (a log, and the same compressed) begins
 * a set of its own. */
static void sets_find(struct walk *walk)
{
    struct entry **member = mem_new(walk->len + 1, sizeof(struct entry *));
    size_t members = 0;
    for (size_t i = 0; i < walk->len; i++) {
        walk->entry[i].place = walk->entry[i].leader = i;
        if (walk->entry[i].set)
            member[members++] = &walk->entry[i];
    }
    if (members)
        qsort(member, members, sizeof(struct entry *), set_compare);
    for (size_t i = 0, first = 0; i < members; i++) {
        bool joins = i > first && strcmp(member[i]->set, member[first]->set) == 0 &&
                     i - first < SOURCE_PARTS;
        for (size_t k = first; joins && k < i; k++)
            joins = !same_word(member[k], member[i]);
        if (!joins)
            first = i;
        member[i]->leader = member[first]->place;
    }
    mem_free(member);
}

static int path_compare(const void *left, const void *right)
{
    const struct entry *a = *(struct entry *const *)left, *b = *(struct entry *const *)right;
    return strcmp(a->path, b->path);
}

/* "FOLDER/{conn,dns,ssl}.log"; of many the first WORDS_SHOWN. */
static char *set_name(struct entry *const *file, size_t len)
{
    enum { WORDS_SHOWN = 4, NAME_ROOM = PATH_MAX + 512 };
    const struct entry *e = file[0];
    char *name = mem_new(NAME_ROOM, 1);
    int used = snprintf(name, NAME_ROOM, "%.*s{", (int)e->word, e->path);
    for (size_t i = 0; i < len && used < NAME_ROOM; i++) {
        if (i == WORDS_SHOWN) {
            used += snprintf(name + used, (size_t)(NAME_ROOM - used), ",+%zu", len - i);
            break;
        }
        int shown = file[i]->word_len < 64 ? (int)file[i]->word_len : 64;
        used += snprintf(name + used, (size_t)(NAME_ROOM - used), "%s%.*s", i ? "," : "", shown,
                         file[i]->path + file[i]->word);
    }
    if (used < NAME_ROOM)
        (void)snprintf(name + used, (size_t)(NAME_ROOM - used), "}%s",
                       e->path + e->word + e->word_len);
    return name;
}

static void list_add(struct source_list *list, struct entry **file, size_t len)
{
    /* Room is a power of two, so that len tells when it is full. */
    if ((list->len & (list->len - 1)) == 0)
        list->item = mem_resize(list->item, list->len ? 2 * list->len : 1, sizeof *list->item);
    struct source_item *item = &list->item[list->len++];
    qsort(file, len, sizeof(struct entry *), path_compare);
    *item = (struct source_item){.path = mem_new(len, sizeof(char *)), .len = len};
    for (size_t i = 0; i < len; i++)
        item->path[i] = mem_strdup(file[i]->path);
    item->name = len == 1 ? mem_strdup(file[0]->path) : set_name(file, len);
}

static void list_fill(struct source_list *list, struct walk *walk)
{
    /* next[i]: the file of i's set that comes behind i; 0 = none */
    size_t *next = mem_new(walk->len + 1, sizeof *next),
           *last = mem_new(walk->len + 1, sizeof *last);
    for (size_t i = 0; i < walk->len; i++) {
        size_t leader = walk->entry[i].leader;
        if (leader != i)
            next[last[leader]] = i;
        last[leader] = i;
    }
    for (size_t i = 0; i < walk->len; i++) {
        struct entry *file[SOURCE_PARTS];
        size_t len = 0;
        for (size_t k = i; walk->entry[i].leader == i && (k || len == 0); k = next[k]) {
            muster_assert(len < SOURCE_PARTS);
            file[len++] = &walk->entry[k];
        }
        if (len)
            list_add(list, file, len);
    }
    mem_free(next);
    mem_free(last);
}

static void walk_free(struct walk *walk)
{
    for (size_t i = 0; i < walk->len; i++) {
        mem_free(walk->entry[i].path);
        mem_free(walk->entry[i].set);
    }
    mem_free(walk->entry);
    mem_free(walk->peek);
}

bool source_list_make(struct source_list *list, char *const *paths, size_t len, struct err *err)
{
    *list = (struct source_list){0};
    struct walk walk = {.peek = mem_new(PEEK_BYTES, 1)};
    bool good = true;
    for (size_t i = 0; good && i < len; i++) {
        struct stat st;
        bool there = strcmp(paths[i], "-") != 0 && stat(paths[i], &st) == 0;
        size_t before = walk.len;
        if (there && S_ISDIR(st.st_mode)) {
            good = walk_folder(&walk, paths[i], 0, err);
            if (walk.len > before)
                qsort(walk.entry + before, walk.len - before, sizeof *walk.entry, entry_compare);
            continue;
        }
        struct entry *e = walk_add(&walk, paths[i]);
        if (there && S_ISREG(st.st_mode))
            entry_look(e, walk.peek, false);
    }
    if (good) {
        sets_find(&walk);
        list_fill(list, &walk);
    }
    walk_free(&walk);
    return good;
}

void source_list_free(struct source_list *list)
{
    for (size_t i = 0; i < list->len; i++) {
        for (size_t k = 0; k < list->item[i].len; k++)
            mem_free(list->item[i].path[k]);
        mem_free(list->item[i].path);
        mem_free(list->item[i].name);
    }
    mem_free(list->item);
    *list = (struct source_list){0};
}
