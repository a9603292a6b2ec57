#!/bin/bash
# Both Argus sets at hand, whole: every line is accounted for, and the clean one names nobody.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
top=$(cd "$(dirname "$0")/../.." && pwd)
captures=$top/../shared/captures
[[ -d $captures ]] || { echo "no captures at hand"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache

# FILE HOME: prints what was used, ignored, headers, damaged; fails when they are not all lines
read_whole() {
    "$muster" read --store none --home "$2" --json "$1" >rows 2>summary
    local lines used headers ignored damaged
    lines=$(awk 'END {print NR}' "$1") # also a last one without its end
    used=$(sed -nE 's/.*watched .*, ([0-9]+) records? of [0-9]+ lines?.*/\1/p' summary)
    headers=$(sed -nE 's/.*watched .* of ([0-9]+) lines? \(([0-9]+) headers?\).*/\2/p' summary)
    ignored=$(sed -nE 's/.* ([0-9]+)  lines or records of kinds that say nothing.*/\1/p' summary)
    damaged=$(sed -nE 's/.* ([0-9]+)  lines or records that could not be read.*/\1/p' summary)
    echo "${1##*/}: $lines lines = $used used + ${ignored:-0} ignored + $headers headers + ${damaged:-0} damaged"
    [[ $((used + headers + ${ignored:-0} + ${damaged:-0})) == "$lines" ]]
    [[ ${damaged:-0} == 0 ]]
}

clean=$captures/clean/ctu-normal-9292.binetflow
read_whole "$clean" 147.32.0.0/16
if grep -E '"grade":"(probable|confirmed)"' rows; then
    echo "named in a clean day"
    exit 1
fi
read_whole "$captures"/control/dga-bot-*.binetflow 10.0.2.15/32
