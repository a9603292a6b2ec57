/*
 * Trouble it answers: a judge written once in C and once more in SQL drifts apart. So SQL calls the
 * one in C, through this: a row's evidence comes as parallel lists (a list of structs would bind
 * the function to the order of the columns), the answer goes back as text.
 */
#include "store/duck.h"

#include "base/mem.h"
#include "record/row.h"
#include "store/duck_call.h"

#include <dlfcn.h>

enum { LIST_MOST = 256 }; /* pieces of evidence that are looked at; the judge takes no more */
enum argument { GROUPS_AT, FLAGS_AT, STRENGTHS_AT, ITEMS_AT, ANSWERED_AT, P_AT, PORT_AT, TEXT_AT };
enum { ARGUMENTS = TEXT_AT + DUCK_TEXTS };

struct function {
    const struct duck_table *call;
    void (*answer)(const void *state, const struct duck_row *row, struct buf *answer);
    const void *state;
};

static struct text text_in(const duckdb_string_t *strings, idx_t at)
{
    const duckdb_string_t *s = &strings[at];
    uint32_t bytes = s->value.inlined.length;
    return text_at(bytes <= 12 ? s->value.inlined.inlined : s->value.pointer.ptr, bytes);
}

static bool is_null(const struct function *f, duckdb_vector vector, idx_t row)
{
    uint64_t *valid = f->call->vector_get_validity(vector);
    return valid != NULL && !f->call->validity_row_is_valid(valid, row);
}

static uint8_t group_of(struct text name)
{
    for (unsigned i = 0; i < GROUPS; i++)
        if (text_is(name, evidence_group_name[i]))
            return (uint8_t)i;
    return GROUP_ROLE; /* of a later version: weighs nothing here unless it says so */
}

static uint32_t evidence_in(const struct function *f, const duckdb_vector *argument, idx_t row,
                            struct evidence evidence[LIST_MOST])
{
    const duckdb_list_entry *list = f->call->vector_get_data(argument[GROUPS_AT]);
    const duckdb_list_entry *list_flags = f->call->vector_get_data(argument[FLAGS_AT]);
    const duckdb_list_entry *list_strengths = f->call->vector_get_data(argument[STRENGTHS_AT]);
    const duckdb_list_entry *list_items = f->call->vector_get_data(argument[ITEMS_AT]);
    duckdb_vector items_vector = f->call->list_vector_get_child(argument[ITEMS_AT]);
    const duckdb_string_t *groups =
        f->call->vector_get_data(f->call->list_vector_get_child(argument[GROUPS_AT]));
    const int64_t *flags =
        f->call->vector_get_data(f->call->list_vector_get_child(argument[FLAGS_AT]));
    const double *strengths =
        f->call->vector_get_data(f->call->list_vector_get_child(argument[STRENGTHS_AT]));
    const duckdb_string_t *items = f->call->vector_get_data(items_vector);
    uint32_t len = list[row].length < LIST_MOST ? (uint32_t)list[row].length : LIST_MOST;
    for (uint32_t i = 0; i < len; i++) {
        idx_t item = list_items[row].offset + i;
        evidence[i] = (struct evidence){
            .group = group_of(text_in(groups, list[row].offset + i)),
            .flags = (uint16_t)flags[list_flags[row].offset + i],
            .strength = strengths[list_strengths[row].offset + i],
            .known_from = {DAY_NONE},
        };
        if (!is_null(f, items_vector, item))
            evidence[i].item = text_in(items, item);
    }
    return len;
}

/* What duck_function gave the function. DuckDB hands over only its own handle, whose accessor is in
 * the library that was loaded at run time: it is asked for by name, once for some 2,000 rows, for
 * there is no global to keep it in. */
static const struct function *function_of(duckdb_function_info info)
{
    void *library = dlopen("libduckdb.so", RTLD_NOW | RTLD_NOLOAD);
    muster_assert(library != NULL);
    void *at = dlsym(library, "duckdb_scalar_function_get_extra_info");
    muster_assert(at != NULL);
    __typeof__(duckdb_scalar_function_get_extra_info) *get;
    memcpy(&get, &at, sizeof at);
    const struct function *f = get(info);
    (void)dlclose(library);
    return f;
}

/* Called by DuckDB for up to 2,048 rows; a null argument makes a null answer without asking. */
static void run(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    const struct function *f = function_of(info);
    duckdb_vector argument[ARGUMENTS];
    idx_t rows = f->call->data_chunk_get_size(input);
    for (unsigned i = 0; i < ARGUMENTS; i++)
        argument[i] = f->call->data_chunk_get_vector(input, i);
    struct evidence *evidence = mem_new(LIST_MOST, sizeof *evidence);
    struct buf answer = {0};
    for (idx_t row = 0; row < rows; row++) {
        struct duck_row in = {.evidence = {.at = evidence}};
        bool null = false;
        for (unsigned i = 0; i < ARGUMENTS; i++)
            null |= is_null(f, argument[i], row);
        answer.len = 0;
        buf_string(&answer, "");
        if (!null) {
            in.evidence.len = evidence_in(f, argument, row, evidence);
            in.answered = ((const bool *)f->call->vector_get_data(argument[ANSWERED_AT]))[row];
            in.p = ((const double *)f->call->vector_get_data(argument[P_AT]))[row];
            in.port = ((const int64_t *)f->call->vector_get_data(argument[PORT_AT]))[row];
            for (unsigned i = 0; i < DUCK_TEXTS; i++)
                in.text[i] = text_in(f->call->vector_get_data(argument[TEXT_AT + i]), row);
            f->answer(f->state, &in, &answer);
        }
        f->call->vector_assign_string_element_len(output, row, answer.at, answer.len);
    }
    buf_free(&answer);
    mem_free(evidence);
}

static void free_function(void *function)
{
    mem_free(function);
}

static void add_parameter(const struct duck_table *call, duckdb_scalar_function f, duckdb_type type,
                          bool list)
{
    duckdb_logical_type of = call->create_logical_type(type);
    duckdb_logical_type whole = list ? call->create_list_type(of) : NULL;
    call->scalar_function_add_parameter(f, list ? whole : of);
    if (list)
        call->destroy_logical_type(&whole);
    call->destroy_logical_type(&of);
}

bool duck_function(struct duck *duck, const char *name,
                   void (*answer)(const void *state, const struct duck_row *row,
                                  struct buf *answer),
                   const void *state, struct err *err)
{
    const struct duck_table *call = &duck->call;
    struct function *function = mem_new(1, sizeof *function);
    *function = (struct function){call, answer, state};
    duckdb_scalar_function f = call->create_scalar_function();
    call->scalar_function_set_name(f, name);
    add_parameter(call, f, DUCKDB_TYPE_VARCHAR, true);
    add_parameter(call, f, DUCKDB_TYPE_BIGINT, true);
    add_parameter(call, f, DUCKDB_TYPE_DOUBLE, true);
    add_parameter(call, f, DUCKDB_TYPE_VARCHAR, true);
    add_parameter(call, f, DUCKDB_TYPE_BOOLEAN, false);
    add_parameter(call, f, DUCKDB_TYPE_DOUBLE, false);
    add_parameter(call, f, DUCKDB_TYPE_BIGINT, false);
    for (unsigned i = 0; i < DUCK_TEXTS; i++)
        add_parameter(call, f, DUCKDB_TYPE_VARCHAR, false);
    duckdb_logical_type text = call->create_logical_type(DUCKDB_TYPE_VARCHAR);
    call->scalar_function_set_return_type(f, text);
    call->destroy_logical_type(&text);
    call->scalar_function_set_extra_info(f, function, free_function);
    call->scalar_function_set_function(f, run);
    bool done = call->register_scalar_function(duck->connection, f) == DuckDBSuccess ||
                err_set(err, "DuckDB does not take the function %s", name);
    call->destroy_scalar_function(&f);
    return done;
}
