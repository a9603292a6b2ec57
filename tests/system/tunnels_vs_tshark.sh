#!/bin/bash
# The innermost packets of tunnels against tshark's: GRE, ERSPAN, VXLAN, Geneve, GTP-U, IP in IP, in the
# captures at hand and in packets made here with text2pcap. Compared are the addresses, protocol and
# ports of the last IP header of each packet with TCP, UDP or ICMP right above it. Left out: what we
# count as a tunnel of another kind or as damaged; their number is printed.
set -u
cd "$(dirname "$0")/../.." || exit 1
captures=../shared/captures/formats/tcpdump
command -v tshark >/dev/null || { echo "skipped: there is no tshark"; exit 77; }
[[ -d $captures ]] || { echo "skipped: there is no $captures"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
make -s "build/${CC:-gcc}/tool_dump_frames" || exit 1
# an IP packet that an ICMP error quotes is not one that was sent
theirs='$2 ~ /icmp(v6)?:ip/ || $2 ~ /icmp(v6)?:ipv6/ { next }
{
    n = split($2, p, ":")
    for (i = n; i && p[i] != "ip" && p[i] != "ipv6"; i--);
    ends = p[i] == "ip" ? $3 " " $4 : $5 " " $6
    for (i++; i <= n && p[i] ~ /^ipv6\./; i++);
    if (p[i] == "tcp") print $1, ends, 6, $7, $8
    else if (p[i] == "udp") print $1, ends, 17, $9, $10
    else if (p[i] == "icmp") print $1, ends, 1
    else if (p[i] == "icmpv6") print $1, ends, 58
}'
same=0 packets=0 differ=0 left=0
for file in "$captures"/*{vxlan,geneve,erspan,gre,gtp,ipip,6in4,sit}*; do
    [[ -f $file ]] || continue
    case $file in
        *bigtcp*) continue ;; # lengths of 0 (segmentation offload), which tshark does not follow inwards
        *nsh-over*) continue ;; # VXLAN-GPE, which we take for a conversation like others
    esac
    tshark -n -r "$file" -d udp.port==8472,vxlan -o ip.defragment:FALSE -T fields -E occurrence=l -e frame.number -e frame.protocols \
        -e ip.src -e ip.dst -e ipv6.src -e ipv6.dst -e tcp.srcport -e tcp.dstport -e udp.srcport -e udp.dstport \
        2>/dev/null | awk -F'\t' "$theirs" >"$work/theirs"
    "build/${CC:-gcc}/tool_dump_frames" "$file" 2>/dev/null >"$work/all"
    awk 'NF > 2 {print $1, $2, $3, $4 ($4 == 6 || $4 == 17 ? " " $5 " " $6 : "")}' "$work/all" >"$work/ours"
    awk 'NR == FNR {if (NF == 2) out[$1]; next} !($1 in out)' "$work/all" "$work/theirs" >"$work/comparable"
    left=$((left + $(awk 'NR == FNR {if (NF == 2) out[$1]; next} $1 in out' "$work/all" "$work/theirs" | wc -l)))
    packets=$((packets + $(wc -l <"$work/ours")))
    if cmp -s "$work/ours" "$work/comparable"; then
        same=$((same + 1))
    else
        differ=$((differ + 1))
        echo "$file:"
        diff "$work/ours" "$work/comparable" | head -n 6
    fi
done
echo "$same files with $packets packets the same, $differ differ; $left packets that only tshark opens"
[[ $same -gt 0 && $differ == 0 ]]
