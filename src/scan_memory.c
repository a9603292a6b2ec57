#include "scan_memory.h"

#include "base/file.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

static const char magic[8] = "MUSCAN01";

/* As in the file, in the machine's byte order: it is read where it was written. */
struct known {
    uint64_t path, path_more; /* XXH3-128 */
    uint64_t size;
    int64_t modified_ns, changed_ns;
    uint64_t digest;
};
struct head {
    char magic[8];
    uint64_t looks, len;
    uint64_t sum; /* XXH3 of what follows */
};

struct scan_memory {
    const char *path; /* the caller's */
    uint64_t looks;
    struct known *was, *now;
    size_t was_len, now_len, now_room;
};

static int by_path(const void *a, const void *b)
{
    const struct known *l = a, *r = b;
    if (l->path != r->path)
        return l->path < r->path ? -1 : 1;
    return l->path_more < r->path_more ? -1 : l->path_more > r->path_more;
}

static const struct known *find(const struct scan_memory *m, const char *path)
{
    XXH128_hash_t hash = XXH3_128bits(path, strlen(path));
    struct known key = {.path = hash.low64, .path_more = hash.high64};
    return m->was_len ? bsearch(&key, m->was, m->was_len, sizeof key, by_path) : NULL;
}

static bool load(struct scan_memory *m, const struct file_map *map)
{
    struct head head;
    if (map->len < sizeof head)
        return false;
    memcpy(&head, map->at, sizeof head);
    size_t bytes = map->len - sizeof head;
    if (memcmp(head.magic, magic, sizeof magic) != 0 || bytes % sizeof(struct known) ||
        head.len != bytes / sizeof(struct known) ||
        head.sum != XXH3_64bits(map->at + sizeof head, bytes))
        return false;
    if (head.looks != m->looks || bytes == 0) /* other looks: nothing is known */
        return true;
    m->was = mem_new(head.len, sizeof *m->was);
    m->was_len = head.len;
    memcpy(m->was, map->at + sizeof head, bytes);
    return true;
}

struct scan_memory *scan_memory_open(const char *path, uint64_t digest, struct err *err)
{
    struct scan_memory *m = mem_new(1, sizeof *m);
    m->path = path;
    m->looks = digest;
    if (!file_exists(path))
        return m;
    struct file_map map = {NULL, 0};
    bool done = file_map(&map, path, err);
    if (done && !load(m, &map))
        done = err_set(err, "%s is not what muster scan --remember wrote, or is damaged: delete it",
                       path);
    file_unmap(&map);
    if (done)
        return m;
    scan_memory_free(m);
    return NULL;
}

bool scan_memory_same(const struct scan_memory *memory, const char *path,
                      const struct walk_stamp *stamp)
{
    const struct known *k = find(memory, path);
    return k && k->size == stamp->size && k->modified_ns == stamp->modified_ns &&
           k->changed_ns == stamp->changed_ns;
}

bool scan_memory_same_bytes(const struct scan_memory *memory, const char *path, uint64_t len,
                            uint64_t bytes_digest)
{
    const struct known *k = find(memory, path);
    return k && k->size == len && k->digest == bytes_digest;
}

void scan_memory_note(struct scan_memory *memory, const char *path, const struct walk_stamp *stamp,
                      uint64_t bytes_digest, bool read)
{
    XXH128_hash_t hash = XXH3_128bits(path, strlen(path));
    const struct known *before = read ? NULL : find(memory, path);
    if (!read && before == NULL)
        return;
    if (memory->now_len == memory->now_room) {
        memory->now_room = memory->now_room ? memory->now_room * 2 : 1024;
        memory->now = mem_resize(memory->now, memory->now_room, sizeof *memory->now);
    }
    memory->now[memory->now_len++] = (struct known){
        hash.low64,         hash.high64,       stamp->size,
        stamp->modified_ns, stamp->changed_ns, before ? before->digest : bytes_digest};
}

bool scan_memory_keep(struct scan_memory *memory, struct err *err)
{
    size_t bytes = memory->now_len * sizeof *memory->now;
    char *whole = mem_new(sizeof(struct head) + bytes, 1);
    if (bytes) {
        qsort(memory->now, memory->now_len, sizeof *memory->now, by_path);
        memcpy(whole + sizeof(struct head), memory->now, bytes);
    }
    struct head head = {.looks = memory->looks, .len = memory->now_len};
    memcpy(head.magic, magic, sizeof magic);
    head.sum = XXH3_64bits(whole + sizeof head, bytes);
    memcpy(whole, &head, sizeof head);
    bool done = file_write(memory->path, whole, sizeof head + bytes, 0600, err);
    mem_free(whole);
    return done;
}

void scan_memory_free(struct scan_memory *memory)
{
    if (memory == NULL)
        return;
    mem_free(memory->was);
    mem_free(memory->now);
    mem_free(memory);
}
