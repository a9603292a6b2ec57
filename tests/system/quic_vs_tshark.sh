#!/bin/bash
# Compares the QUIC hellos that we open with what tshark opens: server name, JA3, and JA3S of each
# conversation. Takes the captures with QUIC in them; `quic_vs_tshark.sh FILE...` takes those.
# Left out: versions that no client means (RFC 9000 15: 0x?a?a?a?a) or that are one maker's own;
# conversations whose hello tshark does not find.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
captures=../shared/captures
command -v tshark >/dev/null || { echo "skipped: there is no tshark"; exit 77; }
[[ $# -gt 0 || -d $captures/benign ]] || { echo "skipped: there is no $captures"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
make -s "build/${CC:-gcc}/tool_dump_quic" || exit 1
cp "build/${CC:-gcc}/tool_dump_quic" "$work/dump"

if [[ $# -gt 0 ]]; then
    printf '%s\n' "$@" >"$work/files"
else
    find $captures/benign $captures/clean $captures/control -type f -size -3M -name '*quic*' \
        -o -name 'sites.pcapng' -o -name 'snapchat_call_v1.pcapng' | sort >"$work/files"
fi
fields=(udp.stream udp.srcport ip.src ipv6.src udp.payload quic.version
    tls.handshake.extensions_server_name tls.handshake.ja3 tls.handshake.ja3s tls.handshake.type)
show=()
for field in "${fields[@]}"; do show+=(-e "$field"); done

# Datagrams for the driver; of each conversation the first hello of a side that tshark tells whole.
cat >"$work/split.awk" <<'AWK'
function first(text) { sub(/\001.*/, "", text); return text }
BEGIN { FS = OFS = "\t" }
$5 != "" {
    from = $2 $3 $4
    if (!($1 in opener)) opener[$1] = from
    print $1, from == opener[$1] ? 0 : 1, first($5) >datagrams
    version = first($6)
    if (version ~ /^0x(.a.a.a.a|face....)$/) odd[$1] = 1
    if ($8 != "" && !($1 in ja3)) { ja3[$1] = first($8); name[$1] = tolower(first($7)) }
    if ($9 != "" && !($1 in ja3s)) ja3s[$1] = first($9)
}
END { for (s in ja3) if (!(s in odd)) print s, name[s], ja3[s], ja3s[s] }
AWK
files=0 same=0 wrong=0
while read -r file; do
    tshark -n -r "$file" -Y 'udp && (quic || tls.handshake) && !icmp && !icmpv6' -T fields \
        -E occurrence=a -E aggregator=$'\001' "${show[@]}" 2>/dev/null >"$work/fields"
    [[ -s $work/fields ]] || continue
    files=$((files + 1))
    : >"$work/datagrams.1"
    awk -v datagrams="$work/datagrams.1" -f "$work/split.awk" "$work/fields" |
        LC_ALL=C sort >"$work/theirs"
    sort -s -t$'\t' -k1,1 "$work/datagrams.1" | "$work/dump" | cut -f1-4 | LC_ALL=C sort >"$work/ours"
    same=$((same + $(LC_ALL=C comm -12 "$work/theirs" "$work/ours" | wc -l)))
    LC_ALL=C comm -23 "$work/theirs" "$work/ours" >"$work/missing"
    wrong=$((wrong + $(wc -l <"$work/missing")))
    sed "s|^|NOT SEEN ${file##*/}\t|" "$work/missing"
    if [[ -s $work/missing || -n ${MORE:-} ]]; then
        LC_ALL=C comm -13 "$work/theirs" "$work/ours" | sed "s|^|ONLY US  ${file##*/}\t|"
    fi
done <"$work/files"
echo "$files files: $same hellos the same, $wrong not, in $SECONDS s"
[[ $same -gt 0 && $wrong -eq 0 ]]
