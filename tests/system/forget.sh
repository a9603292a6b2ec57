#!/bin/bash
# A lawful request: of one address nothing is left in the store, in no file and under no name; of the
# others nothing is missing; only the days that were said; the record does not name whom; what was
# read before stays known.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache MUSTER_STORE=$work/store
cd "$work"
"$muster" simulate -q --campus -o campus --seed 3
"$muster" read -q --intel campus/indicators campus/captures >/dev/null
pairs() { "$muster" report -q --format csv -o - | awk -F, '$1 == "pair" {print $2, $3}' | sort; }
pairs >before
host=$(awk '$1 ~ /^10\./ {print $1; exit}' before | cut -d@ -f1)
[[ -n $host ]]
if "$muster" forget "$host" 2>/dev/null; then
    echo "forgot without a reason"
    exit 1
fi
# other days: nothing goes
grep -q '^deleted 0 findings, 0 other contacts and 0 names' <("$muster" forget "$host" --reason 'request 16' --from 2023-01-01 --to 2023-12-31)
cmp before <(pairs)
"$muster" forget "$host" --reason 'request 17, section "erasure"' >said
cat said
grep -qE '^deleted [1-9][0-9]* findings?, ' said
cmp <(grep -vF "$host@" before) <(pairs)
"$muster" trace "$host" --reason test >/dev/null 2>&1 && { echo "still known"; exit 1; }
if grep -RlaF "$host" store/forgotten.csv; then
    echo "the record names whom it is about"
    exit 1
fi
[[ $(wc -l <store/forgotten.csv) == 2 ]]
# names of the machine stand nowhere either
mac=$(awk -F, -v h="$host" '$3 == h {print $5}' campus/devices.csv)
"$muster" trace "$mac" --reason test 2>/dev/null | grep -F "$host" && { echo "its device still leads to it"; exit 1; }
"$muster" read -q --intel campus/indicators campus/captures >/dev/null
cmp <(grep -vF "$host@" before) <(pairs)
echo "forgotten: $host"
# what is older than it may be kept
"$muster" simulate -q --country -o land --seed 1 --scale 0.0005 --days 10
export MUSTER_STORE=$work/land/store
"$muster" forget --before 2017-01-08 --reason 'a year is over' >said
grep -q '^deleted 7 sources that ended before 2017-01-08' said
"$muster" report -q --json >land.json 2>/dev/null
grep -q '"days_watched":3' land.json
[[ $(find land/store/sighting -name '*.parquet' | wc -l) == 3 ]]
"$muster" forget --before 2017-01-08 --reason again >said
grep -q '^deleted 0 sources' said
