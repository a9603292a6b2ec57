#!/bin/bash
# One period against another in worlds where who watches changes: where the sensors double, as counted
# doubles and like for like does not; where the feed is replaced the series is broken and no like for
# like is given; of a plain world both are the same.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# the hosts' line of the table, as CSV: before, now, as counted, before alike, now alike, like for like
hosts() {
    "$muster" report -q --store "$1/store" --period 2018-01 --format csv 2>err |
        awk -F, '$1 == "change" && $2 ~ /^hosts seen/ {print $3, $4, $5, $6, $7, $8}' | tr -d '%\r'
}
for world in plain sensors feed; do
    "$muster" simulate -q --country -o $world --seed 6 --scale 0.002 --days 396 --world $world &
done
wait
# shellcheck disable=SC2046
set -- $(hosts plain)
echo "plain: $*"
[[ $3 == "$6" && $1 == "$4" && $2 == "$5" ]]
set -- $(hosts sensors)
echo "sensors: $*"
awk -v counted="$3" -v alike="$6" 'BEGIN {exit !(counted > 70 && counted < 140 && alike > -15 && alike < 15)}'
set -- $(hosts feed)
echo "feed: $*"
[[ $# == 3 ]] || { echo "a broken series has a like for like"; exit 1; }
"$muster" report -q --store feed/store --period 2018-01 2>/dev/null >report
tr '\n' ' ' <report | grep -q 'Mind: Break in series against 2017-01-01 to 2017-01-31: .*gone: indicators list-a'
if grep -q '^Against' <("$muster" report -q --store feed/store --period 2018-01 --against none 2>/dev/null); then
    echo "compared with none"
    exit 1
fi
# a period that was not watched is compared with nothing
if grep -q '^Against' <("$muster" report -q --store plain/store --period 2017-03 2>/dev/null); then
    echo "compared with what nobody watched"
    exit 1
fi
