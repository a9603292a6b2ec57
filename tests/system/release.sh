#!/bin/bash
# Figures that were given out stay as they were: a later report of the same days shows them beside its
# own, and why these differ: more sources, findings that were found wrong. Of other days it shows none.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export MUSTER_STORE=$work/land/store
"$muster" simulate -q --country -o land --seed 3 --scale 0.0005 --days 3
released() { "$muster" report -q --period 2017-01 --against none --format csv "$@" 2>/dev/null | grep '^released,' | tr -d '\r' || true; }
[[ -z $(released) ]]
"$muster" report -q --period 2017-01 --against none --release 'January, first' >/dev/null 2>&1
released >got
[[ $(wc -l <got) == 8 ]]
awk -F, '$7 != "+0" {print "revised: " $0; bad = 1} END {exit bad}' got
was=$(awk -F, '$4 == "hosts_counted" {print $5}' got)
# two more days come in, and one finding was wrong
"$muster" simulate -q --country -o land --seed 3 --scale 0.0005 --days 5
pair=$("$muster" audit --sample 1 --json | grep -oE '"host":"[^"]+","controller":"[^"]+"' | head -1 | sed -E 's/"host":"([^"]+)","controller":"([^"]+)"/\1 \2/')
# shellcheck disable=SC2086
"$muster" verdict -q $pair false
released >now
cat now
awk -F, -v was="$was" '$4 == "hosts_counted" {if ($5 != was || $6 <= was || $7 != "+" ($6 - was)) exit 1; found = 1} END {exit !found}' now
grep -q '"2 sources came in, 1 finding found wrong"' now
[[ -z $("$muster" report -q --period 2017-01-02 --format csv 2>/dev/null | grep '^released,') ]] || { echo "of other days"; exit 1; }
