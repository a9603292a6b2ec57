/* The peer of bench/census: DuckDB with two threads and 1 GB over an SQL text; prints the rows it
 * got. */
#include <duckdb.h>
#include <stdio.h>

static int say(duckdb_result *result)
{
    (void)fprintf(stderr, "%s\n", duckdb_result_error(result));
    return 1;
}

int main(int argc, char **argv)
{
    duckdb_database database;
    duckdb_connection connection;
    duckdb_result result;
    if (argc != 2 || duckdb_open(NULL, &database) != DuckDBSuccess ||
        duckdb_connect(database, &connection) != DuckDBSuccess)
        return 2;
    if (duckdb_query(connection,
                     "SET autoinstall_known_extensions=false; SET threads=2; SET "
                     "memory_limit='1GB'",
                     &result) != DuckDBSuccess)
        return say(&result);
    duckdb_destroy_result(&result);
    if (duckdb_query(connection, argv[1], &result) != DuckDBSuccess)
        return say(&result);
    (void)printf("%lld rows\n", (long long)duckdb_row_count(&result));
    duckdb_destroy_result(&result);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return 0;
}
