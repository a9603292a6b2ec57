#!/bin/bash
# Shadowserver's reports become findings: a sinkhole hit is confirmed, a hacked site is an implant, a
# scan and a name that was asked for are only suspected; what is not home is counted.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache
for report in sinkhole website malware darknet dns; do
    cp "$top/tests/fuzz/corpus/shadowserver/$report" $report.csv
done
"$muster" read --json --store store --home 192.0.2.0/24 *.csv >rows 2>summary
row() { grep "\"host\":\"192.0.2.$1\"" rows; }
is() { row "$1" | grep -q "\"$2\":$3[,}]" || { echo "192.0.2.$1: $2 is not $3"; row "$1"; exit 1; }; }
is 10 kind '"control"'
is 10 grade '"confirmed"'
is 10 controller '"203.0.113.9"'
is 10 controller_role '"sinkhole"'
is 10 family '"andromeda"'
row 20 >sites
[[ $(wc -l <sites) == 2 ]]
grep header.php sites | grep '"kind":"implant"' | grep '"grade":"probable"' | grep -q '"controller":null'
grep login sites | grep -q '"grade":"suspected"'
is 30 kind '"implant"'
is 30 grade '"suspected"'
is 40 grade '"suspected"'
is 40 controller null
is 50 controller_name '"yolkish.com"'
is 50 grade '"suspected"'
[[ $(wc -l <rows) == 6 ]]
grep -q ' 1  packets or records without a home end' summary
"$muster" report --store store --format json >report.json
echo "6 findings of 5 reports"
