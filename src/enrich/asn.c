/*
 * Networks (ASN) from the CSV ranges of ip-location-db. Parsing 24 MB at each start would cost half
 * a second, so the file is compiled once (asn_compile.c) into the cache folder and mapped from then
 * on. The cached file is tied to the CSV by its size, times and inode; one that does not fit or is
 * damaged is made anew, and when the cache cannot be written the table is used from memory.
 */
#include "enrich/asn_table.h"
#include "enrich/kind.h"

#include "base/cursor.h"
#include "base/mem.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <xxhash.h>

struct asn {
    struct asn_table table;
    struct file_map map; /* of the cached file, or */
    struct buf made;     /* the table itself */
};

/* What changes when the file's content does: npm sets all times of modification alike, so the
 * change time and inode are looked at too. */
static bool identity_of(const char *path, uint64_t *ret, struct err *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_errno(err, "cannot look at %s", path);
    int64_t parts[] = {st.st_size,        st.st_mtim.tv_sec,  st.st_mtim.tv_nsec,
                       st.st_ctim.tv_sec, st.st_ctim.tv_nsec, (int64_t)st.st_ino,
                       (int64_t)st.st_dev};
    *ret = XXH3_64bits(parts, sizeof parts);
    return true;
}

static bool cached_name(char out[PATH_MAX], const char *path, const char *cache)
{
    char real[PATH_MAX];
    if (cache == NULL || realpath(path, real) == NULL)
        return false;
    int len = snprintf(out, PATH_MAX, "%s/asn-%016llx.table", cache,
                       (unsigned long long)XXH3_64bits(real, strlen(real)));
    return len > 0 && len < PATH_MAX;
}

static bool open_cached(struct asn *asn, const char *cached, uint64_t identity)
{
    if (!file_map(&asn->map, cached, NULL))
        return false;
    if (asn->map.at != NULL && asn_table_open(&asn->table, asn->map.at, asn->map.len) &&
        asn->table.identity == identity)
        return true;
    file_unmap(&asn->map);
    return false;
}

static bool compile(struct asn *asn, const char *path, uint64_t identity, struct err *err)
{
    struct file_map csv;
    if (!file_map(&csv, path, err))
        return false;
    uint64_t skipped;
    struct err why = {0};
    bool done = asn_table_compile(csv.at, csv.len, identity, &asn->made, &skipped, &why);
    file_unmap(&csv);
    if (!done)
        return err_set(err, "%s cannot be used: %s", path, why.text);
    bool opened = asn_table_open(&asn->table, (const uint8_t *)asn->made.at, asn->made.len);
    muster_assert(opened);
    return true;
}

/* ip-location-db states its day only in the version of package.json: "2.3.2026061719". */
static struct day built_day(const char *path)
{
    struct day none = {DAY_NONE};
    char beside[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    int len = snprintf(beside, sizeof beside, "%.*spackage.json", folder, path);
    struct file_map map;
    if (len < 0 || (size_t)len >= sizeof beside || !file_map(&map, beside, NULL))
        return none;
    struct day found = none;
    static const char key[] = "\"version\": \"2.3.";
    const uint8_t *at = map.len ? memmem(map.at, map.len, key, sizeof key - 1) : NULL;
    if (at != NULL) {
        struct cursor c = cursor_over(at, (size_t)(map.at + map.len - at));
        cursor_skip(&c, sizeof key - 1);
        const uint8_t *d = cursor_take(&c, 8);
        char text[DAY_TEXT];
        if (d != NULL) {
            (void)snprintf(text, sizeof text, "%.4s-%.2s-%.2s", (const char *)d,
                           (const char *)d + 4, (const char *)d + 6);
            if (!day_parse(text_of(text), &found))
                found = none;
        }
    }
    file_unmap(&map);
    return found;
}

static void asn_close(struct geo *geo)
{
    struct asn *asn = geo->state;
    file_unmap(&asn->map);
    buf_free(&asn->made);
    mem_free(asn);
    geo->state = NULL;
}

static bool asn_open(struct geo *geo, const char *path, const char *cache, struct err *err)
{
    uint64_t identity = 0;
    if (!identity_of(path, &identity, err))
        return false;
    struct asn *asn = mem_new(1, sizeof *asn);
    geo->state = asn;
    geo_name_of(geo->name, path);
    geo->built = built_day(path);
    char cached[PATH_MAX];
    bool cacheable = cached_name(cached, path, cache);
    if (cacheable && open_cached(asn, cached, identity))
        return true;
    if (!compile(asn, path, identity, err)) {
        asn_close(geo);
        return false;
    }
    /* A cache that cannot be written only costs time at the next start. */
    if (cacheable && file_make_folder(cache, 0700, NULL) &&
        file_write(cached, asn->made.at, asn->made.len, 0600, NULL) &&
        open_cached(asn, cached, identity))
        buf_free(&asn->made);
    return true;
}

static void asn_look(const struct geo *geo, struct address address, struct geo_answer *answer)
{
    const struct asn *asn = geo->state;
    (void)asn_table_find(&asn->table, address, &answer->asn, &answer->network);
}

const struct geo_kind geo_asn = {
    .name = "asn",
    .about = "CSV of ranges: first,last,asn,name",
    .knows = asn_csv_knows,
    .open = asn_open,
    .look = asn_look,
    .close = asn_close,
};
