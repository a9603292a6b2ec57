#include "census/notices.h"

#include "base/buf.h"

#define TOLD                                                                                       \
    "strftime(last, '%Y-%m-%d %H:%M:%S') AS last_seen, grade, round(p, 3) AS p, "                  \
    "array_to_string([e.why FOR e IN evidence IF e.strength > 0], '; ') AS evidence "

static bool ask(struct rows *ret, const struct asker *asker, struct day from, struct day to,
                struct arena *arena, const char *what, const char *kind, struct err *err)
{
    char first[DAY_TEXT] = "0001-01-01", last[DAY_TEXT] = "9999-12-31";
    struct buf sql = {0};
    if (from.number != DAY_NONE)
        (void)day_format(from, first);
    if (to.number != DAY_NONE)
        (void)day_format(to, last);
    buf_string(&sql,
               "SELECT host AS for_host, coalesce(host_asn, -1) AS for_asn, nullif(place, '') "
               "AS for_sensor, strftime(first, '%Y-%m-%d %H:%M:%S') AS timestamp, CASE grade "
               "WHEN 'confirmed' THEN 'high' ELSE 'medium' END AS severity, ");
    buf_string(&sql, what);
    buf_format(
        &sql,
        "FROM sightings WHERE %s AND grade_rank(grade) >= 2 AND day BETWEEN DATE '%s' AND DATE "
        "'%s' ORDER BY first, host, controller_key, site_key",
        kind, first, last);
    bool done = asker_ask(asker, sql.at, arena, ret, err);
    buf_free(&sql);
    return done;
}

bool notices_control(struct rows *ret, const struct asker *asker, struct day from, struct day to,
                     struct arena *arena, struct err *err)
{
    return ask(ret, asker, from, to, arena,
               "proto AS protocol, host AS src_ip, host_port AS src_port, host_asn AS src_asn, "
               "host_country AS src_geo, host_region AS src_region, device AS machine_name, "
               "controller AS dst_ip, port AS dst_port, controller_asn AS dst_asn, "
               "controller_country AS dst_geo, controller_name AS dst_hostname, "
               "coalesce(family, 'unknown') AS infection, family, CASE controller_role WHEN "
               "'sinkhole' THEN 'sinkhole' ELSE 'controller' END AS tag, " TOLD,
               "kind = 'control'", err);
}

bool notices_sites(struct rows *ret, const struct asker *asker, struct day from, struct day to,
                   struct arena *arena, struct err *err)
{
    return ask(
        ret, asker, from, to, arena,
        "host AS ip, host_port AS port, host_asn AS asn, host_country AS geo, host_region AS "
        "region, split_part(site, '/', 1) AS http_host, coalesce(site, host) AS url, "
        "'backdoor' AS category, family AS tag, controller AS client_ip, controller_asn AS "
        "client_asn, controller_country AS client_geo, " TOLD,
        "kind = 'implant'", err);
}
