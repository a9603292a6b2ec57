#!/bin/bash
# A Zeek log of any size through a pipe, in bounded memory:  bounded_log.sh [BYTES [tsv|json]]
#
# A made-up conn.log is repeated for many networks and later in time (tests/tools/repeat_log.c)
# straight into `muster read -`. Every line must be read, and the program's peak memory must stay
# below --memory plus what it needs without traffic. 200 MB without BYTES; 10 GB is:
# bounded_log.sh 10000000000.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
top=$(cd "$(dirname "$0")/../.." && pwd)
bytes=${1:-200000000}
form=${2:-tsv}
limit_mb=128 # --memory
spare_mb=64  # the program, libraries, batches on their way
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache

${CC:-gcc} -O2 -o repeat_log "$top"/tests/tools/repeat_log.c
awk 'BEGIN {
    print "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn"
    print "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents"
    print "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]"
    for (i = 0; i < 7000; i++) {
        dns = i % 3 == 0
        printf "%d.%06d\tC%017d\t10.0.%d.%d\t%d\t%s\t%d\t%s\t%s\t%d.%06d\t%d\t%d\tSF\tT\tF\t0\t%s\t%d\t%d\t%d\t%d\t-\n", 1709632800 + i * 0.5, (i * 7919) % 1000000, i, i % 7, i % 40 + 1, 40000 + i % 20000, dns ? "10.0.0.250" : sprintf("198.51.%d.%d", i % 11, i % 251), dns ? 53 : 443, dns ? "udp" : "tcp", dns ? "dns" : "ssl", i % 60, (i * 104729) % 1000000, 40 + i % 900, 90 + i % 9000, dns ? "Dd" : "ShADadFf", dns ? 1 : 11, 400 + i % 900, dns ? 1 : 12, 700 + i % 9000
    }}' >conn.log

mkfifo pipe
./repeat_log - "$bytes" 16 "$form" conn.log >pipe 2>lines &
maker=$!
started=$(date +%s%N)
"$muster" read --store none --workers 2 --memory ${limit_mb}M - <pipe >rows 2>summary &
reader=$!
peak=0
while now=$(awk '/VmHWM/ {print $2}' /proc/$reader/status 2>/dev/null) && [[ -n $now ]]; do
    peak=$now
    sleep 0.1
done
wait $reader
ms=$((($(date +%s%N) - started) / 1000000))
wait $maker

made=$(<lines)
read_lines=$(cat rows summary | sed -nE 's/.*watched +1 source, [0-9]+ records of ([0-9]+) lines.*/\1/p')
[[ $made -gt 0 && $made == "$read_lines" ]] ||
    { echo "$made lines made, '$read_lines' read"; tail -20 rows summary; exit 1; }
if grep -q 'could not be read' rows summary; then
    tail -20 rows summary
    exit 1
fi
[[ $((peak / 1024)) -le $((limit_mb + spare_mb)) ]] ||
    { echo "peak $((peak / 1024)) MB with --memory ${limit_mb}M"; exit 1; }
awk -v b="$bytes" -v n="$made" -v m="$peak" -v l=$limit_mb -v t="$ms" -v f="$form" 'BEGIN {
    printf "%.1f GB of %s, %d lines through a pipe in %.1f s (with their making): peak %d MB with --memory %dM\n",
        b / 1e9, f, n, t / 1000, m / 1024, l}'
