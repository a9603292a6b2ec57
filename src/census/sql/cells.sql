WITH rows_of_cell AS (SELECT {cell} AS cell, * FROM {from}_pair),
pairs AS (SELECT DISTINCT cell, host_id FROM rows_of_cell),
spread AS (SELECT host_id, count(*) AS cells FROM pairs GROUP BY host_id),
hosts AS (SELECT cell, count(*) AS hosts, count(*) FILTER (cells = 1) AS exclusive,
                 count(*) FILTER (cells > 1) AS shared
          FROM pairs JOIN spread USING (host_id) GROUP BY cell),
grades AS (SELECT cell, count(*) FILTER (best = 3) AS confirmed, count(*) FILTER (best = 2) AS probable
           FROM (SELECT cell, host_id, max(rank) AS best FROM rows_of_cell GROUP BY ALL) GROUP BY cell),
servers AS (SELECT cell, count(DISTINCT controller_id) AS controllers FROM rows_of_cell GROUP BY cell)
SELECT cell AS {id}, controllers, rank() OVER (ORDER BY controllers DESC) AS servers_rank,
       hosts, rank() OVER (ORDER BY hosts DESC) AS hosts_rank, exclusive, shared, confirmed, probable
FROM hosts JOIN grades USING (cell) JOIN servers USING (cell)
ORDER BY controllers DESC, hosts DESC, cell
