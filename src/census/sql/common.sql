-- What two periods have in common: days of a sensor that were watched in both. `now` and `before` are
-- periods (first_day, last_day). Days meet by their date where the periods begin on the same one of a
-- year, else by their number.
CREATE OR REPLACE TABLE sensor_day AS
WITH spans AS (SELECT sensor, unnest(generate_series(first::DATE::TIMESTAMP, last::DATE::TIMESTAMP,
                                                     INTERVAL 1 DAY))::DATE AS day
               FROM coverage WHERE first IS NOT NULL AND last IS NOT NULL AND kind IS DISTINCT FROM 'scan'),
days AS (SELECT DISTINCT sensor, day FROM spans)
SELECT sensor, day, day >= now.first_day AS is_now,
       CASE WHEN strftime(now.first_day, '%m-%d') = strftime(before.first_day, '%m-%d')
            THEN strftime(day, '%m-%d')
            ELSE (day - CASE WHEN day >= now.first_day THEN now.first_day ELSE before.first_day END)::VARCHAR
       END AS date
FROM days, now, before
WHERE day BETWEEN now.first_day AND now.last_day OR day BETWEEN before.first_day AND before.last_day;

CREATE OR REPLACE TABLE common_day AS
SELECT s.sensor, s.day FROM sensor_day s
WHERE EXISTS (FROM sensor_day o WHERE o.sensor = s.sensor AND o.date = s.date AND o.is_now <> s.is_now);

-- An indicator counts in both periods if it was known thirty days after what it shows. What only a
-- scan of files found is left out: nobody scans the same disks every day.
CREATE OR REPLACE VIEW alike AS
SELECT upheld.* FROM upheld JOIN (SELECT day, list(sensor) AS of_day FROM common_day GROUP BY day)
USING (day) WHERE list_has_any(sensors, of_day) AND (first_known IS NULL OR first_known <= day + 30)
  AND (kind <> 'implant' OR coalesce(controller, controller_name) IS NOT NULL);

-- Detectors with their versions, and feeds by name: what has to be the same in both.
CREATE OR REPLACE TABLE procedure AS
WITH used AS (SELECT day_of.is_now, detectors, sets FROM coverage JOIN
              (SELECT DISTINCT sensor, day, is_now FROM sensor_day SEMI JOIN common_day USING (sensor, day))
              AS day_of ON coverage.sensor = day_of.sensor AND coverage.first::DATE <= day_of.day AND
              coverage.last::DATE >= day_of.day AND coverage.kind IS DISTINCT FROM 'scan'),
parts AS (SELECT is_now, 'detector' AS kind, unnest(string_split(detectors, ' ')) AS part FROM used
          UNION ALL
          SELECT is_now, 'indicators', split_part(unnest(string_split(sets, ' ')), '@', 1) FROM used)
SELECT kind, part, bool_or(is_now) AS in_now, bool_or(NOT is_now) AS in_before
FROM parts WHERE part IS NOT NULL AND part <> '' GROUP BY kind, part;
