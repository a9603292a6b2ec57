#!/bin/bash
# Every feed file of ../shared/feeds is read so that nothing goes missing: its lines, counted here
# by other means, are all used, refused or remarks; and listings are indicators, joined ones and
# those beyond what is kept of one item. Files that list nothing muster knows are refused by name.
# Skipped without ../shared.
set -uo pipefail
cd "$(dirname "$0")/../.."
muster=${MUSTER:-./muster}
feeds=${FEEDS:-../shared/feeds}
if [[ ! -d $feeds ]]; then
    echo "no $feeds"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
files=0
fail() {
    echo "feeds_files: $*" >&2
    bad=1
}
field() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$work/out"; }
lines_of() { awk 'END {print NR}'; } # a last line without its end counts

# counted PATH LINES
counted() {
    local path=$1 lines=$2 used refused remarks listings indicators
    if ! "$muster" feeds list --json --store none --cache "$work/cache" "$path" >"$work/out" 2>"$work/err"; then
        fail "$path is not read: $(<"$work/err")"
        return
    fi
    files=$((files + 1))
    used=$(field used) refused=$(field refused) remarks=$(field remarks)
    listings=$(field listings) indicators=$(field indicators)
    [[ $(field lines) == "$lines" ]] || fail "$path: $(field lines) lines, not $lines"
    [[ $((used + refused + remarks)) == "$lines" ]] ||
        fail "$path: $used used + $refused refused + $remarks remarks are not $lines"
    [[ $used -gt 0 && $listings -ge $used && $indicators -le $listings ]] ||
        fail "$path: $used used, $listings listings, $indicators indicators"
}
# refused PATH WORDS: nothing in it can be used, and it is said why
refused() {
    if "$muster" feeds list --json --store none --cache "$work/cache" "$1" >"$work/out" 2>"$work/err"; then
        fail "$1 is read, though it lists nothing"
    elif ! grep -q "$2" "$work/err"; then
        fail "$1: '$(<"$work/err")' does not say '$2'"
    fi
    files=$((files + 1))
}

for path in "$feeds"/abuse.ch/*.csv "$feeds"/blackbook/*.csv "$feeds"/spamhaus/* \
    "$feeds"/et-open/*.txt "$feeds"/et-open/*.rules; do
    case ${path##*/} in
    BSD-License.txt) refused "$path" 'no known format' ;;
    emerging-attack_response.rules | emerging-user_agents.rules)
        refused "$path" 'patterns and conditions that no look-up answers' ;;
    *) counted "$path" "$(lines_of <"$path")" ;;
    esac
done
for path in "$feeds"/et-open/LICENSE "$feeds"/et-open/classification.config \
    "$feeds"/dga/dga.csv.gz "$feeds"/warninglists/README.md; do
    refused "$path" 'no known format'
done
for path in "$feeds"/threatfox/*.csv.gz; do # a plain list of addresses
    counted "$path" "$(zcat "$path" | lines_of)"
done
# a plain list of names, of which its own says that they are harmless
refused "$feeds"/dga/benign.csv.gz 'not meant for detection'

# The trails: 3,113 files are read; the others in the archive are refused as files.
if command -v zstd >/dev/null; then
    for path in "$feeds"/maltrail/*.tar.zst; do
        mkdir -p "$work/trails"
        zstd -dcq "$path" | tar -xf - -C "$work/trails"
        lines=$(find "$work/trails" -name '*.txt' -size +0 -exec awk 'FNR == 1 {n++} END {print NR}' {} + |
            awk '{n += $1} END {print n + 0}')
        counted "$path" "$lines"
        [[ $(($(field files) + $(field 'files of no known format, damaged or too large'))) == \
            $(find "$work/trails" -type f | wc -l) ]] || fail "$path: files are missing"
    done
fi
echo "$files files"
exit $bad
