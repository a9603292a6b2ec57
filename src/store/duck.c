/*
 * Trouble it answers: libduckdb is 60 MB and takes tens of milliseconds to load, most runs need it
 * late or never, and it must never reach out of the store's folder.
 *
 * The functions used stand once, in DUCK_FUNCTIONS (duck_call.h); the table of pointers is made
 * from it. What the bindings of other languages need too (the deprecated value accessors) is not
 * used: every question is cast to text by SQL and read from the vectors. Streaming (duck_stream.c)
 * is marked deprecated in the header too, but nothing else bounds the memory of a long answer.
 */
#include "store/duck.h"
#include "store/duck_call.h"

#include "base/file.h"
#include "base/mem.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static void *try_library(const char *folder, const char *below, char *tried, size_t tried_room)
{
    char path[PATH_MAX + 64];
    int used = snprintf(path, sizeof path, "%s%s/libduckdb.so", folder, below);
    if (used < 0 || (size_t)used >= sizeof path || !file_exists(path))
        return NULL;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        (void)snprintf(tried, tried_room, " (%s)", dlerror());
    return library;
}

/* Beside the executable (as installed), in the checkout it was built in, then the system's. */
static void *find_library(struct err *err)
{
    char folder[PATH_MAX], tried[200] = "";
    void *library = NULL;
    ssize_t len = readlink("/proc/self/exe", folder, sizeof folder - 1);
    folder[len > 0 ? len : 0] = '\0';
    for (bool first = true; library == NULL; first = false) {
        char *slash = strrchr(folder, '/');
        if (slash == NULL)
            break;
        *slash = '\0';
        if (first)
            library = try_library(folder, "/../lib/muster", tried, sizeof tried);
        if (library == NULL)
            library = try_library(folder, "/deps/node_modules/@duckdb/node-bindings-linux-x64",
                                  tried, sizeof tried);
        if (library == NULL)
            library = try_library(folder, "/deps/node_modules/@duckdb/node-bindings-linux-arm64",
                                  tried, sizeof tried);
    }
    if (library == NULL)
        library = dlopen("libduckdb.so", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        (void)err_set(err,
                      "the store needs DuckDB's library libduckdb.so, which is not there%s; "
                      "`make` in the checkout fetches it",
                      tried);
    return library;
}

static bool load_table(struct duck_table *table, struct err *err)
{
    /* Stays loaded until the program ends: its threads and thread-local state outlive a close. */
    void *library = find_library(err);
    if (library == NULL)
        return false;
    void *at;
#define F(name)                                                                                    \
    at = dlsym(library, "duckdb_" #name);                                                          \
    if (at == NULL)                                                                                \
        return err_set(err,                                                                        \
                       "libduckdb.so has no function duckdb_" #name "; version 1.4 is needed");    \
    memcpy(&table->name, &at, sizeof at);
    DUCK_FUNCTIONS(F)
#undef F
    return true;
}

static bool open_database(struct duck *duck, uint64_t memory_bytes, unsigned threads,
                          struct err *err)
{
    char memory[32], workers[16];
    (void)snprintf(memory, sizeof memory, "%" PRIu64 "B", memory_bytes);
    (void)snprintf(workers, sizeof workers, "%u", threads);
    const char *const setting[][2] = {
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"allow_community_extensions", "false"},
        {"allow_persistent_secrets", "false"},
        {"threads", workers},
        {"memory_limit", memory},
    };
    duckdb_config config = NULL;
    if (duck->call.create_config(&config) == DuckDBError)
        return err_set(err, "DuckDB cannot make its configuration");
    bool done = true;
    for (size_t i = 0; i < sizeof setting / sizeof setting[0] && done; i++)
        if (duck->call.set_config(config, setting[i][0], setting[i][1]) == DuckDBError)
            done = err_set(err, "DuckDB does not know the setting %s", setting[i][0]);
    char *why = NULL;
    if (done && duck->call.open_ext(NULL, &duck->database, config, &why) == DuckDBError)
        done = err_set(err, "DuckDB does not start: %s", why ? why : "no reason given");
    if (why != NULL)
        duck->call.free(why);
    duck->call.destroy_config(&config);
    if (done && duck->call.connect(duck->database, &duck->connection) == DuckDBError)
        done = err_set(err, "DuckDB does not take a connection");
    return done;
}

/* Only the store's folder may be touched, and nothing of this may be changed any more. */
static bool lock_up(struct duck *duck, const char *folder, const char *temp, struct err *err)
{
    struct buf sql = {0};
    buf_string(&sql, "SET temp_directory = ");
    buf_sql(&sql, text_of(temp));
    buf_string(&sql, "; SET TimeZone = 'UTC'; SET enable_progress_bar = false; "
                     "SET allowed_directories = [");
    buf_sql(&sql, text_of(folder));
    buf_string(&sql, ", ");
    duck_quote_path(&sql, folder); /* patterns are checked as they are written */
    buf_string(&sql, "]; SET enable_external_access = false; SET lock_configuration = true");
    bool done = duck_run(duck, sql.at, err);
    buf_free(&sql);
    return done;
}

struct duck *duck_open(const char *folder, const char *temp, uint64_t memory_bytes,
                       unsigned threads, struct err *err)
{
    enum { LEAST_MEMORY = 64 * 1024 * 1024 };
    muster_assert(folder[0] == '/' && temp[0] == '/');
    if (memory_bytes < LEAST_MEMORY)
        memory_bytes = LEAST_MEMORY;
    struct duck *duck = mem_new(1, sizeof *duck);
    if (load_table(&duck->call, err) &&
        open_database(duck, memory_bytes, threads ? threads : 1, err) &&
        lock_up(duck, folder, temp, err))
        return duck;
    duck_close(duck);
    return NULL;
}

void duck_close(struct duck *duck)
{
    if (duck == NULL)
        return;
    if (duck->connection != NULL)
        duck->call.disconnect(&duck->connection);
    if (duck->database != NULL)
        duck->call.close(&duck->database);
    mem_free(duck);
}

void duck_quote_path(struct buf *buf, const char *path)
{
    struct buf pattern = {0};
    buf_string(&pattern, "");
    for (const char *c = path; *c; c++) {
        if (strchr("*?[", *c) != NULL)
            buf_format(&pattern, "[%c]", *c);
        else
            buf_char(&pattern, *c);
    }
    buf_sql(buf, text_of(pattern.at ? pattern.at : ""));
    buf_free(&pattern);
}

static bool failed(struct duck *duck, duckdb_result *result, struct err *err)
{
    const char *why = duck->call.result_error(result);
    (void)err_set(err, "the store: %s", why ? why : "DuckDB gives no reason");
    return false;
}

bool duck_run(struct duck *duck, const char *sql, struct err *err)
{
    duckdb_result result;
    bool done = duck->call.query(duck->connection, sql, &result) == DuckDBSuccess;
    if (!done)
        (void)failed(duck, &result, err);
    duck->call.destroy_result(&result);
    return done;
}

/* The chunk's `len` rows become those behind the last one. */
static void take_chunk(struct duck *duck, duckdb_data_chunk chunk, size_t len, struct arena *arena,
                       struct rows *rows)
{
    for (unsigned column = 0; column < rows->columns; column++) {
        duckdb_vector vector = duck->call.data_chunk_get_vector(chunk, column);
        duckdb_string_t *data = duck->call.vector_get_data(vector);
        uint64_t *valid = duck->call.vector_get_validity(vector);
        for (idx_t row = 0; row < len; row++) {
            struct text *cell = &rows->cell[(rows->len + row) * rows->columns + column];
            *cell = (struct text){0};
            if (valid != NULL && !duck->call.validity_row_is_valid(valid, row))
                continue;
            const duckdb_string_t *s = &data[row];
            uint32_t bytes = s->value.inlined.length;
            const char *from = bytes <= 12 ? s->value.inlined.inlined : s->value.pointer.ptr;
            *cell = arena_text(arena, text_at(from, bytes));
        }
    }
}

/* All chunks of the result; cells grow in ordinary memory and move to the arena at the end. */
static bool take_result(struct duck *duck, duckdb_result *result, struct arena *arena,
                        struct rows *ret, struct err *err)
{
    struct rows rows = {.columns = (unsigned)duck->call.column_count(result)};
    if (rows.columns > ROWS_COLUMNS)
        return err_set(err, "an answer of %u columns is too wide", rows.columns);
    for (unsigned i = 0; i < rows.columns; i++)
        rows.name[i] = arena_text(arena, text_of(duck->call.column_name(result, i)));
    duckdb_data_chunk chunk;
    size_t room = 0;
    bool done = true;
    while (done && (chunk = duck->call.fetch_chunk(*result)) != NULL) {
        size_t more = (size_t)duck->call.data_chunk_get_size(chunk);
        if (rows.len + more > ROWS_MAX) {
            done = err_set(err, "the answer has more than %d rows; ask for a shorter period",
                           ROWS_MAX);
        } else {
            if (rows.len + more > room) {
                room = (rows.len + more) * 2;
                rows.cell = mem_resize(rows.cell, room * rows.columns, sizeof *rows.cell);
            }
            take_chunk(duck, chunk, more, arena, &rows);
            rows.len += more;
        }
        duck->call.destroy_data_chunk(&chunk);
    }
    struct text *grown = rows.cell;
    size_t bytes = rows.len * rows.columns * sizeof *rows.cell;
    rows.cell = arena_new(arena, bytes);
    if (bytes && grown != NULL)
        memcpy(rows.cell, grown, bytes);
    mem_free(grown);
    if (done)
        *ret = rows;
    return done;
}

bool duck_ask(struct duck *duck, const char *sql, struct arena *arena, struct rows *ret,
              struct err *err)
{
    struct buf as_text = {0};
    buf_format(&as_text, "SELECT COLUMNS(*)::VARCHAR FROM (%s)", sql);
    duckdb_result result;
    bool done = duck->call.query(duck->connection, as_text.at, &result) == DuckDBSuccess;
    done = done ? take_result(duck, &result, arena, ret, err) : failed(duck, &result, err);
    duck->call.destroy_result(&result);
    buf_free(&as_text);
    return done;
}

bool duck_load(struct duck *duck, const char *table, bool (*next)(void *state, struct buf *buf),
               void *state, struct err *err)
{
    struct buf row = {0};
    buf_format(&row, "CREATE TABLE %s (row VARCHAR)", table);
    bool done = duck_run(duck, row.at, err);
    duckdb_appender appender = NULL;
    if (done && duck->call.appender_create(duck->connection, NULL, table, &appender) == DuckDBError)
        done = err_set(err, "the store: DuckDB does not take rows");
    for (row.len = 0; done && next(state, &row); row.len = 0)
        if (duck->call.append_varchar_length(appender, row.at, row.len) == DuckDBError ||
            duck->call.appender_end_row(appender) == DuckDBError)
            done = err_set(err, "the store: %s", duck->call.appender_error(appender));
    if (appender != NULL && duck->call.appender_destroy(&appender) == DuckDBError && done)
        done = err_set(err, "the store: DuckDB did not keep the rows; is --memory too small?");
    buf_free(&row);
    return done;
}
