-- What trace looks at; `asked` (name) was made before.
CREATE MACRO host_name(host, place) AS host || CASE WHEN place = '' THEN '' ELSE '@' || place END;

CREATE TABLE picked AS
SELECT s.* REPLACE (grade_rank(s.grade) AS rank), host_name(s.host, s.place) AS host_id,
       coalesce(s.controller, s.controller_name, 'not known') AS controller_id,
       s.host = name OR s.device = name OR host_id = name AS by_host
FROM sightings s, asked
WHERE s.host = name OR s.controller = name OR lower(s.controller_name) = lower(name)
   OR ends_with(lower(s.controller_name), '.' || lower(name)) OR s.device = name
   OR host_name(s.host, s.place) = name OR s.site = name OR starts_with(s.site, name || '/');

-- Whether a host counts is a matter of a period: not known here.
CREATE TABLE seen AS SELECT * EXCLUDE (evidence), NULL::BOOLEAN AS counted FROM picked;

CREATE VIEW talked AS
SELECT c.*, host_name(host, CASE WHEN is_private(host) THEN sensor ELSE '' END) AS host_id,
       coalesce(controller, controller_name, 'not known') AS controller_id
FROM contact c;

CREATE TABLE contacts AS
SELECT talked.*, host = name OR host_id = name AS by_host FROM talked, asked
WHERE host = name OR host_id = name OR controller = name OR lower(controller_name) = lower(name)
   OR ends_with(lower(controller_name), '.' || lower(name));
