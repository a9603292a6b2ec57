/* The inside of a connection to DuckDB: its functions, looked up by name, and its handles. */
#ifndef MUSTER_STORE_DUCK_CALL_H
#define MUSTER_STORE_DUCK_CALL_H

#include <duckdb.h>

#define DUCK_FUNCTIONS(F)                                                                          \
    F(create_config)                                                                               \
    F(set_config)                                                                                  \
    F(destroy_config)                                                                              \
    F(open_ext)                                                                                    \
    F(close)                                                                                       \
    F(connect)                                                                                     \
    F(disconnect)                                                                                  \
    F(query)                                                                                       \
    F(destroy_result)                                                                              \
    F(prepare)                                                                                     \
    F(prepare_error)                                                                               \
    F(destroy_prepare)                                                                             \
    F(pending_prepared_streaming)                                                                  \
    F(pending_error)                                                                               \
    F(execute_pending)                                                                             \
    F(destroy_pending)                                                                             \
    F(result_error)                                                                                \
    F(column_count)                                                                                \
    F(column_name)                                                                                 \
    F(fetch_chunk)                                                                                 \
    F(destroy_data_chunk)                                                                          \
    F(data_chunk_get_size)                                                                         \
    F(data_chunk_get_vector)                                                                       \
    F(vector_get_data)                                                                             \
    F(vector_get_validity)                                                                         \
    F(validity_row_is_valid)                                                                       \
    F(appender_create)                                                                             \
    F(appender_error)                                                                              \
    F(append_varchar_length)                                                                       \
    F(appender_end_row)                                                                            \
    F(appender_destroy)                                                                            \
    F(free)                                                                                        \
    F(create_logical_type)                                                                         \
    F(create_list_type)                                                                            \
    F(destroy_logical_type)                                                                        \
    F(create_scalar_function)                                                                      \
    F(scalar_function_set_name)                                                                    \
    F(scalar_function_add_parameter)                                                               \
    F(scalar_function_set_return_type)                                                             \
    F(scalar_function_set_extra_info)                                                              \
    F(scalar_function_set_function)                                                                \
    F(register_scalar_function)                                                                    \
    F(destroy_scalar_function)                                                                     \
    F(list_vector_get_child)                                                                       \
    F(vector_assign_string_element_len)

struct duck_table {
#define F(name) __typeof__(duckdb_##name) *(name);
    DUCK_FUNCTIONS(F)
#undef F
};

struct duck {
    struct duck_table call;
    duckdb_database database;
    duckdb_connection connection;
};

#endif
