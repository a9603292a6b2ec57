/*
 * The peer of bench/logs: DuckDB's own readers over a conn.log, one thread: duck_log csv|json FILE,
 * or over Suricata's EVE: duck_log eve FILE. It sums bytes and counts conversations by host, which
 * every line has a part in.
 */
#include <duckdb.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS                                                                                    \
    "columns={'_node_name':'VARCHAR','ts':'DOUBLE','uid':'VARCHAR','id.orig_h':'VARCHAR',"         \
    "'id.orig_p':'INTEGER','id.resp_h':'VARCHAR','id.resp_p':'INTEGER','proto':'VARCHAR',"         \
    "'service':'VARCHAR','duration':'DOUBLE','orig_bytes':'BIGINT','resp_bytes':'BIGINT',"         \
    "'conn_state':'VARCHAR','local_orig':'VARCHAR','local_resp':'VARCHAR',"                        \
    "'missed_bytes':'BIGINT','history':'VARCHAR','orig_pkts':'BIGINT','orig_ip_bytes':'BIGINT',"   \
    "'resp_pkts':'BIGINT','resp_ip_bytes':'BIGINT','tunnel_parents':'VARCHAR'}"

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
    char sql[2048];
    if (argc != 3 || duckdb_open(NULL, &database) != DuckDBSuccess ||
        duckdb_connect(database, &connection) != DuckDBSuccess)
        return 2;
    if (duckdb_query(connection, "SET autoinstall_known_extensions=false; SET threads=1",
                     &result) != DuckDBSuccess)
        return say(&result);
    if (strcmp(argv[1], "csv") == 0)
        (void)snprintf(sql, sizeof sql,
                       "SELECT \"id.orig_h\", count(*), sum(resp_bytes), max(ts), max(orig_pkts) "
                       "FROM read_csv('%s', delim='\\t', quote='', escape='', comment='#', "
                       "header=false, nullstr='-', auto_detect=false, " COLUMNS ") GROUP BY 1",
                       argv[2]);
    else if (strcmp(argv[1], "eve") == 0)
        (void)snprintf(sql, sizeof sql,
                       "SELECT src_ip, count(*), sum(flow.bytes_toclient), max(timestamp) "
                       "FROM read_json('%s', format='newline_delimited', columns={"
                       "'timestamp':'VARCHAR','event_type':'VARCHAR','src_ip':'VARCHAR',"
                       "'src_port':'INTEGER','dest_ip':'VARCHAR','dest_port':'INTEGER',"
                       "'proto':'VARCHAR','flow':'STRUCT(bytes_toserver BIGINT, "
                       "bytes_toclient BIGINT, start VARCHAR, \"end\" VARCHAR)'}) GROUP BY 1",
                       argv[2]);
    else
        (void)snprintf(sql, sizeof sql,
                       "SELECT \"id.orig_h\", count(*), sum(resp_bytes), max(ts), max(orig_pkts) "
                       "FROM read_json('%s', format='newline_delimited', " COLUMNS ") GROUP BY 1",
                       argv[2]);
    if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
        return say(&result);
    int64_t lines = 0;
    for (idx_t i = 0; i < duckdb_row_count(&result); i++)
        lines += duckdb_value_int64(&result, 1, i);
    (void)printf("%lld lines, %lld hosts\n", (long long)lines,
                 (long long)duckdb_row_count(&result));
    duckdb_destroy_result(&result);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return 0;
}
