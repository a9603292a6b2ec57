#!/bin/bash
# A made-up country's first year against its truth: the same seed makes the same bytes and another
# seed another country; the census has the truth's controllers in each country and its sites; the
# live population is within a tenth of the truth's mean.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
make_up() { "$muster" simulate -q --country -o "$1" --seed "$2" --scale 0.001 --days "$3" --devices 40; }
make_up a 11 372
make_up b 11 40
make_up b2 11 40
make_up c 12 40
cmp b/truth.csv b2/truth.csv
cmp b/holds.csv b2/holds.csv
if cmp -s b/holds.csv c/holds.csv; then
    echo "another seed, the same country"
    exit 1
fi
for at in a b b2; do
    mkdir $at.csv
    "$muster" report -q --store $at/store --holds $at/holds.csv --format csv -o $at.csv \
        --from 2017-01-01 --to 2017-12-31 2>/dev/null
done
diff -r b.csv b2.csv

truth() { awk -F, -v what="$1" '$1 == what && $2 == "2017-01-01" {print $3 "," $4}' a/truth.csv; }
diff <(truth controllers | sort) <(awk -F, 'NR > 1 {print $1 "," $2}' a.csv/country.csv | sort)
sites=$(awk 'NR > 1' a.csv/site.csv | wc -l)
[[ ,$sites == "$(truth sites)" ]] || { echo "$sites sites, the truth has $(truth sites)"; exit 1; }

# 52 weeks lie in the year; the last one of the truth that begins in it goes on into the next
live=$(awk -F, '$1 == "live" && $2 < "2017-12-31" {sum += $4} END {printf "%.1f", sum / 52}' a/truth.csv)
read -r estimate low high < <(awk -F, 'NR == 1 {for (i = 1; i <= NF; i++) at[$i] = i}
    $1 == "all" {print $at["live"], $at["low"], $at["high"]}' a.csv/population.csv)
echo "machines at a typical time: $live in truth, estimated $estimate ($low to $high)"
awk -v e="$estimate" -v l="$live" 'BEGIN {exit !(e / l > 0.9 && e / l < 1.1)}'

# worlds outside the estimate's assumptions are warned of, others are not
for world in plain night tied nat; do
    "$muster" simulate -q --country -o w --seed 13 --scale 0.001 --days 28 --devices 60 --world $world
    "$muster" report -q --store w/store --holds w/holds.csv 2>/dev/null >report
    want='^CENSUS'
    case $world in
        night | tied) want='^Mind: In a typical hour [0-9]+ addresses' ;;
        nat) want='^Mind: On [0-9]+ % of their days' ;;
        plain) if grep '^Mind' report; then exit 1; fi ;;
    esac
    grep -qE "$want" report || { echo "$world: no warning"; head -12 report; exit 1; }
    rm -rf w
done

# a botnet's number stays from day to day; where hosts have several controllers of a family these are one
"$muster" simulate -q --country -o n --seed 14 --scale 0.002 --days 28 --world nat
botnets() {
    "$muster" report -q --store "$1/store" --from 2017-01-01 --to "$2" --format csv 2>/dev/null |
        awk -F, '$1 == "botnet" {print $2, $4}' | sort
}
comm -23 <(botnets b 2017-01-05 | cut -d' ' -f1) <(botnets b 2017-02-09 | cut -d' ' -f1) >gone
[[ ! -s gone ]] || { echo "numbers that did not stay: $(cat gone)"; exit 1; }
botnets n 2017-01-28 | awk '$2 > 1 {n++} END {exit !n}' || { echo "no botnet of several controllers"; exit 1; }

# every cell can be opened: the hosts behind it are as many as it says
want=$("$muster" report -q --store b/store --period 2017-01-03 --format csv 2>/dev/null | awk -F, '$1 == "country" && $2 == "US" {print $5}')
got=$("$muster" report -q --store b/store --period 2017-01-03 --explain country=US 2>/dev/null | awk '/^2017-/ {print $2}' | sort -u | wc -l)
[[ -n $want && $got == "$want" ]] || { echo "country=US has $want hosts, $got stand behind it"; exit 1; }
if "$muster" report -q --store b/store --explain country 2>/dev/null; then
    echo "explained a cell that is not there"
    exit 1
fi
