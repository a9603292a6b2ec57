#!/bin/bash
# Known marks end to end. A user's rules work beside muster's and are seen with their reference;
# rules that do not compile are named with their line; mark.on=0 turns all off. Where the labelled
# captures are at hand: nothing of the benign and clean ones has any mark, however unlikely the
# judge thinks honest ends.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
shared=$(cd "$(dirname "$0")/../../.." && pwd)/shared
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
cd "$work"
"$muster" simulate -q -o made --seed 1 >/dev/null
mkdir rules
cat >rules/good.yar <<'EOF'
rule any_agent
{
    meta:
        family = "Made up"
        reference = "https://example.com/made-up"
        confidence = "high"
    strings:
        $agent = "\nUser-Agent: "
    condition:
        http and sent and $agent
}
EOF
printf 'rule broken\n{\n    condition:\n        $nothing\n}\n' >rules/worse.yar

read_made() { "$muster" read -q --json --store none "$@" made/capture.pcap; }
read_made --marks rules >with 2>said && status=0 || status=$?
[[ $status == 1 ]] || { echo "status $status with a broken file of rules"; exit 1; }
grep -q 'rules/worse.yar:5: undefined string' said
grep -q '"detector":"mark".*"item":"any_agent"' with
grep -q 'see https://example.com/made-up' with
read_made --marks rules/good.yar --set mark.on=0 >without
if grep -q '"detector":"mark"' without; then echo "mark.on=0 is not heard"; exit 1; fi
read_made >own
if grep -q '"detector":"mark"' own; then echo "made-up traffic has a mark"; exit 1; fi

[[ -d $shared/captures/benign ]] || { echo "no labelled captures here: the rest is not tested"; exit 0; }
"$muster" read -q --json --store none --set judge.prior=0.499 "$shared/captures/benign" \
    "$shared/captures/clean" >clean 2>/dev/null || [[ $? == 1 ]]
if grep '"detector":"mark"' clean | cut -c1-300; then
    echo "clean traffic has a mark"
    exit 1
fi
found=$(for capture in "$shared"/captures/control/*.pcap; do
    "$muster" read -q --json --store none "$capture" | grep -c '"detector":"mark"' || true
done | awk '$1 > 0' | wc -l)
((found >= 12)) || { echo "only $found labelled captures have a mark"; exit 1; }
echo "$found labelled captures have a mark, none of the clean"
