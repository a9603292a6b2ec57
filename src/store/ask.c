/*
 * Trouble it answers: a reader must see each source once and whole while writers come and go.
 *
 * It lists the coverage files, takes the newest generation of each source, reads which data files
 * they stand for, and lays the tables over exactly those. A file that has gone meanwhile makes
 * DuckDB fail with its name; then everything begins again, which writers cannot make happen often:
 * a superseded generation is left until the eighth after it stands.
 */
#include "store/store.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "store/duck.h"
#include "store/generation.h"
#include "store/schema.h"
#include "store/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 8 };

struct asking {
    char folder[PATH_MAX], spill[PATH_MAX];
    struct duck *duck;
};

static bool ask_duck(void *state, const char *sql, struct arena *arena, struct rows *ret,
                     struct err *err)
{
    struct asking *a = state;
    return duck_ask(a->duck, sql, arena, ret, err);
}

static bool run_duck(void *state, const char *sql, struct err *err)
{
    struct asking *a = state;
    return duck_run(a->duck, sql, err);
}

/* A path inside the store, for read_parquet. */
static void put_path(struct buf *sql, const char *folder, const char *below)
{
    struct buf path = {0};
    buf_format(&path, "%s/%s", folder, below);
    duck_quote_path(sql, path.at);
    buf_free(&path);
}

/* Coverage rows are few and looked at often: a table. */
static bool make_coverage(struct asking *a, const struct stems *stems, struct err *err)
{
    struct buf sql = {0};
    buf_string(&sql, "CREATE TABLE coverage AS SELECT * FROM read_parquet([");
    for (size_t i = 0; i < stems->len; i++) {
        char path[STEM_LEN + 32];
        (void)snprintf(path, sizeof path, "coverage/%.2s/%s.parquet", stems->at[i].text,
                       stems->at[i].text);
        buf_string(&sql, i ? "," : "");
        put_path(&sql, a->folder, path);
    }
    buf_string(&sql, "], union_by_name=true)");
    bool done = duck_run(a->duck, sql.at, err);
    buf_free(&sql);
    return done;
}

/* A table out of a file of the store that grows by lines; empty without the file. A line that was
 * cut short by a crash is left out. columns: "name TYPE, name TYPE". */
static bool make_lines(struct asking *a, const char *file, const char *table, const char *columns,
                       struct err *err)
{
    char path[PATH_MAX + 32];
    struct buf sql = {0};
    (void)snprintf(path, sizeof path, "%s/%s", a->folder, file);
    buf_format(&sql, "CREATE TABLE %s (%s); ", table, columns);
    if (file_exists(path)) {
        buf_format(&sql, "INSERT INTO %s SELECT * FROM read_csv(", table);
        duck_quote_path(&sql, path);
        buf_string(&sql, ", header=false, ignore_errors=true, null_padding=false, columns={");
        struct text rest = text_of(columns);
        for (unsigned i = 0; rest.len; i++) {
            struct text column = text_trim(text_word(&rest, ',')), name = text_word(&column, ' ');
            buf_format(&sql, "%s'%.*s': '%.*s'", i ? ", " : "", (int)name.len, name.at,
                       (int)column.len, column.at);
        }
        buf_string(&sql, "})");
    }
    bool done = duck_run(a->duck, sql.at, err);
    buf_free(&sql);
    return done;
}

/* What people said of findings (cmd/verdict.c), the last word on each; and what was released. */
static bool make_said(struct asking *a, struct err *err)
{
    return make_lines(a, "verdicts.csv", "said",
                      "said_at TIMESTAMP, host VARCHAR, controller VARCHAR, verdict VARCHAR, note "
                      "VARCHAR",
                      err) &&
           make_lines(a, "releases.csv", "released",
                      "name VARCHAR, said_at TIMESTAMP, first_day DATE, last_day DATE, figure "
                      "VARCHAR, value BIGINT, sources BIGINT, digest VARCHAR",
                      err) &&
           duck_run(a->duck,
                    "CREATE TABLE verdict AS SELECT host, controller, arg_max(verdict, said_at) AS "
                    "verdict, max(said_at) AS said_at, arg_max(note, said_at) AS note FROM said "
                    "GROUP BY host, controller",
                    err);
}

/* Who hosts are: those with a finding, and those whose rows are still kept. */
static bool make_identity(struct asking *a, struct err *err)
{
    return duck_run(a->duck,
                    "CREATE VIEW identities AS SELECT * FROM identity UNION ALL BY NAME "
                    "SELECT * FROM bystander",
                    err);
}

/* A file of bystanders may have been forgotten (store_forget). */
static bool is_there(const struct asking *a, enum schema table, const char *below)
{
    char path[PATH_MAX];
    int used = snprintf(path, sizeof path, "%s/%s", a->folder, below);
    return table != SCHEMA_BYSTANDER ||
           (used > 0 && (size_t)used < sizeof path && file_exists(path));
}

/* Which file has a row of which day: of a row its day and its file. */
static bool make_days(struct asking *a, const struct buf *files, struct err *err)
{
    struct buf sql = {0};
    if (files->len)
        buf_format(&sql,
                   "CREATE VIEW sighting_day AS SELECT day, filename FROM read_parquet([%s], "
                   "union_by_name=true, filename=true)",
                   files->at);
    else
        buf_string(&sql, "CREATE TABLE sighting_day (day DATE, filename VARCHAR)");
    bool done = duck_run(a->duck, sql.at, err);
    buf_free(&sql);
    return done;
}

/* `table` over the files that the coverage rows name; without any, an empty table. */
static bool make_table(struct asking *a, enum schema table, struct err *err)
{
    struct arena arena = {0};
    struct rows rows;
    struct buf sql = {0};
    buf_format(&sql,
               "SELECT file FROM (SELECT unnest(files) AS file FROM coverage) "
               "WHERE starts_with(file, '%s/') ORDER BY file",
               schema_name[table]);
    bool done = duck_ask(a->duck, sql.at, &arena, &rows, err);
    struct buf files = {0};
    buf_string(&files, "");
    for (size_t i = 0; done && i < rows.len; i++)
        if (is_there(a, table, rows_cell(&rows, i, 0).at)) {
            buf_string(&files, files.len ? "," : "");
            put_path(&files, a->folder, rows_cell(&rows, i, 0).at);
        }
    sql.len = 0;
    if (files.len) {
        buf_format(&sql, "CREATE VIEW %s AS SELECT * FROM read_parquet([%s], union_by_name=true)",
                   schema_name[table], files.at);
    } else {
        buf_format(&sql, "CREATE TABLE %s (", schema_name[table]);
        schema_columns(&sql, table);
        buf_string(&sql, ")");
    }
    done = done && duck_run(a->duck, sql.at, err) &&
           (table != SCHEMA_SIGHTING || make_days(a, &files, err));
    buf_free(&files);
    buf_free(&sql);
    arena_free(&arena);
    return done;
}

static bool file_has_gone(const struct err *err)
{
    return strstr(err->text, "No such file") != NULL || strstr(err->text, "No files found") != NULL;
}

/* One try: from the listing to the end of `use`. */
static enum store_answer ask_once(struct asking *a, uint64_t memory_bytes, unsigned threads,
                                  const struct store_view *view,
                                  bool (*use)(const struct asker *, void *, struct err *),
                                  void *state, struct err *err)
{
    struct stems stems;
    if (!stems_list(&stems, a->folder, NULL, err))
        return STORE_UNREADABLE;
    stems_keep_newest(&stems);
    enum store_answer answer = stems.len ? STORE_UNREADABLE : STORE_EMPTY;
    if (stems.len) {
        a->duck = duck_open(a->folder, a->spill, memory_bytes, threads, err);
        struct asker asker = {.state = a, .ask = ask_duck, .run = run_duck};
        if (a->duck != NULL && make_coverage(a, &stems, err) &&
            make_table(a, SCHEMA_SIGHTING, err) && make_table(a, SCHEMA_CONTACT, err) &&
            make_table(a, SCHEMA_IDENTITY, err) && make_table(a, SCHEMA_BYSTANDER, err) &&
            make_identity(a, err) && make_said(a, err) && view_make(a->duck, view, err) &&
            use(&asker, state, err))
            answer = STORE_ANSWERED;
        duck_close(a->duck);
        a->duck = NULL;
    }
    stems_free(&stems);
    return answer;
}

enum store_answer store_ask(const char *folder, uint64_t memory_bytes, unsigned threads,
                            const struct store_view *view,
                            bool (*use)(const struct asker *asker, void *state, struct err *err),
                            void *state, struct err *err)
{
    struct asking a = {.duck = NULL};
    if (!file_exists(folder))
        return STORE_EMPTY;
    if (realpath(folder, a.folder) == NULL) {
        (void)err_errno(err, "cannot find the store %s", folder);
        return STORE_UNREADABLE;
    }
    int used = snprintf(a.spill, sizeof a.spill, "%s/temp/%014llx%06x-spill", a.folder,
                        (unsigned long long)clock_now().us, (unsigned)getpid() & 0xffffffU);
    if (used < 0 || (size_t)used >= sizeof a.spill) {
        (void)err_set(err, "the path of the store is too long: %.200s", folder);
        return STORE_UNREADABLE;
    }
    enum store_answer answer = STORE_UNREADABLE;
    struct err local = {""};
    for (int i = 0; i < TRIES && answer == STORE_UNREADABLE; i++) {
        local.text[0] = '\0';
        answer = ask_once(&a, memory_bytes, threads, view, use, state, &local);
        if (answer == STORE_UNREADABLE && !file_has_gone(&local))
            break;
    }
    if (answer == STORE_UNREADABLE && err != NULL)
        *err = local;
    return answer;
}

bool store_engine(char ret[64], struct err *err)
{
    struct arena arena = {0};
    struct rows rows;
    struct duck *duck = duck_open("/nowhere", "/nowhere/temp", UINT64_C(64) << 20, 1, err);
    bool done = duck != NULL && duck_ask(duck, "SELECT version()", &arena, &rows, err);
    if (done)
        (void)snprintf(ret, 64, "%s", rows_cell(&rows, 0, 0).at);
    duck_close(duck);
    arena_free(&arena);
    return done;
}
