#include "census/audit.h"

#include "census/tables.h"

#include "base/buf.h"

bool audit_ask(struct rows *ret, const struct asker *asker, struct day from, struct day to,
               unsigned sample, unsigned seed, struct arena *arena, struct err *err)
{
    struct buf sql = {0};
    buf_format(
        &sql,
        "WITH found AS (SELECT e.host_id, e.host, e.place, e.controller_id, e.day, e.rank, "
        "h.counted AND e.rank >= 2 AS counts FROM seen e JOIN host h USING (host_id)), drawn AS "
        "(SELECT *, row_number() OVER (PARTITION BY counts, rank ORDER BY hash(%u, host, place, "
        "controller_id, day), host_id, controller_id, day) AS nth FROM found), taken AS (SELECT *, "
        "row_number() OVER (PARTITION BY counts ORDER BY nth, rank DESC, host_id, controller_id, "
        "day) AS turn FROM drawn) SELECT t.counts AS counted, "
        "s.grade, t.day, t.host, t.controller_id AS controller, s.port, s.family, "
        "round(s.p, 3) AS p, s.flows, array_to_string([e.why FOR e IN list_sort([struct_pack(s := "
        "-e.strength, why := e.detector || ': ' || e.why) FOR e IN s.evidence IF e.strength <> "
        "0])], chr(10)) AS evidence, v.verdict FROM taken t JOIN sightings s ON s.day = t.day AND "
        "s.host = t.host AND s.kind = 'control' AND coalesce(s.controller, s.controller_name, 'not "
        "known') = t.controller_id AND t.place = s.place LEFT JOIN verdict v ON v.host = t.host "
        "AND v.controller = s.controller_key WHERE t.turn <= %u ORDER BY t.counts DESC, t.rank "
        "DESC, t.day, t.host, t.controller_id",
        seed, sample);
    bool done = census_tables(asker, from, to, "sightings", err) &&
                asker_ask(asker, sql.at, arena, ret, err);
    buf_free(&sql);
    return done;
}
