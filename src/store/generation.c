#include "store/generation.h"

#include "base/file.h"
#include "base/mem.h"
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

enum { AGE_KEPT_S = 3600 };

static const char suffix[] = ".parquet";

static bool all_hex(const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!((at[i] >= '0' && at[i] <= '9') || (at[i] >= 'a' && at[i] <= 'f')))
            return false;
    return true;
}

/* A file's name -> its stem; anything else in the folder is not ours. */
static bool stem_parse(const char *name, struct stem *ret)
{
    if (strlen(name) != STEM_LEN + sizeof suffix - 1 || strcmp(name + STEM_LEN, suffix) != 0)
        return false;
    static const int part[] = {STEM_SOURCE, STEM_SENSOR, STEM_GENERATION, STEM_PROCEDURE};
    const char *at = name;
    for (unsigned i = 0; i < 4; at += part[i] + 1, i++)
        if (!all_hex(at, (size_t)part[i]) || (i < 3 && at[part[i]] != '-'))
            return false;
    memcpy(ret->text, name, STEM_LEN);
    ret->text[STEM_LEN] = '\0';
    return true;
}

/* SOURCE-SENSOR- */
static void line_format(char out[STEM_LEN + 1], struct text source_id, struct text sensor)
{
    muster_assert(source_id.len == STEM_SOURCE && all_hex(source_id.at, STEM_SOURCE));
    uint32_t digest = (uint32_t)XXH3_64bits(sensor.at ? sensor.at : "", sensor.len);
    (void)snprintf(out, STEM_LEN + 1, "%.*s-%08" PRIx32 "-", STEM_SOURCE, source_id.at, digest);
}

bool stem_same_line(const struct stem *a, const struct stem *b)
{
    return memcmp(a->text, b->text, STEM_SOURCE + 1 + STEM_SENSOR) == 0;
}

const char *stem_generation(const struct stem *stem)
{
    return stem->text + STEM_SOURCE + 1 + STEM_SENSOR + 1;
}

bool stem_has_procedure(const struct stem *stem, struct text procedure_id)
{
    return text_is(procedure_id, stem->text + STEM_LEN - STEM_PROCEDURE);
}

const struct stem *stems_newest(const struct stems *stems, struct text source_id,
                                struct text sensor)
{
    char line[STEM_LEN + 1];
    line_format(line, source_id, sensor);
    const struct stem *newest = NULL;
    for (size_t i = 0; i < stems->len; i++)
        if (strncmp(stems->at[i].text, line, strlen(line)) == 0)
            newest = &stems->at[i]; /* sorted: the last is the newest */
    return newest;
}

/* A generation's digits are microseconds (14) and the process (6), so that no two are the same; the
 * clock may have been set back, hence "after all that stand". */
struct stem stem_new(struct text source_id, struct text sensor, struct text procedure_id,
                     const struct stems *standing, struct instant now)
{
    muster_assert(procedure_id.len == STEM_PROCEDURE && all_hex(procedure_id.at, STEM_PROCEDURE));
    uint64_t us = (uint64_t)now.us & UINT64_C(0xffffffffffffff);
    const struct stem *newest = stems_newest(standing, source_id, sensor);
    if (newest != NULL) {
        char digits[15];
        memcpy(digits, stem_generation(newest), 14);
        digits[14] = '\0';
        uint64_t last = strtoull(digits, NULL, 16);
        if (us <= last)
            us = last + 1;
    }
    struct stem stem;
    line_format(stem.text, source_id, sensor);
    size_t used = strlen(stem.text);
    (void)snprintf(stem.text + used, sizeof stem.text - used, "%014" PRIx64 "%06x-%.*s", us,
                   (unsigned)getpid() & 0xffffffU, STEM_PROCEDURE, procedure_id.at);
    return stem;
}

bool stem_path(char out[PATH_MAX], const char *folder, const char *table, const struct stem *stem)
{
    bool fan = strcmp(table, "coverage") == 0;
    int used = snprintf(out, PATH_MAX, "%s/%s/%.*s%s%s%s", folder, table, fan ? 2 : 0, stem->text,
                        fan ? "/" : "", stem->text, suffix);
    return used > 0 && used < PATH_MAX;
}

static int compare(const void *a, const void *b)
{
    const struct stem *left = a, *right = b;
    return strcmp(left->text, right->text);
}

/* Appends the stems of one folder; a missing folder adds nothing. */
static bool list_folder(struct stems *stems, size_t *room, const char *path, struct err *err)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return errno == ENOENT || errno == ENOTDIR || err_errno(err, "cannot open %s", path);
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (stems->len == *room) {
            *room = *room ? *room * 2 : 64;
            stems->at = mem_resize(stems->at, *room, sizeof *stems->at);
        }
        stems->len += stem_parse(entry->d_name, &stems->at[stems->len]);
    }
    (void)closedir(dir);
    return true;
}

bool stems_list(struct stems *ret, const char *folder, const char *source_digits_or_null,
                struct err *err)
{
    *ret = (struct stems){0};
    struct stems stems = {0};
    size_t room = 0;
    char path[PATH_MAX];
    bool done = true;
    for (unsigned i = 0; i < 256 && done; i++) {
        char fan[3];
        (void)snprintf(fan, sizeof fan, "%02x", i);
        if (source_digits_or_null != NULL && strncmp(source_digits_or_null, fan, 2) != 0)
            continue;
        int used = snprintf(path, sizeof path, "%s/coverage/%s", folder, fan);
        if (used < 0 || (size_t)used >= sizeof path)
            done = err_set(err, "the path of the store is too long: %.200s", folder);
        else
            done = list_folder(&stems, &room, path, err);
    }
    if (!done) {
        stems_free(&stems);
        return false;
    }
    if (stems.len)
        qsort(stems.at, stems.len, sizeof *stems.at, compare);
    *ret = stems;
    return true;
}

void stems_keep_newest(struct stems *stems)
{
    size_t kept = 0;
    for (size_t i = 0; i < stems->len; i++)
        if (i + 1 == stems->len || !stem_same_line(&stems->at[i], &stems->at[i + 1]))
            stems->at[kept++] = stems->at[i];
    stems->len = kept;
}

void stems_free(struct stems *stems)
{
    mem_free(stems->at);
    *stems = (struct stems){0};
}

/* Coverage first: from then on nobody new resolves to the data. */
static void delete_generation(const char *folder, const struct stem *stem)
{
    static const char *const table[] = {"coverage", "sighting", "contact", "identity", "bystander"};
    char path[PATH_MAX];
    for (unsigned i = 0; i < sizeof table / sizeof *table; i++)
        if (stem_path(path, folder, table[i], stem))
            (void)unlink(path);
}

void generation_retire(const char *folder, const struct stem *stem)
{
    struct stems stems;
    if (!stems_list(&stems, folder, stem->text, NULL))
        return;
    for (size_t i = 0; i + GENERATIONS_KEPT < stems.len; i++)
        if (stem_same_line(&stems.at[i], stem) &&
            stem_same_line(&stems.at[i + GENERATIONS_KEPT], stem))
            delete_generation(folder, &stems.at[i]);
    stems_free(&stems);
}

static bool older_than(const char *path, struct instant now, int64_t seconds)
{
    struct stat st;
    return lstat(path, &st) == 0 && now.us / SECOND_US - st.st_mtim.tv_sec > seconds;
}

static bool older_than_an_hour(const char *path, struct instant now)
{
    return older_than(path, now, AGE_KEPT_S);
}

/* A superseded generation goes once the one that superseded it has stood for an hour. */
static void sweep_superseded(const char *folder, struct instant now)
{
    struct stems stems;
    char path[PATH_MAX];
    if (!stems_list(&stems, folder, NULL, NULL))
        return;
    for (size_t i = 0; i + 1 < stems.len; i++)
        if (stem_same_line(&stems.at[i], &stems.at[i + 1]) &&
            stem_path(path, folder, "coverage", &stems.at[i + 1]) && older_than_an_hour(path, now))
            delete_generation(folder, &stems.at[i]);
    stems_free(&stems);
}

/* Data files of a writer that died before its coverage stood. */
static void sweep_orphans(const char *folder, const char *table, struct instant now)
{
    char path[PATH_MAX], coverage[PATH_MAX];
    int used = snprintf(path, sizeof path, "%s/%s", folder, table);
    struct stems stems = {0};
    size_t room = 0;
    if (used > 0 && (size_t)used < sizeof path && list_folder(&stems, &room, path, NULL))
        for (size_t i = 0; i < stems.len; i++)
            if (stem_path(coverage, folder, "coverage", &stems.at[i]) && !file_exists(coverage) &&
                stem_path(path, folder, table, &stems.at[i]) && older_than_an_hour(path, now))
                (void)unlink(path);
    stems_free(&stems);
}

/* Removes what lies in `path`, at most two folders deep (a writer's scratch folder, DuckDB's in
 * it), then the folder. */
static void remove_tree(const char *path, int depth)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        (void)unlink(path);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        char below[PATH_MAX];
        int used = snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || used < 0 ||
            (size_t)used >= sizeof below)
            continue;
        if (entry->d_type == DT_DIR && depth > 0)
            remove_tree(below, depth - 1);
        else
            (void)unlink(below);
    }
    (void)closedir(dir);
    (void)rmdir(path);
}

static void sweep_scratch(const char *folder, struct instant now)
{
    char path[PATH_MAX];
    int used = snprintf(path, sizeof path, "%s/temp", folder);
    DIR *dir = used > 0 && (size_t)used < sizeof path ? opendir(path) : NULL;
    if (dir == NULL)
        return;
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        used = snprintf(path, sizeof path, "%s/temp/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && used > 0 && (size_t)used < sizeof path &&
            older_than_an_hour(path, now))
            remove_tree(path, 2);
    }
    (void)closedir(dir);
}

void generation_sweep(const char *folder, struct instant now)
{
    char marker[PATH_MAX];
    int used = snprintf(marker, sizeof marker, "%s/temp/.swept", folder);
    if (used < 0 || (size_t)used >= sizeof marker)
        return;
    if (file_exists(marker) && !older_than_an_hour(marker, now))
        return;
    int fd = open(marker, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    (void)futimens(fd, NULL);
    (void)close(fd);
    sweep_superseded(folder, now);
    sweep_orphans(folder, "sighting", now);
    sweep_orphans(folder, "contact", now);
    sweep_orphans(folder, "identity", now);
    sweep_orphans(folder, "bystander", now);
    sweep_scratch(folder, now);
}

void store_forget(const char *folder, double days)
{
    char path[PATH_MAX];
    struct stems stems = {0};
    size_t room = 0;
    struct instant now = clock_now();
    int used = snprintf(path, sizeof path, "%s/bystander", folder);
    if (used > 0 && (size_t)used < sizeof path && list_folder(&stems, &room, path, NULL))
        for (size_t i = 0; i < stems.len; i++)
            if (stem_path(path, folder, "bystander", &stems.at[i]) &&
                older_than(path, now, (int64_t)(days * 86400)))
                (void)unlink(path);
    stems_free(&stems);
}
