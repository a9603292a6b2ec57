-- What trace looks at; `asked` (name) was made before.
CREATE MACRO host_name(host, place) AS host || CASE WHEN place = '' THEN '' ELSE '@' || place END;

-- Who hosts are, and the hosts that go by the name asked for: a machine's, a person's, a MAC.
CREATE VIEW who AS
SELECT *, host_name(host, CASE WHEN is_private(host) THEN sensor ELSE '' END) AS host_id,
       CASE known_by WHEN 'netbios' THEN 'NetBIOS' WHEN 'kerberos' THEN 'Kerberos'
                     WHEN 'dhcpv6' THEN 'DHCPv6' WHEN 'mdns' THEN 'mDNS'
                     ELSE upper(known_by) END AS way
FROM identities;
CREATE TABLE asked_host AS
SELECT DISTINCT host_id FROM who, asked
WHERE lower(asked.name) IN (lower(who.name), lower(who."user"), who.mac, who.dhcp_client);
-- Rows about the asked host; and about its other addresses, where a MAC ties them together.
CREATE TABLE who_here AS
SELECT who.* FROM who, asked
WHERE host = asked.name OR host_id = asked.name OR host_id IN (FROM asked_host);
CREATE TABLE who_asked AS
SELECT * FROM who_here UNION
SELECT * FROM who WHERE mac IN (SELECT mac FROM who_here) AND sensor IN (SELECT sensor FROM who_here);
CREATE VIEW told AS
SELECT 1 AS rank, 'machine' AS what, upper("left"(split_part(name, '.', 1), 15)) AS key,
       name AS value, * FROM who_asked
UNION ALL SELECT 2, 'user', lower("user"), "user", * FROM who_asked
UNION ALL SELECT 3, 'domain', upper(domain), domain, * FROM who_asked
UNION ALL SELECT 4, 'MAC', mac, mac, * FROM who_asked
UNION ALL SELECT 5, 'DHCP client', dhcp_client, dhcp_client, * FROM who_asked
          WHERE mac IS NULL OR dhcp_client <> mac
UNION ALL SELECT 6, 'software', fingerprint, fingerprint, * FROM who_asked;

CREATE TABLE picked AS
SELECT s.* REPLACE (grade_rank(s.grade) AS rank), host_name(s.host, s.place) AS host_id,
       coalesce(s.controller, s.controller_name,
                CASE s.kind WHEN 'implant' THEN 'nobody seen' ELSE 'not known' END) AS controller_id,
       s.host = name OR s.device = name OR host_id = name OR host_id IN (FROM asked_host) AS by_host
FROM sightings s, asked
WHERE s.host = name OR s.controller = name OR lower(s.controller_name) = lower(name)
   OR ends_with(lower(s.controller_name), '.' || lower(name)) OR s.device = name
   OR host_name(s.host, s.place) = name OR host_name(s.host, s.place) IN (FROM asked_host)
   OR s.site = name OR starts_with(s.site, name || '/');

-- Whether a host counts is a matter of a period: not known here.
CREATE TABLE seen AS SELECT * EXCLUDE (evidence), NULL::BOOLEAN AS counted FROM picked;

CREATE VIEW talked AS
SELECT c.*, host_name(host, CASE WHEN is_private(host) THEN sensor ELSE '' END) AS host_id,
       coalesce(controller, controller_name, 'not known') AS controller_id
FROM contact c;

CREATE TABLE contacts AS
SELECT talked.*, host = name OR host_id = name OR host_id IN (FROM asked_host) AS by_host
FROM talked, asked
WHERE host = name OR host_id = name OR host_id IN (FROM asked_host) OR controller = name OR lower(controller_name) = lower(name)
   OR ends_with(lower(controller_name), '.' || lower(name));
