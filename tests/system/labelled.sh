#!/bin/bash
# The capture that a new user tries first, where the labelled captures are at hand: the controlled
# host and its controller are named, with the maltrail trails.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
shared=$(cd "$(dirname "$0")/../../.." && pwd)/shared
capture=$shared/captures/control/dridex-2020-06-2d6e.pcap
[[ -f $capture ]] || { echo "no labelled captures here"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
"$muster" read --store none --intel "$shared"/feeds/maltrail/*.tar.zst "$capture" >"$work/out"
grep -qE '^10\.6\.3\.101 ' "$work/out"
grep -qE '185\.86\.148\.68:443' "$work/out"
# Clean traffic stays clean without indicators.
"$muster" read -q --json --store none "$shared/captures/benign" 2>/dev/null >"$work/benign" || [[ $? == 1 ]]
if grep -E '"grade":"(probable|confirmed)"' "$work/benign" | cut -c1-200; then
    echo "clean traffic flagged"
    exit 1
fi
# Each website with a backdoor is told by whom it is used, and with which tool.
for capture in "$shared"/captures/implant/*.pcap*; do
    "$muster" read -q --json --store none "$capture" 2>/dev/null >"$work/implant" || [[ $? == 1 ]]
    grep -E '"kind":"implant".*"site":"[^"]+".*"family":"[^"]+","grade":"confirmed"' "$work/implant" >"$work/site" || {
        echo "$capture: no site"
        exit 1
    }
done
echo "named"
