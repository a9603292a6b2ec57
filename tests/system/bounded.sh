#!/bin/bash
# A capture of any size through a pipe, in bounded memory:  bounded.sh [BYTES]
#
# Made-up captures are repeated (tests/tools/repeat.c, each copy with other addresses, later in time)
# straight into `muster read -`. Every packet must be read, and the program's peak memory must stay
# below --memory plus what it needs without traffic. 400 MB without BYTES;
# 20 GB is: bounded.sh 20000000000.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
top=$(cd "$(dirname "$0")/../.." && pwd)
bytes=${1:-400000000}
limit_mb=128 # --memory
spare_mb=64  # the program, libraries, batches on their way
mkdir -p "$top/build"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache

${CC:-gcc} -std=gnu17 -D_GNU_SOURCE -O2 -I"$top/src" -o repeat "$top"/tests/tools/repeat.c \
    "$(dirname "$muster")/libmuster.a" $(pkg-config --libs libzstd zlib libxxhash simdjson) \
    -lstdc++ -lpthread -lm
for seed in 1 2 3; do
    "$muster" simulate -o "$seed" --seed "$seed" >/dev/null
done

mkfifo pipe
./repeat - "$bytes" ./*/capture.pcap >pipe 2>packets &
maker=$!
started=$(date +%s%N)
"$muster" read --store none --workers 2 --memory ${limit_mb}M - <pipe >rows 2>summary &
reader=$!
peak=0
while now=$(awk '/VmHWM/ {print $2}' /proc/$reader/status 2>/dev/null) && [[ -n $now ]]; do
    peak=$now
    sleep 0.1
done
wait $reader || [[ $? == 1 ]]
ms=$((($(date +%s%N) - started) / 1000000))
wait $maker

made=$(<packets)
read_packets=$(cat rows summary | sed -nE 's/.*watched +1 source, ([0-9]+) packets.*/\1/p')
[[ $made -gt 0 && $made == "$read_packets" ]] ||
    { echo "$made packets made, '$read_packets' read"; tail -20 summary; exit 1; }
[[ $((peak / 1024)) -le $((limit_mb + spare_mb)) ]] ||
    { echo "peak $((peak / 1024)) MB with --memory ${limit_mb}M"; exit 1; }
awk -v b="$bytes" -v p="$made" -v m="$peak" -v l=$limit_mb -v t="$ms" 'BEGIN {
    printf "%.1f GB, %d packets through a pipe in %.1f s (with their making): peak %d MB with --memory %dM\n",
        b / 1e9, p, t / 1000, m / 1024, l}'
