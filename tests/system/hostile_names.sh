#!/bin/bash
# Names of files come from anybody: those that a terminal would obey (escape sequences, new lines) are
# shown as \xNN wherever they are printed, on standard error as on standard output.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache
bad=$'x\e[31m\nmuster: all is well\r\x7f\u202e'
"$muster" simulate -o made --seed 1 >/dev/null
mkdir "$bad" "$bad/empty"
cp made/capture.pcap "$bad/$bad"
printf 'no capture' >"$bad/z$bad"
printf '203.0.113.1\n' >"$bad/list"
cp -r made/indicators "$bad/i$bad"

# Runs muster with the words given; what it prints holds no control but the ends of its own lines,
# and no line that only the name wrote. The status is kept, and the name must be there.
try() {
    status=0
    "$muster" "$@" >out 2>err </dev/null || status=$?
    if LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]' out err || grep -q $'\u202e' out err || grep -n '^muster: all is well' out err; then
        printf 'printed raw by: muster %s %s\n' "$1" "${2@Q}"
        exit 1
    fi
    cat out err | tr -d ' \n' | grep -qF 'x\x1b[31m\x0a' || { cat out err; echo "the name is not shown by: muster $1"; exit 1; }
}
try read --store none "$bad/z$bad"
[[ $status != 0 ]]
try read --store none "nothing/$bad"
try read --store none --intel "$bad/none" made/capture.pcap
try read --store none --geo "$bad/$bad" made/capture.pcap
try read --store none --allow "$bad/none" made/capture.pcap
try read --store none --roles "$bad/z$bad" made/capture.pcap
try read --store none --config "$bad/none" made/capture.pcap
try read --store "$bad/store" --intel "$bad/i$bad" "$bad/$bad" # the set's name, the damage, the next step
[[ $status == 0 ]]
try judge --store "$bad/store"
try report --store "$bad/none"
try report --store "$bad/store" -o "$bad/report"
try trace --store "$bad/none" 10.0.0.1
try feeds list "$bad/i$bad"
try feeds add --store "$bad/store" "$bad/list" # the list of lists has one path a line
[[ $status != 0 ]]
"$muster" feeds list --store "$bad/store" >/dev/null
try feeds add --store "$bad/store" "$bad/none"
try doctor --store "$bad/store"
try collect --store none --listen "$bad"
try collect "$bad"
try simulate -o "$bad/made"
try "$bad"
try help "$bad"
try read "--$bad"
