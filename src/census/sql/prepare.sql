-- Tables of a census, over `eligible` (sightings, or some of them) and `period` (first_day, last_day),
-- both made before; the variables of the same names let the files of other days lie. Made anew for every period that is counted.

-- A role that commands: only these enter a country's or network's number of control servers.
CREATE OR REPLACE MACRO is_command(role) AS coalesce(role, 'unknown') IN ('dedicated', 'unknown');

CREATE OR REPLACE VIEW whole AS
SELECT * EXCLUDE (evidence, rank), host || CASE WHEN place = '' THEN '' ELSE '@' || place END AS host_id,
       coalesce(controller, controller_name, 'not known') AS controller_id,
       grade_rank(grade) AS rank, is_command(controller_role) AND coalesce(controller, controller_name) IS NOT NULL AS commands,
       -- a bit for each kind of evidence; asked for behind probable findings only
       CASE WHEN grade = 'probable' THEN list_aggregate([kind_bit(e."group") FOR e IN evidence IF e.strength > 0], 'bit_or') END AS kinds
FROM eligible WHERE day BETWEEN getvariable('first_day') AND getvariable('last_day');
-- What counting needs of them, kept in memory, hosts by a number: comparing texts cost most of it.
-- Details are asked of `whole`, of few hosts.
CREATE OR REPLACE TABLE host_number AS
SELECT host_name, row_number() OVER (ORDER BY host_name)::INTEGER AS host_id
FROM (SELECT DISTINCT host_id AS host_name FROM whole);
CREATE OR REPLACE TABLE every AS
SELECT day, kind, host, place, host_number.host_id, controller, controller_id, site, rank, p, hours, host_role,
       host_asn, controller_role, commands, controller_country, controller_asn, family, kinds, first,
       last
FROM whole JOIN host_number ON whole.host_id = host_number.host_name;

-- Findings that somebody looked at (muster verdict), whatever was said.
CREATE OR REPLACE TABLE audited AS
SELECT DISTINCT verdict.* FROM verdict JOIN admitted
ON admitted.host = verdict.host AND coalesce(admitted.controller, admitted.controller_name, '') =
   verdict.controller, period
WHERE admitted.day BETWEEN period.first_day AND period.last_day AND grade_rank(grade) >= 2;

CREATE OR REPLACE VIEW implant AS SELECT * FROM every WHERE kind = 'implant';
-- Hosts under control, or seen calling what once controlled them.
CREATE OR REPLACE VIEW control AS SELECT * FROM every WHERE kind = 'control';
CREATE OR REPLACE VIEW seen AS SELECT * FROM control WHERE controller_role IS DISTINCT FROM 'sinkhole';

-- The last part of a website's name; governments' apart.
CREATE OR REPLACE MACRO suffix_of(name) AS
    CASE WHEN regexp_matches(name, '^[0-9.]+$') OR name LIKE '%:%' OR name NOT LIKE '%.%' THEN 'no name'
         WHEN regexp_matches(name, '(^|\.)gov(\.[a-z]{2})?$') THEN '.gov'
         ELSE '.' || split_part(name, '.', -1) END;
CREATE OR REPLACE MACRO site_name(site, host) AS
    lower(regexp_replace(split_part(coalesce(site, host), '/', 1), ':[0-9]+$', ''));

-- The counting rule is the macro `counts` (record/counting.list, made before).
-- First by day: counting distinct days in one step costs four times as much.
CREATE OR REPLACE TABLE host AS
WITH by_day AS (
    SELECT host_id, day, any_value(host) AS host, any_value(place) AS place, max(rank) AS best,
           bool_or(rank = 3) AS confirmed, bool_or(rank = 2) AS probable, bit_or(kinds) AS kinds,
           bool_or(host_role = 'lab') AS is_lab
    FROM seen GROUP BY host_id, day)
SELECT host_id, any_value(host) AS host, any_value(place) AS place, max(best) AS best,
       count(*) FILTER (confirmed) AS confirmed_days, count(*) FILTER (probable) AS probable_days,
       coalesce(bit_count(bit_or(kinds)), 0) AS probable_kinds,
       min(day) FILTER (best >= 2) AS first_day,
       bool_or(is_lab) AS lab, -- listed, not counted
       counts(confirmed_days, probable_days, probable_kinds) AND lab IS NOT TRUE AS counted
FROM by_day GROUP BY host_id;

CREATE OR REPLACE TABLE sinkhole_host AS
SELECT DISTINCT host_id FROM control
WHERE controller_role = 'sinkhole' AND rank >= 2
  AND host_id NOT IN (SELECT host_id FROM host WHERE best >= 2);

-- Findings (probable or better) of counted hosts: what every cell counts.
CREATE OR REPLACE VIEW counted AS
SELECT seen.* FROM seen SEMI JOIN (FROM host WHERE counted) USING (host_id) WHERE rank >= 2;
CREATE OR REPLACE TABLE host_day AS SELECT day, host_id, bit_or(hours) AS hours FROM counted GROUP BY ALL;
-- The most rows of one hour, of rows with a mask of their hours.
CREATE OR REPLACE MACRO most_in_hour(hours) AS greatest(
    sum((hours >> 0) & 1), sum((hours >> 1) & 1), sum((hours >> 2) & 1), sum((hours >> 3) & 1),
    sum((hours >> 4) & 1), sum((hours >> 5) & 1), sum((hours >> 6) & 1), sum((hours >> 7) & 1),
    sum((hours >> 8) & 1), sum((hours >> 9) & 1), sum((hours >> 10) & 1), sum((hours >> 11) & 1),
    sum((hours >> 12) & 1), sum((hours >> 13) & 1), sum((hours >> 14) & 1), sum((hours >> 15) & 1),
    sum((hours >> 16) & 1), sum((hours >> 17) & 1), sum((hours >> 18) & 1), sum((hours >> 19) & 1),
    sum((hours >> 20) & 1), sum((hours >> 21) & 1), sum((hours >> 22) & 1), sum((hours >> 23) & 1));
-- The most hosts of one hour of each day.
CREATE OR REPLACE TABLE day_peak AS
SELECT day, count(*) AS hosts, most_in_hour(hours) AS in_hour
FROM host_day GROUP BY day;
CREATE OR REPLACE VIEW command AS SELECT * FROM counted WHERE commands;
-- The same without days: what tables by cell need, and a fraction of the rows.
CREATE OR REPLACE TABLE counted_pair AS
SELECT host_id, place, controller_id, controller_country, controller_asn, controller_role, commands, family, host_asn,
       max(rank) AS rank, max(p) AS p
FROM counted GROUP BY ALL;
CREATE OR REPLACE VIEW command_pair AS SELECT * FROM counted_pair WHERE commands;

CREATE OR REPLACE TABLE watched AS
SELECT coverage.* FROM coverage, period
WHERE coverage.first::DATE <= period.last_day AND coverage.last::DATE >= period.first_day
  AND coverage.kind IS DISTINCT FROM 'scan'; -- a look at a disk watches no traffic
CREATE OR REPLACE TABLE watched_day AS
SELECT DISTINCT unnest(generate_series(greatest(watched.first::DATE, period.first_day)::TIMESTAMP,
                                       least(watched.last::DATE, period.last_day)::TIMESTAMP,
                                       INTERVAL 1 DAY))::DATE AS day
FROM watched, period
WHERE watched.first IS NOT NULL AND watched.last IS NOT NULL;
