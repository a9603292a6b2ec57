#!/bin/sh
# Compares what our sources make of captures with what tshark makes of them: how many packets, and
# of each its time (in microseconds) and captured length. Takes about 60 files of the labelled
# captures; `source_vs_tshark.sh all` takes every one (some minutes), or name captures yourself.
# Known differences, where we are right or differ on purpose, are skipped by name, with the reason:
#   - a link type that this tshark does not know: it gives up, we read on;
#   - fractions of a second above 999999 us (a second and more): tshark's sum overflows 32 bits;
#   - SunATM: tshark takes the 4 bytes of its pseudo-header off the captured length.
set -u
cd "$(dirname "$0")/../.." || exit 1
captures=../shared/captures
command -v tshark >/dev/null || { echo "there is no tshark"; exit 77; }
if [ $# -eq 0 ] || [ "$1" = all ]; then
    [ -d $captures/benign ] || { echo "there is no $captures"; exit 77; }
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
make -s "build/${CC:-gcc}/tool_dump_packets" || exit 1
cp "build/${CC:-gcc}/tool_dump_packets" "$work/dump"

if [ $# -eq 0 ] || [ "$1" = all ]; then
    find $captures/benign $captures/formats/tcpdump -type f | LC_ALL=C sort >"$work/every"
    step=1
    [ $# -eq 0 ] && step=$(($(wc -l <"$work/every") / 60 + 1))
    awk -v step=$step 'NR % step == 0' "$work/every" >"$work/files"
else
    printf '%s\n' "$@" >"$work/files"
fi

same=0 differ=0 skipped=0
while read -r file; do
    case ${file##*/} in
    timestamp_invalid_*|rx_serviceid_oobr.pcap|atm-*)
        skipped=$((skipped + 1))
        continue
        ;;
    esac
    tshark -n -r "$file" -T fields -e frame.number -e frame.time_epoch -e frame.cap_len \
        2>"$work/says" |
        awk -F'\t' '{ split($2, t, "."); printf "%d %.0f %d\n", $1, t[1] * 1000000 + substr(t[2] "000000", 1, 6), $3 }' >"$work/tshark"
    if grep -q 'network type .* unknown or unsupported' "$work/says"; then
        skipped=$((skipped + 1))
        continue
    fi
    "$work/dump" "$file" 2>"$work/damage" | cut -d' ' -f1-3 >"$work/muster"
    if cmp -s "$work/tshark" "$work/muster"; then
        same=$((same + 1))
    else
        differ=$((differ + 1))
        echo "$file: $(wc -l <"$work/muster") packets, tshark $(wc -l <"$work/tshark")"
        diff "$work/muster" "$work/tshark" | head -n 4
        grep -v '^Running as' "$work/says"
        cat "$work/damage"
    fi
done <"$work/files"
echo "$same files the same, $differ differ, $skipped skipped (known differences)"
[ "$same" -gt 0 ] && [ "$differ" -eq 0 ]
