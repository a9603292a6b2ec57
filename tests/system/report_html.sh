#!/bin/bash
# The HTML report of a made-up network: one file, nothing loaded from elsewhere, under 1 MB, the same
# number of hosts as the read that filled the store said; valid for xmllint where it is at hand.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
cd "$work"
"$muster" simulate -q -o net --seed 3
"$muster" read --store store --intel net/indicators net/capture.pcap >read.txt
"$muster" report -q --store store --format html -o report.html
"$muster" report -q --store store >report.txt
bad=0
say() {
    echo "$*"
    bad=1
}
[[ $(stat -c %s report.html) -lt 1000000 ]] || say 'the page is over 1 MB'
! grep -nE '<script|https?://|url\(|@import|<(link|img|iframe|object)' report.html ||
    say 'the page runs or loads something'
# one rule: read, text and page say the same sentence
sentence=$(grep -oE '^[0-9]+ hosts? (was|were) seen under control of [0-9]+ control servers?' read.txt)
[[ -n $sentence ]] || say 'the read counts no host'
grep -qF "$sentence" report.txt || say "the text report does not say: $sentence"
grep -qF "$sentence" report.html || say "the page does not say: $sentence"
awk 'length > 100 {print "over 100 columns: " $0; bad = 1} END {exit bad}' report.txt || bad=1
grep -q '<details><summary>' report.html || say 'no evidence to open'
countries=$("$muster" report -q --store store --format csv | grep -cE '^country,[A-Z]{2},')
discs=$(grep -o '<circle class="spot"' report.html | wc -l)
[[ $discs == "$countries" ]] || say "$discs discs on the map, $countries countries in the table"
if command -v xmllint >/dev/null; then
    # its HTML 4 knows no main, nav, header, footer, details, summary, svg
    xmllint --html --noout report.html 2>&1 | grep 'error :' | grep -v 'Tag [a-z]* invalid' &&
        say 'xmllint refuses the page'
fi
echo "$sentence, $(stat -c %s report.html) bytes of HTML"
exit $bad
