/*
 * Trouble it answers: there is one judge and one meaning of the user's rules, both in C, and SQL
 * must see every row through them. Here they become SQL functions, and the views that everything
 * else reads are laid over them:
 *
 *     sighting (files) -> reviewed (the user's rules) -> admitted | suppressed
 *     admitted -> sightings (merged by day and pair, judged again; sql/sightings.sql)
 *
 * Without rules `admitted` is `sighting` itself and costs nothing.
 */
#include "store/view.h"

#include "store/schema.h"

#include <stdio.h>

enum { FIELD_END = 0x1f }; /* ASCII's unit separator stands between the fields of an answer */
enum field { ALLOWED_BY = 1, P, HOST_ROLE, HOST_WHY, CONTROLLER_ROLE, CONTROLLER_WHY, KEPT };

static void put_field(struct buf *answer, struct text text)
{
    for (uint32_t i = 0; i < text.len; i++)
        buf_char(answer, text.at[i] == FIELD_END ? ' ' : text.at[i]);
    buf_char(answer, FIELD_END);
}

static void call_judge(const void *state, const struct duck_row *row, struct buf *answer)
{
    const struct store_view *view = state;
    buf_format(answer, "%.17g", view->judge(view->state, row->evidence, row->answered));
}

/* The empty text stands for null: SQL would not call for rows with a null. */
static struct text known(struct text text)
{
    return text.len ? text : text_at(NULL, 0);
}

static void call_review(const void *state, const struct duck_row *row, struct buf *answer)
{
    const struct store_view *view = state;
    struct review_row in = {
        .host = known(row->text[0]),
        .controller = known(row->text[1]),
        .controller_name = known(row->text[2]),
        .host_role = row->text[3],
        .controller_role = row->text[4],
        .port = row->port,
        .answered = row->answered,
        .p = row->p,
        .evidence = row->evidence,
    };
    struct reviewed said;
    view->review(view->state, &in, &said);
    put_field(answer, said.allowed_by);
    buf_format(answer, "%.17g%c", said.p, FIELD_END);
    put_field(answer, said.host_role);
    put_field(answer, text_of(said.host_why));
    put_field(answer, said.controller_role);
    put_field(answer, text_of(said.controller_why));
    for (uint32_t i = 0; i < row->evidence.len; i++)
        buf_char(answer, said.dropped[i] ? '0' : '1');
}

/* NAME(list, answered, p, port, five texts) over the function that takes parallel lists. */
static const char lists_of[] = "[e.\"group\" FOR e IN list], [e.flags FOR e IN list], "
                               "[e.strength FOR e IN list], [coalesce(e.item, '') FOR e IN list]";

static bool make_judge(struct duck *duck, const struct store_view *view, struct err *err)
{
    struct buf sql = {0};
    bool done = true;
    if (view == NULL || view->judge == NULL) {
        buf_string(&sql, "CREATE MACRO judged(list, answered) AS NULL::DOUBLE; "
                         "CREATE MACRO judged_rank(p) AS 0");
    } else {
        done = duck_function(duck, "judge_lists", call_judge, view, err);
        buf_format(&sql,
                   "CREATE MACRO judged(list, answered) AS judge_lists(%s, "
                   "coalesce(answered, false), 0, 0, '', '', '', '', '')::DOUBLE; "
                   "CREATE MACRO judged_rank(p) AS CASE WHEN p >= '%.17g'::DOUBLE THEN 3 WHEN p >= "
                   "'%.17g'::DOUBLE THEN 2 WHEN p >= '%.17g'::DOUBLE THEN 1 ELSE 0 END",
                   lists_of, view->grade_from[2], view->grade_from[1], view->grade_from[0]);
    }
    done = done && duck_run(duck, sql.at, err);
    buf_free(&sql);
    return done;
}

/* The evidence as the rules leave it; a role that the user gave brings the user's reason. */
static void put_evidence(struct buf *sql)
{
    static const char *const columns[] = {
#define COLUMN(name, type, unit, help) #name,
#include "record/evidence.list"
#undef COLUMN
    };
    static const struct {
        const char *item;
        enum field role, why;
    } roles[] = {{"host is ", HOST_ROLE, HOST_WHY},
                 {"controller is ", CONTROLLER_ROLE, CONTROLLER_WHY}};
    buf_format(sql,
               "list_transform(list_filter(evidence, lambda e, i: said[%d][i] = '1'), lambda e: "
               "CASE ",
               KEPT);
    for (size_t r = 0; r < sizeof roles / sizeof roles[0]; r++) {
        buf_format(sql,
                   "WHEN said[%d] <> '' AND e.detector = 'role' AND starts_with(e.item, '%s') "
                   "THEN struct_pack(",
                   roles[r].why, roles[r].item);
        for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
            buf_format(sql, "%s\"%s\" := ", i ? ", " : "", columns[i]);
            if (strcmp(columns[i], "item") == 0)
                buf_format(sql, "'%s' || said[%d]", roles[r].item, roles[r].role);
            else if (strcmp(columns[i], "why") == 0)
                buf_format(sql, "said[%d]", roles[r].why);
            else
                buf_format(sql, "e.\"%s\"", columns[i]);
        }
        buf_string(sql, ") ");
    }
    buf_string(sql, "ELSE e END)");
}

static bool make_review(struct duck *duck, const struct store_view *view, struct err *err)
{
    struct buf sql = {0};
    bool done = true;
    if (view == NULL || view->review == NULL) {
        buf_string(&sql, "CREATE VIEW admitted AS SELECT * FROM sighting; "
                         "CREATE VIEW suppressed AS SELECT *, '' AS allowed_by FROM sighting "
                         "WHERE false");
    } else {
        done = duck_function(duck, "review_lists", call_review, view, err);
        buf_format(
            &sql,
            "CREATE MACRO review_of(list, answered, p, port, host, controller, name, "
            "host_role, controller_role) AS string_split(review_lists(%s, "
            "coalesce(answered, false), p, coalesce(port, -1), host, "
            "coalesce(controller, ''), coalesce(name, ''), coalesce(host_role, ''), "
            "coalesce(controller_role, '')), chr(%d)); "
            "CREATE VIEW reviewed AS SELECT *, review_of(evidence, talked(kind, answered, "
            "opened_by, controller), p, port, host, controller, controller_name, host_role, "
            "controller_role) AS said FROM sighting; "
            "CREATE VIEW suppressed AS SELECT * EXCLUDE (said), said[%d] AS allowed_by "
            "FROM reviewed WHERE said[%d] <> ''; "
            "CREATE VIEW admitted AS SELECT * EXCLUDE (said) REPLACE (said[%d] AS host_role, "
            "said[%d] AS controller_role, said[%d]::DOUBLE AS p, "
            "grade_name(greatest(1, judged_rank(said[%d]::DOUBLE))) AS grade, ",
            lists_of, FIELD_END, ALLOWED_BY, ALLOWED_BY, HOST_ROLE, CONTROLLER_ROLE, P, P);
        put_evidence(&sql);
        buf_format(&sql, " AS evidence) FROM reviewed WHERE said[%d] = ''", ALLOWED_BY);
    }
    done = done && duck_run(duck, sql.at, err);
    buf_free(&sql);
    return done;
}

bool view_make(struct duck *duck, const struct store_view *view, struct err *err)
{
    return duck_run(duck, schema_macros, err) && make_judge(duck, view, err) &&
           make_review(duck, view, err) && duck_run(duck, schema_views, err);
}
