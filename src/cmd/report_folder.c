#include "cmd/report_folder.h"

#include "base/file.h"
#include "store/duck.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool report_is_folder(const char *path)
{
    struct stat st;
    size_t len = strlen(path);
    return (len && path[len - 1] == '/') || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

/* The table's CSV, written at `path` meanwhile, as Parquet with the types that its values have. */
static bool to_parquet(struct duck *duck, const char *csv, const char *parquet, struct err *err)
{
    struct buf sql = {0};
    buf_string(&sql, "COPY (SELECT * FROM read_csv(");
    buf_sql(&sql, text_of(csv));
    buf_string(&sql, ", header = true, delim = ',', quote = '\"', sample_size = -1)) TO ");
    buf_sql(&sql, text_of(parquet));
    buf_string(&sql, " (FORMAT parquet, COMPRESSION zstd)");
    bool done = duck_run(duck, sql.at, err) &&
                (chmod(parquet, 0600) == 0 || err_errno(err, "cannot write %s", parquet));
    buf_free(&sql);
    return done;
}

static bool write_table(const struct report_format *format, const struct census_table *table,
                        const char *folder, struct duck *duck, struct err *err)
{
    struct buf buf = {0}, path = {0}, csv = {0};
    format->write_table(&buf, table);
    buf_format(&path, "%s/%s.%s", folder, table->id, format->name);
    buf_format(&csv, "%s/.%s.csv", folder, table->id);
    bool done = file_write(duck ? csv.at : path.at, buf.at, buf.len, 0600, err);
    if (duck && done) {
        done = to_parquet(duck, csv.at, path.at, err);
        (void)unlink(csv.at);
    }
    buf_free(&csv);
    buf_free(&path);
    buf_free(&buf);
    return done;
}

bool report_folder(const struct report_format *format, const struct census *census,
                   const char *folder, uint64_t memory_bytes, struct err *err)
{
    char whole[PATH_MAX], temp[PATH_MAX + 16];
    if (!file_make_folder(folder, 0700, err))
        return false;
    if (realpath(folder, whole) == NULL)
        return err_errno(err, "cannot find the folder %s", folder);
    (void)snprintf(temp, sizeof temp, "%s/.spill", whole);
    struct duck *duck = format->write ? NULL : duck_open(whole, temp, memory_bytes, 1, err);
    if (format->write == NULL && duck == NULL)
        return false;
    const struct census_table hosts = {.id = "pair", .rows = census->pair};
    bool done = true;
    for (unsigned i = 0; i <= census->tables && done; i++)
        done =
            write_table(format, i < census->tables ? &census->table[i] : &hosts, whole, duck, err);
    duck_close(duck);
    (void)rmdir(temp);
    return done;
}
