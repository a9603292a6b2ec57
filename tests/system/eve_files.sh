#!/bin/bash
# Suricata's EVE logs at hand, whole: every line is accounted for, and scans from outside name nobody.
# Then one of them spoilt in several ways: what is good is read, what is not is counted.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
top=$(cd "$(dirname "$0")/../.." && pwd)
captures=$top/../shared/captures
[[ -d $captures ]] || { echo "no captures at hand"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache

# FILE: sets lines, used, remarks, ignored, damaged; fails when they do not add up
read_whole() {
    "$muster" read --store none --json "$1" >rows 2>summary
    lines=$({ zcat -f "$1"; } | awk 'END {print NR}') # also a last one without its end
    used=$(sed -nE 's/.*watched .*, ([0-9]+) records? of [0-9]+ lines?.*/\1/p' summary)
    remarks=$(sed -nE 's/.*watched .* of [0-9]+ lines? \(([0-9]+) headers?\).*/\1/p' summary)
    ignored=$(sed -nE 's/.* ([0-9]+)  lines or records of kinds that say nothing.*/\1/p' summary)
    damaged=$(sed -nE 's/.* ([0-9]+)  lines or records that could not be read.*/\1/p' summary)
    ignored=${ignored:-0} damaged=${damaged:-0}
    [[ $((used + remarks + ignored + damaged)) == "$lines" ]] ||
        { echo "$1: $lines lines, but $used + $remarks + $ignored + $damaged"; exit 1; }
}

files=0 all=0
for file in "$captures"/derived/eve/*.gz "$captures"/clean/*.eve.json; do
    read_whole "$file"
    [[ $damaged == 0 ]] || { echo "$file: $damaged lines damaged"; exit 1; }
    files=$((files + 1)) all=$((all + lines))
done
echo "$files files, $all lines, all accounted for"
scans=$captures/clean/scans-deb7.eve.json
read_whole "$scans"
if grep -E '"grade":"(probable|confirmed)"' rows; then
    echo "named although only others opened"
    exit 1
fi

# NAME USED REMARKS IGNORED DAMAGED of what stands in NAME
expect() {
    read_whole "$1"
    [[ "$used $remarks $ignored $damaged" == "$2 $3 $4 $5" ]] ||
        { echo "$1: $used $remarks $ignored $damaged, not $2 $3 $4 $5"; head -3 summary; exit 1; }
    echo "$1: $used used, $remarks remarks, $ignored ignored, $damaged damaged"
}
head -200 "$scans" >whole
read_whole whole
good=$used other=$ignored
sed 's/^{/{"never_heard_of":{"a":[1,{"b":null}]},/' whole >unknown-fields
expect unknown-fields "$good" 0 "$other" 0
sed 's/^/\t/' whole >leading-tab
expect leading-tab "$good" 0 "$other" 0
{ printf '\xef\xbb\xbf'; cat whole; } >byte-order-mark
expect byte-order-mark "$good" 0 "$other" 0
sed 's/$/\r/' whole >carriage-returns
expect carriage-returns "$good" 0 "$other" 0
{ cat whole; printf '[1,2]\n"text"\n42\nnull\n\n'; } >no-objects
expect no-objects "$good" 1 "$other" 4
{ cat whole; printf '{"event_type":"flow","a":'; printf '[%.0s' {1..5000}; echo; } >deep
expect deep "$good" 0 "$other" 1
{ cat whole; printf '{"event_type":"flow","a":"'; head -c 700000 /dev/zero | tr '\0' x; printf '"}\n'; } >huge
expect huge "$good" 0 "$other" 1
awk 'NR == 7 {print substr($0, 1, length($0) / 2); next} 1' whole >cut-line
read_whole cut-line
[[ $damaged == 1 && $used -ge $((good - 1)) ]]
head -c $(($(stat -c %s whole) - 100)) whole >cut-file
read_whole cut-file
[[ $damaged == 1 ]]
grep -q 'the file ends inside it' summary
gzip -k whole
head -c $(($(stat -c %s whole.gz) - 200)) whole.gz >cut.gz
"$muster" read --store none --json cut.gz >rows 2>summary
grep -q 'watched' summary
