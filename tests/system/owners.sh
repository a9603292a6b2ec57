#!/bin/bash
# What owners are told: each finding of probable or better stands in one owner's file, that of the
# longest range, else of the network's number; columns have Shadowserver's names; no cell that a
# spreadsheet would run; bad contacts are counted.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$muster" simulate -q --country -o land --seed 9 --scale 0.002 --days 20
cat >contacts <<'C'
# who answers for what
240.0.0.0/24,University of Example,abuse@uni.example
240.0.0.0/28,=Institute("x"),
AS64497,Cable Co,noc@cable.example
nonsense,Nobody
AS64498
C
"$muster" report --store land/store --by owner --contacts contacts --period 2017-01-03 -o told >out 2>err
grep -q '2 lines name no owner' err
cat told/index.csv
want=$("$muster" report -q --store land/store --period 2017-01-03 --json 2>/dev/null |
    grep -oE '"controllers":|"hosts_counted":[0-9]+' | grep -oE '[0-9]+$' | head -1)
hosts=$(awk -F, 'NR > 1 && $1 !~ /^#/ {n += $(NF - 3)} END {print n}' told/index.csv)
[[ $hosts == "$want" ]] || { echo "owners have $hosts hosts, the report counts $want"; exit 1; }
lines=0
for file in told/*.csv; do
    [[ $file == told/index.csv ]] && continue
    lines=$((lines + $(wc -l <"$file") - 1))
    grep -q '^timestamp,severity,' "$file" || { echo "$file: no header"; exit 1; }
done
findings=$(awk -F, 'NR > 1 {n += $(NF - 1)} END {print n}' told/index.csv)
[[ $lines == "$findings" ]] || { echo "$lines lines, $findings findings"; exit 1; }
awk -F, 'NR > 1 && $4 !~ /^240\.0\.0\./ {exit 1}' told/University-of-Example-*.csv
[[ -f $(echo told/Institute-*.csv) ]] || { echo "the longer range has no file"; exit 1; }
if grep -nE '(^|,)"?[=+@]' told/*.csv; then
    echo "a cell that a spreadsheet would run"
    exit 1
fi
echo "$findings findings of $hosts hosts told"
