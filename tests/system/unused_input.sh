#!/bin/bash
# What cannot be read is named with its reason, exit 1; the rest is read; nothing is claimed of input
# that was not seen.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache
echo 'no capture at all, only words' >words.txt
"$muster" read --store none words.txt >out 2>err && exit 1 || [[ $? == 1 ]]
[[ ! -s out ]]
grep -q 'words.txt: first bytes' err
"$muster" simulate -o . --seed 1 >/dev/null
"$muster" read --store none words.txt capture.pcap >out 2>err && exit 1 || [[ $? == 1 ]]
grep -q 'words.txt: first bytes' err
grep -q '1 source,' out
grep -q '1 input could not be used' out
echo right
