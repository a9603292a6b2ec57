#include "store/duck_stream.h"

#include "base/mem.h"
#include "store/duck_call.h"

struct column {
    const duckdb_string_t *data;
    uint64_t *valid; /* NULL: all are */
};

struct duck_stream {
    struct duck *duck;
    duckdb_prepared_statement prepared;
    duckdb_pending_result pending;
    duckdb_result result;
    bool asked;
    duckdb_data_chunk chunk;
    unsigned columns;
    struct column *column;
};

struct duck_stream *duck_stream_open(struct duck *duck, const char *sql, struct err *err)
{
    struct duck_stream *s = mem_new(1, sizeof *s);
    const struct duck_table *call = &duck->call;
    const char *why = NULL;
    s->duck = duck;
    if (call->prepare(duck->connection, sql, &s->prepared) == DuckDBError) {
        why = call->prepare_error(s->prepared);
    } else if (call->pending_prepared_streaming(s->prepared, &s->pending) == DuckDBError) {
        why = call->pending_error(s->pending);
    } else {
        s->asked = true;
        if (call->execute_pending(s->pending, &s->result) == DuckDBSuccess) {
            s->columns = (unsigned)call->column_count(&s->result);
            s->column = mem_new(s->columns, sizeof *s->column);
            return s;
        }
        why = call->result_error(&s->result);
    }
    (void)err_set(err, "%s", why ? why : "DuckDB gives no reason");
    duck_stream_close(s);
    return NULL;
}

size_t duck_stream_next(struct duck_stream *s, struct err *err)
{
    const struct duck_table *call = &s->duck->call;
    err->text[0] = '\0';
    for (;;) {
        if (s->chunk)
            call->destroy_data_chunk(&s->chunk);
        s->chunk = call->fetch_chunk(s->result);
        if (s->chunk == NULL) {
            const char *why = call->result_error(&s->result);
            if (why && *why)
                (void)err_set(err, "%s", why);
            return 0;
        }
        size_t rows = (size_t)call->data_chunk_get_size(s->chunk);
        if (rows == 0)
            continue;
        for (unsigned i = 0; i < s->columns; i++) {
            duckdb_vector vector = call->data_chunk_get_vector(s->chunk, i);
            s->column[i].data = call->vector_get_data(vector);
            s->column[i].valid = call->vector_get_validity(vector);
        }
        return rows;
    }
}

struct text duck_stream_cell(const struct duck_stream *s, size_t row, unsigned column)
{
    muster_assert(column < s->columns);
    const struct column *c = &s->column[column];
    if (c->valid && !(c->valid[row / 64] >> row % 64 & 1))
        return text_of(NULL);
    const duckdb_string_t *t = &c->data[row];
    uint32_t len = t->value.inlined.length;
    return text_at(len <= 12 ? t->value.inlined.inlined : t->value.pointer.ptr, len);
}

void duck_stream_close(struct duck_stream *s)
{
    if (s == NULL)
        return;
    const struct duck_table *call = &s->duck->call;
    if (s->chunk)
        call->destroy_data_chunk(&s->chunk);
    if (s->asked)
        call->destroy_result(&s->result);
    if (s->pending)
        call->destroy_pending(&s->pending);
    if (s->prepared)
        call->destroy_prepare(&s->prepared);
    mem_free(s->column);
    mem_free(s);
}
