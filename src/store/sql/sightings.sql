-- What all reports read: `sightings`, one row of a (day, host, controller or its name, kind, site),
-- whatever number of sources and sensors saw it. Tables below it: sighting, contact, coverage.

-- A private address is one machine per sensor; `place` keeps such hosts apart.
CREATE MACRO is_private(address) AS
    regexp_matches(address, '^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.|100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)');

-- The judge's formula (judge/judge.c): of each group of evidence the strongest counts, with its
-- sign and capped; `flags` leaves out evidence that carries one of them.
CREATE MACRO strongest(list) AS
    CASE WHEN len(list) = 0 THEN 0.0
         WHEN list_max(list) >= -list_min(list) THEN list_max(list)
         ELSE list_min(list) END;
CREATE MACRO judged(list, without) AS
    1 / (1 + exp(-(ln(0.001 / 0.999) + list_sum(
        [greatest(-g.cap, least(g.cap, strongest([e.strength FOR e IN list
                                                  IF e."group" = g.name AND e.flags & without = 0])))
         FOR g IN [{'name': 'listed_end', 'cap': 12.5}, {'name': 'listed_content', 'cap': 12.5},
                   {'name': 'rhythm', 'cap': 6.0}, {'name': 'shape', 'cap': 9.5},
                   {'name': 'names', 'cap': 11.0}, {'name': 'spread', 'cap': 6.0},
                   {'name': 'role', 'cap': 6.0}]]))));
-- Only asking for a name (flag 4) alone is at most suspected; confirming needs content (flags 1, 2)
-- in an answered conversation.
CREATE MACRO judged_most(list, answered) AS
    least(CASE WHEN answered AND list_max([e.flags & 3 FOR e IN list]) > 0 THEN 1.0 ELSE 0.9899 END,
          CASE WHEN judged(list, 4) < 0.9 AND judged(list, 0) >= 0.9 THEN 0.8999 ELSE 1.0 END);

CREATE MACRO grade_rank(grade) AS
    CASE grade WHEN 'confirmed' THEN 3 WHEN 'probable' THEN 2 WHEN 'suspected' THEN 1 ELSE 0 END;
CREATE MACRO grade_name(rank) AS
    CASE rank WHEN 3 THEN 'confirmed' WHEN 2 THEN 'probable' WHEN 1 THEN 'suspected' END;

CREATE VIEW sightings AS
WITH keyed AS (
    SELECT *, CASE WHEN is_private(host) THEN sensor ELSE '' END AS place,
           coalesce(controller, controller_name, '') AS controller_key,
           coalesce(site, '') AS site_key, grade_rank(grade) AS rank
    FROM sighting),
-- Where rows are equal, source and sensor decide: not the order in which files lie in the store.
-- The sources of one sensor saw different parts of the day: their sums add up.
by_sensor AS (
    SELECT day, kind, host, place, controller_key, site_key, sensor, count(*) AS parts,
           min(first) AS first, max(last) AS last, min(first_known) AS first_known,
           bit_or(hours) AS hours, max(rank) AS rank, max(p) AS p, sum(flows)::BIGINT AS flows,
           sum(bytes_out)::BIGINT AS bytes_out, sum(bytes_in)::BIGINT AS bytes_in,
           bool_or(answered) AS answered,
           flatten(list(evidence)) AS evidence, list(source) AS sources,
           arg_max(COLUMNS(['host_port', 'host_role', 'device', 'controller', 'controller_name',
                            'controller_role', 'port', 'proto', 'family', 'opened_by',
                            'host_country', 'host_asn', 'host_region', 'controller_country',
                            'controller_registered', 'controller_asn', 'geo_version']), (p, flows, first, source))
               AS '\0'
    FROM keyed GROUP BY ALL),
-- Sensors saw the same traffic: sums are taken from the one that saw most.
merged AS (
    SELECT day, kind, host, place, controller_key, site_key,
           list_sort(list_distinct(list(sensor))) AS sensors, sum(parts)::BIGINT AS parts,
           min(first) AS first, max(last) AS last, min(first_known) AS first_known,
           bit_or(hours) AS hours, max(rank) AS rank, max(p) AS p, max(flows) AS flows,
           arg_max(bytes_out, (flows, sensor)) AS bytes_out,
           arg_max(bytes_in, (flows, sensor)) AS bytes_in,
           bool_or(answered) AS answered,
           list_distinct(flatten(list(evidence))) AS evidence,
           list_sort(list_distinct(flatten(list(sources)))) AS sources,
           arg_max(COLUMNS(['host_port', 'host_role', 'device', 'controller', 'controller_name',
                            'controller_role', 'port', 'proto', 'family', 'opened_by',
                            'host_country', 'host_asn', 'host_region', 'controller_country',
                            'controller_registered', 'controller_asn', 'geo_version']), (p, sensor))
               AS '\0'
    FROM by_sensor GROUP BY ALL),
-- What several sources found together is judged again.
again AS (
    SELECT * REPLACE (CASE WHEN parts = 1 THEN p
                           ELSE greatest(p, least(judged(evidence, 0),
                                                  judged_most(evidence, answered OR controller IS NULL)))
                      END AS p)
    FROM merged)
SELECT *, nullif(site_key, '') AS site,
       grade_name(greatest(rank, CASE WHEN parts = 1 THEN 0 WHEN p >= 0.99 THEN 3
                                         WHEN p >= 0.9 THEN 2 ELSE 0 END)) AS grade
FROM again;
