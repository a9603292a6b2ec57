/*
 * Trouble it answers: a person may ask that what is kept of them be deleted, and the files of the
 * lake never change. A file with rows of an address is written anew in temp/ and renamed over the
 * old one, fsync before, so that a reader sees the one or the other whole, and a crash leaves the
 * old one or the new. Coverage stays: it counts sources, not hosts.
 */
#include "store/store.h"

#include "base/buf.h"
#include "base/file.h"
#include "store/duck.h"
#include "store/generation.h"
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

struct forgetting {
    char folder[PATH_MAX];
    struct text address;
    struct day from, to;
    struct duck *duck;
    struct store_forgotten *ret;
};

/* Whose rows, and when, in a table. */
static void put_condition(struct buf *sql, const struct forgetting *f, enum schema table)
{
    bool by_day = table == SCHEMA_SIGHTING || table == SCHEMA_CONTACT;
    char from[DAY_TEXT] = "0001-01-01", to[DAY_TEXT] = "9999-12-31", address[64];
    (void)snprintf(address, sizeof address, "%.*s", (int)f->address.len, f->address.at);
    if (f->from.number != DAY_NONE)
        (void)day_format(f->from, from);
    if (f->to.number != DAY_NONE)
        (void)day_format(f->to, to);
    buf_string(sql, "(host = ");
    buf_sql(sql, text_of(address));
    if (by_day) {
        buf_string(sql, " OR controller IS NOT DISTINCT FROM ");
        buf_sql(sql, text_of(address));
    }
    if (by_day)
        buf_format(sql, ") AND day BETWEEN DATE '%s' AND DATE '%s'", from, to);
    else
        buf_format(sql, ") AND first::DATE <= DATE '%s' AND last::DATE >= DATE '%s'", to, from);
}

static void put_files(struct buf *sql, const struct forgetting *f, enum schema table)
{
    struct buf path = {0};
    buf_format(&path, "%s/%s", f->folder, schema_name[table]);
    duck_quote_path(sql, path.at);
    sql->len--; /* the closing quote */
    buf_string(sql, "/*.parquet'");
    buf_free(&path);
}

/* One file without the rows. */
static bool rewrite(struct forgetting *f, enum schema table, const char *path, struct err *err)
{
    char temp[PATH_MAX];
    struct buf sql = {0};
    int used =
        snprintf(temp, sizeof temp, "%s/temp/forget-%u.parquet", f->folder, (unsigned)getpid());
    if (used < 0 || (size_t)used >= sizeof temp)
        return err_set(err, "the path of the store is too long: %.200s", f->folder);
    buf_string(&sql, "COPY (SELECT * FROM read_parquet(");
    duck_quote_path(&sql, path);
    buf_string(&sql, ") WHERE NOT (");
    put_condition(&sql, f, table);
    buf_string(&sql, ")) TO ");
    buf_sql(&sql, text_of(temp));
    buf_string(&sql, " (FORMAT parquet, COMPRESSION zstd)");
    bool done = duck_run(f->duck, sql.at, err) && file_publish(temp, path, err);
    if (!done)
        (void)unlink(temp);
    buf_free(&sql);
    return done;
}

static bool has_files(const struct forgetting *f, enum schema table)
{
    struct buf sql = {0};
    struct arena arena = {0};
    struct rows rows;
    buf_string(&sql, "SELECT count(*) FROM glob(");
    put_files(&sql, f, table);
    buf_string(&sql, ")");
    bool any = duck_ask(f->duck, sql.at, &arena, &rows, NULL) && rows_count(&rows, 0, 0) > 0;
    buf_free(&sql);
    arena_free(&arena);
    return any;
}

static bool forget_table(struct forgetting *f, enum schema table, uint64_t *ret, struct err *err)
{
    struct buf sql = {0};
    struct arena arena = {0};
    struct rows rows;
    if (!has_files(f, table))
        return true;
    buf_string(&sql, "SELECT filename, count(*) FROM read_parquet(");
    put_files(&sql, f, table);
    buf_string(&sql, ", filename=true, union_by_name=true) WHERE ");
    put_condition(&sql, f, table);
    buf_string(&sql, " GROUP BY filename ORDER BY filename");
    bool done = duck_ask(f->duck, sql.at, &arena, &rows, err);
    for (size_t row = 0; done && row < rows.len; row++) {
        done = rewrite(f, table, rows_cell(&rows, row, 0).at, err);
        *ret += done ? (uint64_t)rows_count(&rows, row, 1) : 0;
        f->ret->files += done;
    }
    buf_free(&sql);
    arena_free(&arena);
    return done;
}

/* Only one at a time. Closed by the caller; -1 and err when another is at work. */
static int lock(const char *folder, struct err *err)
{
    char path[PATH_MAX];
    int used = snprintf(path, sizeof path, "%s/.forget", folder);
    int fd = used > 0 && (size_t)used < sizeof path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)
                                                    : -1;
    if (fd < 0) {
        (void)err_errno(err, "cannot open %s", path);
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    (void)err_set(err, "another forget is at work in %.200s", folder);
    (void)close(fd);
    return -1;
}

bool store_forget_address(const char *folder, struct text address, struct day from, struct day to,
                          uint64_t memory_bytes, struct store_forgotten *ret, struct err *err)
{
    struct forgetting f = {.address = address, .from = from, .to = to, .ret = ret};
    char spill[PATH_MAX + 32];
    *ret = (struct store_forgotten){0};
    if (realpath(folder, f.folder) == NULL)
        return err_errno(err, "cannot find the store %s", folder);
    int held = lock(f.folder, err);
    if (held < 0)
        return false;
    (void)snprintf(spill, sizeof spill, "%s/temp/forget-%u", f.folder, (unsigned)getpid());
    f.duck = duck_open(f.folder, spill, memory_bytes, 1, err);
    bool done = f.duck != NULL && forget_table(&f, SCHEMA_SIGHTING, &ret->sightings, err) &&
                forget_table(&f, SCHEMA_CONTACT, &ret->contacts, err) &&
                forget_table(&f, SCHEMA_IDENTITY, &ret->identities, err) &&
                forget_table(&f, SCHEMA_BYSTANDER, &ret->identities, err);
    duck_close(f.duck);
    (void)close(held);
    return done;
}

/* A source leaves at once with its coverage file; its rows, which nobody looks for any more, after.
 */
static bool remove_source(const struct forgetting *f, const char *file, struct err *err)
{
    struct stem stem;
    char path[PATH_MAX];
    const char *name = strrchr(file, '/');
    if (name == NULL || strlen(name + 1) < STEM_LEN)
        return err_set(err, "a coverage file of another name: %.200s", file);
    memcpy(stem.text, name + 1, STEM_LEN);
    stem.text[STEM_LEN] = '\0';
    if (unlink(file) != 0)
        return err_errno(err, "cannot delete %s", file);
    for (unsigned table = 0; table < SCHEMA_COVERAGE; table++)
        if (stem_path(path, f->folder, schema_name[table], &stem))
            (void)unlink(path);
    return true;
}

bool store_forget_before(const char *folder, struct day day, uint64_t memory_bytes,
                         uint64_t *ret_sources, struct err *err)
{
    struct forgetting f = {.from = {DAY_NONE}};
    char spill[PATH_MAX + 32], text[DAY_TEXT];
    struct buf sql = {0}, path = {0};
    struct arena arena = {0};
    struct rows rows = {.len = 0};
    *ret_sources = 0;
    if (realpath(folder, f.folder) == NULL)
        return err_errno(err, "cannot find the store %s", folder);
    int held = lock(f.folder, err);
    if (held < 0)
        return false;
    (void)snprintf(spill, sizeof spill, "%s/temp/forget-%u", f.folder, (unsigned)getpid());
    f.duck = duck_open(f.folder, spill, memory_bytes, 1, err);
    buf_string(&sql, "SELECT filename FROM read_parquet(");
    buf_format(&path, "%s/coverage", f.folder);
    duck_quote_path(&sql, path.at);
    sql.len--; /* the closing quote */
    buf_format(&sql,
               "/*/*.parquet', filename=true, union_by_name=true) WHERE last < DATE '%s' ORDER BY "
               "filename",
               day_format(day, text));
    bool done = f.duck != NULL && duck_ask(f.duck, sql.at, &arena, &rows, err);
    duck_close(f.duck);
    for (size_t row = 0; done && row < rows.len; row++) {
        done = remove_source(&f, rows_cell(&rows, row, 0).at, err);
        *ret_sources += done;
    }
    buf_free(&sql);
    buf_free(&path);
    arena_free(&arena);
    (void)close(held);
    return done;
}
