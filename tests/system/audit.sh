#!/bin/bash
# A sample to look at is the same for the same seed; what is said to be wrong leaves the count and is
# listed, also in the checks; the last word counts; precision with its interval; more than one in ten
# wrong and the number is withheld; a store without verdicts says what p expects.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache MUSTER_STORE=$work/land/store
cd "$work"
"$muster" simulate -q --country -o land --seed 2 --scale 0.001 --days 20
report() { "$muster" report -q 2>/dev/null; }
counted() { "$muster" report -q --json 2>/dev/null | grep -oE '"hosts_counted":[0-9]+' | cut -d: -f2; }
report >before
grep -q 'nobody has looked yet: muster audit' before
all=$(counted)
[[ $("$muster" audit --json --sample 2 2>/dev/null | grep -cE '^ *\{"counted":(true|false),') -ge 2 ]] ||
    { echo "audit --json does not say whether findings count"; exit 1; }
"$muster" audit --sample 12 --json >sample
cmp sample <("$muster" audit --sample 12 --json)
! cmp -s sample <("$muster" audit --sample 12 --json --seed 5)
mapfile -t pairs < <(grep -oE '"host":"[^"]+","controller":"[^"]+"' sample | sed -E 's/"host":"([^"]+)","controller":"([^"]+)"/\1 \2/' | sort -u)
((${#pairs[@]} >= 10)) || { echo "too few pairs drawn: ${#pairs[@]}"; exit 1; }
for ((i = 0; i < 10; i++)); do
    # shellcheck disable=SC2086
    "$muster" verdict -q ${pairs[i]} true --reason 'looked at its disk'
done
grep -q '^Of 10 findings that were looked at 10 were right: 1.00 (95 % interval 0.72 to 1.00)' <(report)
[[ $(counted) == "$all" ]]
# shellcheck disable=SC2086
grep -q 'not counted from now on' <("$muster" verdict ${pairs[0]} false --reason 'a test, "ours"')
[[ $(counted) == $((all - 1)) ]] || { echo "a wrong one still counts: $(counted) of $all"; exit 1; }
report >after
grep -q '^Of 10 findings that were looked at 9 were right: 0.90' after
grep -q 'looked at and are wrong' after
grep -qF "${pairs[0]%% *}" after
# shellcheck disable=SC2086
"$muster" verdict -q ${pairs[0]} true
[[ $(counted) == "$all" ]]
for ((i = 0; i < 3; i++)); do
    # shellcheck disable=SC2086
    "$muster" verdict -q ${pairs[i]} false
done
grep -q 'The number of hosts is withheld: more than one in ten' <(report)
if "$muster" verdict 192.0.2.1 192.0.2.2 true 2>/dev/null; then
    echo "a verdict on nothing"
    exit 1
fi
printf '2026-01-01T00:00' >>land/store/verdicts.csv # cut short by a crash
[[ $(counted) == $((all - 3)) ]]
echo "audited: $all hosts"
