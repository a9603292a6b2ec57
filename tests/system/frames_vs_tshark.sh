#!/bin/bash
# Compares what our wire makes of packets with what tshark makes of them: addresses, protocol and
# ports of every packet with TCP, UDP or ICMP right above its first IP header, of all link types that
# both read, fragments put together. Takes about 40 captures on links beside Ethernet, and all with
# fragments; `frames_vs_tshark.sh all` takes every capture (many minutes), or name them yourself.
# Left out: link types that tshark (it says so) or we (counted link_type) do not read; packets whose
# header we count as damaged, where tshark shows what it can: their number is printed.
set -u
cd "$(dirname "$0")/../.." || exit 1
captures=../shared/captures
command -v tshark >/dev/null || { echo "skipped: there is no tshark"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
for tool in packets frames; do
    make -s "build/${CC:-gcc}/tool_dump_$tool" || exit 1
    cp "build/${CC:-gcc}/tool_dump_$tool" "$work/$tool"
done
if [[ $# == 0 || $1 == all ]]; then
    [[ -d $captures/benign ]] || { echo "skipped: there is no $captures"; exit 77; }
    find $captures/benign $captures/formats/tcpdump -type f | LC_ALL=C sort >"$work/files"
    if [[ $# == 0 ]]; then
        other=0
        while read -r file; do
            if "$work/frames" "$file" 2>&1 | grep -q ' fragment'; then
                echo "$file"
            elif "$work/packets" "$file" 2>/dev/null | awk '$5 != 1 { exit 1 }'; then
                continue
            elif ((++other % 9 == 0)); then
                echo "$file"
            fi
        done <"$work/files" >"$work/some"
        mv "$work/some" "$work/files"
    fi
else
    printf '%s\n' "$@" >"$work/files"
fi

# frame.protocols ("eth:ethertype:ip:tcp:...") tells what stands above the first IP header.
# A fragment that never became whole is shown by its first bytes there, and is nothing here.
theirs='(($11 ~ /1|True/ || $12 + 0) && $13 == "") || (($14 ~ /1|True/ || $15 + 0) && $16 == "") { next }
{
    n = split($2, p, ":")
    for (i = 1; i <= n && p[i] != "ip" && p[i] != "ipv6"; i++);
    ends = p[i] == "ip" ? $3 " " $4 : $5 " " $6
    for (i++; i <= n && p[i] ~ /^ipv6\./; i++);
    if (p[i] == "tcp") print $1, ends, 6, $7, $8
    else if (p[i] == "udp") print $1, ends, 17, $9, $10
    else if (p[i] == "icmp") print $1, ends, 1
    else if (p[i] == "icmpv6") print $1, ends, 58
}'
same=0 differ=0 skipped=0 packets=0 damaged=0
while read -r file; do
    tshark -n -r "$file" -o ip.defragment:TRUE -o ipv6.defragment:TRUE -T fields -E occurrence=f \
        -e frame.number -e frame.protocols -e ip.src -e ip.dst -e ipv6.src -e ipv6.dst -e tcp.srcport \
        -e tcp.dstport -e udp.srcport -e udp.dstport -e ip.flags.mf -e ip.frag_offset -e ip.fragment.count \
        -e ipv6.fraghdr.more -e ipv6.fraghdr.offset -e ipv6.fragment.count 2>"$work/says" | awk -F'\t' "$theirs" >"$work/theirs"
    if grep -q 'unknown or unsupported' "$work/says"; then
        skipped=$((skipped + 1))
        continue
    fi
    "$work/frames" "$file" 2>/dev/null >"$work/all"
    awk 'NF > 2 { print $1, $2, $3, $4 ($4 == 6 || $4 == 17 ? " " $5 " " $6 : "") }' "$work/all" >"$work/ours"
    awk 'NR == FNR { if ($2 == "header_damaged" || $2 == "link_type") out[$1]; next } !($1 in out)' \
        "$work/all" "$work/theirs" >"$work/comparable"
    damaged=$((damaged + $(grep -c header_damaged "$work/all")))
    packets=$((packets + $(wc -l <"$work/ours")))
    if cmp -s "$work/ours" "$work/comparable"; then
        same=$((same + 1))
    else
        differ=$((differ + 1))
        echo "$file:"
        diff "$work/ours" "$work/comparable" | head -n 4
    fi
done <"$work/files"
echo "$same files with $packets packets the same, $differ differ, $skipped that tshark does not read; $damaged damaged packets"
[[ $same -gt 0 && $differ == 0 ]]
