-- What all reports read: `sightings`, one row of a (day, host, controller or its name, kind, site),
-- whatever number of sources and sensors saw it. Below it: admitted (view.c), contact, coverage.

-- What is made as a table here is small and made once; the views let a question's conditions on day
-- and host through to the files, and no row is carried anywhere whole.
CREATE VIEW row_key AS
SELECT *, CASE WHEN is_private(host) THEN sensor ELSE '' END AS place,
       coalesce(controller, controller_name, '') AS controller_key,
       coalesce(site, '') AS site_key, grade_rank(grade) AS rank
FROM admitted;

-- What a scan found in a website's files has no controller: it joins whoever was seen using the
-- same site on that day or in the 30 days before.
CREATE TABLE placed AS
WITH in_use AS (
    SELECT DISTINCT day, host, place, site_key, controller_key FROM row_key
    WHERE kind = 'implant' AND controller_key <> '' AND site_key <> ''),
on_disk AS (SELECT * FROM row_key WHERE kind = 'implant' AND controller_key = '' AND site_key <> '')
FROM on_disk ANTI JOIN in_use USING (day, host, place, site_key)
UNION ALL BY NAME
SELECT on_disk.* REPLACE (in_use.day AS day, in_use.controller_key AS controller_key)
FROM on_disk JOIN in_use USING (host, place, site_key)
WHERE in_use.day BETWEEN on_disk.day - 30 AND on_disk.day;

CREATE VIEW keyed AS
SELECT * FROM row_key WHERE kind <> 'implant' OR controller_key <> '' OR site_key = ''
UNION ALL BY NAME FROM placed;

-- Nearly all keys stand once: only the others are merged, which costs 50 times as much. A source
-- writes a key once, so keys can meet only on days that several files have rows of.
CREATE TABLE crowded AS
SELECT day FROM sighting_day GROUP BY day HAVING min(filename) <> max(filename)
UNION SELECT day FROM placed;
CREATE TABLE twice AS
SELECT day, hash(kind, host, place, controller_key, site_key) AS k
FROM keyed SEMI JOIN crowded USING (day) GROUP BY ALL HAVING count(*) > 1;

CREATE VIEW sightings AS
WITH alone AS (
    SELECT day, kind, host, place, controller_key, site_key, [sensor] AS sensors, 1 AS parts, first,
           last, first_known, hours, rank, p, flows, bytes_out, bytes_in, answered, evidence,
           [source] AS sources,
           COLUMNS(['host_port', 'host_role', 'device', 'controller', 'controller_name',
                    'controller_role', 'port', 'proto', 'family', 'opened_by', 'host_country',
                    'host_asn', 'host_region', 'controller_country', 'controller_registered',
                    'controller_asn', 'geo_version'])
    FROM keyed ANTI JOIN twice ON keyed.day = twice.day AND
         hash(kind, host, place, controller_key, site_key) = twice.k),
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
    FROM keyed SEMI JOIN twice ON keyed.day = twice.day AND
         hash(kind, host, place, controller_key, site_key) = twice.k
    GROUP BY ALL),
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
-- What several sources found together is judged again (judge/judge.c, through view.c).
again AS (
    SELECT * REPLACE (CASE WHEN parts = 1 THEN p
                           ELSE greatest(p, coalesce(judged(evidence, talked(kind, answered,
                                                                       opened_by, controller)), p))
                      END AS p)
    FROM (FROM alone UNION ALL BY NAME FROM merged))
SELECT *, nullif(site_key, '') AS site,
       grade_name(greatest(rank, CASE WHEN parts = 1 THEN 0 ELSE judged_rank(p) END)) AS grade
FROM again;

-- Without what somebody looked at and found to be wrong.
CREATE VIEW upheld AS
SELECT sightings.* FROM sightings ANTI JOIN (SELECT host, controller FROM verdict WHERE verdict = 'false') AS wrong
ON sightings.host = wrong.host AND sightings.controller_key = wrong.controller;
