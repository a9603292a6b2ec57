#!/bin/bash
# The same traffic on every link, and in fragments, gives the same findings, with any number of
# workers. What must differ is left out: the machine's address where the link has none; of fragments
# their headers' bytes and the packets' numbers.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make -s -C "$root" "build/${CC:-gcc}/tool_reshape"
cp "$root/build/${CC:-gcc}/tool_reshape" "$work/reshape"
cd "$work"
export XDG_CACHE_HOME=$work/cache
"$muster" simulate -o . --seed 1 >/dev/null

read_it() { "$muster" read -q --json --store none --intel indicators "$@"; }
same() { sed -E 's/"device":("[^"]*"|null),//; s/"source":"[^"]*"//; s/"where":"[^"#]*(#|")/"where":"/g'; }
in_parts() { same | sed -E 's/"bytes_(in|out)":[0-9]*,//g; s/"where":"[^"]*"//g; s/[0-9,.]+ (bytes|kB|MB)/N bytes/g'; }

./reshape capture.pcap 1.pcap 1
read_it 1.pcap | same >expected
[[ -s expected ]]
for link in 0 9 51 101 104 108 113 228 276; do
    ./reshape capture.pcap $link.pcap $link
    read_it $link.pcap | same >got
    cmp got expected || { echo "link $link differs"; diff got expected | head -4; exit 1; }
done

read_it 1.pcap | in_parts >expected
for link in 1 113; do
    ./reshape capture.pcap parts.pcap $link 256
    for workers in 1 2 8; do
        read_it --workers $workers parts.pcap >got.$workers
        cmp got.$workers got.1
    done
    in_parts <got.1 >got
    cmp got expected || { echo "fragments on link $link differ"; diff got expected | head -4; exit 1; }
done
"$muster" read --store none parts.pcap >out
! grep -q 'fragments' out
echo right
