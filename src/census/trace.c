/*
 * The questions behind `muster trace`. A name may be a host, a controller, or both.
 */
#include "census/trace.h"

#include "base/buf.h"

extern const char census_trace_sql[];
__asm__(".section .rodata\n.global census_trace_sql\ncensus_trace_sql:\n"
        ".incbin \"src/census/sql/trace.sql\"\n.byte 0\n.previous\n");

static bool prepare(const struct asker *asker, const char *name, struct err *err)
{
    struct buf sql = {0};
    buf_string(&sql, "CREATE TABLE asked AS SELECT ");
    buf_sql(&sql, text_of(name));
    buf_string(&sql, " AS name");
    bool done = asker_run(asker, sql.at, err) && asker_run(asker, census_trace_sql, err);
    buf_free(&sql);
    return done;
}

static bool ask_pairs(struct trace *trace, const struct asker *asker, struct err *err)
{
    struct rows rows;
    if (!asker_ask(asker,
                   "SELECT coalesce((SELECT bool_or(by_host) FROM picked), "
                   "(SELECT bool_or(by_host) FROM contacts), "
                   "(SELECT true FROM who_here LIMIT 1), false)",
                   &trace->arena, &rows, err))
        return false;
    trace->is_host = text_is(rows_cell(&rows, 0, 0), "true");
    return asker_ask(asker,
                     "SELECT "
#define COLUMN(name, sql) sql " AS \"" #name "\", "
#include "record/census_pair.list"
#undef COLUMN
                     "FROM seen GROUP BY host_id, controller_id "
                     "ORDER BY max(rank) DESC, max(p) DESC, host_id, controller_id LIMIT 200",
                     &trace->arena, &trace->pair, err) &&
           asker_ask(
               asker,
               "SELECT "
#define COLUMN(name, sql) sql " AS \"" #name "\", "
#include "record/census_evidence.list"
#undef COLUMN
               "FROM (SELECT day, host_id, controller_id, unnest(evidence) AS e FROM picked) "
               "GROUP BY host_id, controller_id, e.detector, e.item "
               "ORDER BY host_id, controller_id, abs(strength) DESC, detector, item LIMIT 2000",
               &trace->arena, &trace->evidence, err);
}

/* What was told of the machine and its user, each thing once, with who told it. */
static bool ask_identity(struct trace *trace, const struct asker *asker, struct err *err)
{
    return asker_ask(asker,
                     "SELECT what, first(value ORDER BY length(value) DESC, value) AS value, "
                     "array_to_string(list_sort(list_distinct(list(way))), ', ') AS known_by, "
                     "array_to_string(list_sort(list_distinct(list(host))), ' ') AS addresses, "
                     "strftime(min(first), '%Y-%m-%d %H:%M') AS first, "
                     "strftime(max(last), '%Y-%m-%d %H:%M') AS last, sum(seen)::BIGINT AS seen, "
                     "arg_min(\"where\", first) AS \"where\" "
                     "FROM told WHERE value IS NOT NULL GROUP BY rank, what, key "
                     "ORDER BY rank, sum(seen) DESC, value LIMIT 60",
                     &trace->arena, &trace->identity, err);
}

static bool ask_days(struct trace *trace, const struct asker *asker, struct err *err)
{
    return asker_ask(
        asker,
        "SELECT day, CASE WHEN by_host THEN controller_id ELSE host_id END AS other_end, "
        "grade, floor(p * 1000) / 1000 AS p, strftime(first, '%H:%M:%S') AS first, "
        "strftime(last, '%H:%M:%S') AS last, flows, bytes_out, bytes_in, "
        "array_to_string(sensors, ' ') AS sensors "
        "FROM picked ORDER BY day, p DESC, other_end LIMIT 2000",
        &trace->arena, &trace->day, err);
}

static bool ask_contacts(struct trace *trace, const struct asker *asker, struct err *err)
{
    return asker_ask(
        asker,
        "SELECT CASE WHEN bool_or(by_host) THEN controller_id ELSE host_id END AS other_end, "
        "max(controller_name) AS name, arg_max(port, (flows, port)) AS port, "
        "arg_max(app, (flows, app)) AS app, count(DISTINCT day) AS days, "
        "sum(flows)::BIGINT AS flows, bool_or(answered) AS answered, "
        "sum(bytes_out)::BIGINT AS bytes_out, sum(bytes_in)::BIGINT AS bytes_in, "
        "floor(max(p) * 1000) / 1000 AS p FROM contacts GROUP BY host_id, controller_id "
        "ORDER BY sum(flows) DESC, other_end LIMIT 40",
        &trace->arena, &trace->contact, err);
}

/* Between 0.1 and 0.5, with the reason; and the suspected, when all hosts are asked for. */
static bool ask_near(struct trace *trace, const struct asker *asker, bool all, struct err *err)
{
    return asker_ask(
        asker,
        all ? "SELECT host_id AS host, controller_id AS controller, max(p) AS p, grade, "
              "count(DISTINCT day) AS days, max(why) AS why FROM ("
              "SELECT host_name(host, place) AS host_id, coalesce(controller, controller_name) AS "
              "controller_id, floor(p * 1000) / 1000 AS p, grade, day, "
              "list_last(list_sort([{'strength': "
              "e.strength, 'why': e.why} FOR e IN evidence])).why AS why FROM sightings WHERE "
              "grade = "
              "'suspected' UNION ALL "
              "SELECT host_id, controller_id, floor(p * 1000) / 1000, 'near', day, "
              "list_last(list_sort([{"
              "'strength': e.strength, 'why': e.why} FOR e IN evidence])).why FROM talked WHERE p "
              "BETWEEN 0.1 AND 0.5) GROUP BY ALL ORDER BY p DESC, host, controller LIMIT 200"
            : "SELECT host_id AS host, controller_id AS controller, floor(max(p) * 1000) / 1000 AS "
              "p, 'near' "
              "AS "
              "grade, count(DISTINCT day) AS days, arg_max(list_last(list_sort([{'strength': "
              "e.strength, 'why': e.why} FOR e IN evidence])).why, p) AS why FROM contacts WHERE p "
              "BETWEEN 0.1 AND 0.5 GROUP BY host_id, controller_id ORDER BY p DESC, host, "
              "controller "
              "LIMIT 200",
        &trace->arena, &trace->near, err);
}

static bool ask_similar(struct trace *trace, const struct asker *asker, struct err *err)
{
    return asker_ask(
        asker,
        "SELECT other FROM (SELECT DISTINCT unnest([host, controller, controller_name]) "
        "AS other FROM sightings), asked WHERE other IS NOT NULL "
        "ORDER BY jaro_winkler_similarity(other, name) DESC, other LIMIT 8",
        &trace->arena, &trace->similar, err);
}

bool trace_make(struct trace *ret, const struct asker *asker, const char *name_or_null, bool near,
                struct err *err)
{
    *ret = (struct trace){.is_host = false};
    if (name_or_null != NULL)
        ret->name = arena_text(&ret->arena, text_of(name_or_null));
    bool done = prepare(asker, name_or_null ? name_or_null : "", err);
    if (done && name_or_null != NULL)
        done = ask_pairs(ret, asker, err) && ask_days(ret, asker, err) &&
               ask_contacts(ret, asker, err) && ask_identity(ret, asker, err);
    if (done && near)
        done = ask_near(ret, asker, name_or_null == NULL, err);
    if (done && name_or_null != NULL && ret->pair.len == 0 && ret->contact.len == 0 &&
        ret->identity.len == 0)
        done = ask_similar(ret, asker, err);
    if (!done)
        trace_free(ret);
    return done;
}

void trace_free(struct trace *trace)
{
    arena_free(&trace->arena);
    *trace = (struct trace){.is_host = false};
}
