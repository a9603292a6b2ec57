#!/bin/bash
# muster judge: a day's capture cut into hours and read one by one shows the hourly caller, which no
# hour shows; an indicator that came later is found in what the store kept; judging twice leaves the
# store the same.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
${CC:-gcc} -std=gnu17 -O1 -o "$work/split" tests/tools/split_hours.c
"$muster" simulate -q --campus --seed 3 -o "$work/campus" >/dev/null
mkdir "$work/hours"
"$work/split" "$work"/campus/captures/*.pcap "$work/hours"
[[ $(ls "$work/hours" | wc -l) == 24 ]]
# the host and the name of the caller that calls once an hour, from the truth
host=10.20.1.19
name=tidewrack-metrics.example
grep -q "$name" "$work/campus/truth.csv"
for hour in "$work"/hours/*.pcap; do
    "$muster" read -q --store "$work/store" "$hour" >/dev/null
done
"$muster" trace --store "$work/store" --near --reason "a test" --json "$host" >"$work/before" || true
! grep -q 'put together from' "$work/before"
"$muster" judge --store "$work/store" >"$work/judged"
"$muster" trace --store "$work/store" --near --reason "a test" --json "$host" >"$work/after" || true
grep -q 'put together from 2[0-9] parts of 1 day' "$work/after"

"$muster" judge --store "$work/store" --intel "$work/campus/indicators" --json >"$work/later" 2>/dev/null
grep "\"host\":\"$host\"" "$work/later" | grep "$name" | grep -q '"grade":"probable"'
hosts() {
    "$muster" report --store "$work/store" --format json "$@" | tr ',' '\n' | grep -E 'hosts_|controllers|sources'
}
hosts >"$work/once"
"$muster" judge --store "$work/store" --intel "$work/campus/indicators" >/dev/null
"$muster" judge --store "$work/store" --intel "$work/campus/indicators" --again >/dev/null
hosts >"$work/twice"
cmp "$work/once" "$work/twice"
# what was judged is no source
grep -q '"sources":24' "$work/once"
echo "judged: 24 hourly sources"
