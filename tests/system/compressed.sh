#!/bin/bash
# A capture, its .gz, its .zst and either through a pipe are one source: the same findings, and the
# store counts them once. What is cut or damaged is read as far as it goes, and said.
set -euo pipefail
command -v gzip >/dev/null && command -v zstd >/dev/null || { echo "skipped: gzip and zstd are needed"; exit 77; }
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache
"$muster" simulate -o . --seed 1 >/dev/null
gzip -k capture.pcap
zstd -q -k capture.pcap
half=$(($(stat -c %s capture.pcap) / 2))
{ head -c $half capture.pcap | gzip; tail -c +$((half + 1)) capture.pcap | gzip -9; } >members
{ head -c $half capture.pcap | zstd -q; tail -c +$((half + 1)) capture.pcap | zstd -q -19; } >frames

# the same findings, but for the name
findings() { "$muster" read -q --json --store none --intel indicators "$1" | sed "s|$1|NAME|g"; }
findings capture.pcap >expected
[[ -s expected ]]
for file in capture.pcap.gz capture.pcap.zst members frames; do
    findings $file | cmp - expected
done
cat members | "$muster" read -q --json --store none --intel indicators - | sed 's|"-#|"NAME#|g; s|:"-"|:"NAME"|g' | cmp - expected
cat frames | "$muster" read -q --json --store none --intel indicators - | sed 's|"-#|"NAME#|g; s|:"-"|:"NAME"|g' | cmp - expected

# one source
"$muster" read --store store --intel indicators capture.pcap >out
! grep -q 'read before' out
"$muster" read --store store --intel indicators capture.pcap.gz members frames capture.pcap.zst >out
grep -q '4 of 4 sources were read before' out

# cut and damaged
head -c $(($(stat -c %s members) / 2)) members >cut
"$muster" read --store none cut >out
grep -Eq '^damage +cut: byte [0-9]+: the gzip data ends too early' out
{ head -c -8 capture.pcap.gz; head -c 8 /dev/zero; } >damaged # its check sum
"$muster" read --store none damaged >out
grep -Eq '^damage +damaged: byte [0-9]+: the gzip data is damaged' out
head -c 3 capture.pcap.gz >short
"$muster" read --store none short 2>err && exit 1 || [[ $? == 1 ]]
grep -q 'short: the gzip data ends too early' err
echo right
