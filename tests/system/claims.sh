#!/bin/bash
# Figures that others publish: a ratio only of the same days and people, else the reason; lines that
# make no sense are counted; the example that ships is read whole.
set -euo pipefail
cd "$(dirname "$0")/../.."
top=$PWD
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$muster" simulate -q --country -o land --seed 8 --scale 0.001 --days 10 --start 2018-01-01
claims() { "$muster" report -q --store land/store --year 2018 --against none --format csv --claims "$@" 2>err | grep '^claims,' | tr -d '\r'; }
cat >mine.csv <<'C'
source,date,period,population,unit,definition,value
A paper,2019,2018,Land,controllers,"servers, by address",10
A paper,2019,2018,Land,controllers US,servers,1
A paper,2019,2017,Land,hosts,addresses,10
A paper,2019,2018,Elsewhere,hosts,addresses,10
A paper,2019,2018,Land,cats,cats,10
A paper,2019,2018,Land,hosts,addresses,many
C
claims mine.csv --population Land >got
cat got
ours=$(awk -F, '$4 == "controllers" {print $6}' got)
awk -F, -v ours="$ours" '$4 == "controllers" && $7 != sprintf("%.3f", ours / 10) {exit 1}' got
grep -qE 'A paper,2017,hosts,10,[0-9]+,no: other days' got
grep -qE 'A paper,2018,hosts,10,[0-9]+,"no: of Elsewhere, we watched Land"' got
grep -q 'A paper,2018,cats,10,,no: a unit that we do not count' got
[[ $(wc -l <got) == 5 ]]
grep -q '1 of 6 lines are no claims: line 7: the value is no number' <("$muster" report --store land/store --year 2018 --claims mine.csv 2>&1 >/dev/null)
claims "$top/claims/cncert.csv" --population 'mainland China' >shipped
[[ $(wc -l <shipped) == $(grep -vc '^#' "$top/claims/cncert.csv") ]]
grep -qE 'CNCERT annual report 2018,2018,controllers US,14752,[0-9]+,0\.0' shipped
