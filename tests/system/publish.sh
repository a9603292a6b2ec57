#!/bin/bash
# What may be published: no address, site, machine or user of the store stands in any format; counts
# are multiples of five, "<10" or withheld; no table has one withheld cell alone; the difference of two
# releases tells no small number either; one owner's store publishes no number of hosts.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
cd "$work"
bad=0
say() {
    echo "$*"
    bad=1
}
"$muster" simulate -q --country -o land --seed 4 --scale 0.002 --days 60 --world sensors
release() { "$muster" report -q --publish --store land/store --from 2017-01-01 --to "$1" "${@:2}" 2>/dev/null; }
for format in text html json csv; do
    release 2017-02-28 --format $format >land.$format
    # addresses of the made-up country are 240/4, sites are site-N.example
    grep -nE '(24[0-9]|25[0-5])\.[0-9]+\.[0-9]+\.[0-9]+|site-[0-9]|simulated|default|list-a' land.$format &&
        say "$format names somebody"
    grep -q 'TLP:CLEAR' land.$format || [[ $format == csv ]] || say "$format has no label"
done
grep -nE '<[0-9]' land.html && say "a bare < in the page"
# every count cell
counts() { awk -F, '$1 == "country" || $1 == "family" || $1 ~ /^impl/ {print $1 "," $2 "," $3; print $1 "," $2 "," $4}' "$1" | tr -d '\r'; }
release 2017-02-27 --format csv >before.csv
counts land.csv >now
counts before.csv >before
[[ $(wc -l <now) -gt 40 ]] || say 'too few cells to tell'
awk -F, '$3 !~ /^(<10|withheld)$/ && ($3 < 10 || $3 % 5 != 0) {print "exact: " $0; bad = 1} END {exit bad}' now before || bad=1
awk -F, '$3 == "withheld" {n[$1]++} END {for (t in n) if (n[t] == 2) {print t " withholds one cell alone"; exit 1}}' now || bad=1
# a small number is no difference of two releases: all differences are multiples of five
awk -F, 'NR == FNR {was[$1 "," $2] = was[$1 "," $2] " " $3; next} {is[$1 "," $2] = is[$1 "," $2] " " $3}
    END {for (c in is) {split(is[c], a, " "); split(was[c], b, " ");
        for (i = 1; i <= 2; i++) if (a[i] ~ /^[0-9]+$/ && b[i] ~ /^[0-9]+$/ && (a[i] - b[i]) % 5) {print "difference told: " c; exit 1}}}' before now || bad=1

# one campus: its hosts, machines and users stand nowhere, and the number is withheld
"$muster" simulate -q --campus -o campus --seed 3
"$muster" read -q --store store --intel campus/indicators campus/captures >/dev/null 2>&1 || true
for format in text html json csv; do
    "$muster" report -q --publish --store store --format $format >campus.$format 2>/dev/null
    cut -d, -f1-5 campus/devices.csv | tr ',' '\n' | grep -E '^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$|^..:..:..:..:..:..$|-' |
        grep -vE '^-$' | sort -u >names
    [[ -s names ]] || say 'no names to look for'
    grep -nFf names campus.$format && say "$format of the campus names a machine"
done
grep -q 'number of hosts is withheld' campus.text || say 'one owner, and its hosts are told'
exit $bad
