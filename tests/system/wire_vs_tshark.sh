#!/bin/bash
# Compares what our application parsers make of captures with what tshark makes of them: DNS name,
# type, response code and IPv4 answers; TLS server name, JA3, JA3S and the SHA-1 of the server's
# certificate; host, target and user agent of the first HTTP request of each direction. The parsers
# get raw messages that tshark cut out, so the flow stage plays no part.
# Takes the labelled captures until 45 s are over; `wire_vs_tshark.sh FILE...` takes those.
# Left out, because there is nothing to compare:
#   - TCP streams that tshark finds incomplete or out of order (we get segments, it gets streams);
#   - TLS that does not start its direction (STARTTLS, inside a proxy's stream);
#   - DNS messages that tshark calls malformed, and names with bytes that we escape and it does not.
# Allowed: things that only we see (tshark goes by port in places), told as "more"; MORE=1 lists them.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
captures=../shared/captures
command -v tshark >/dev/null || { echo "skipped: there is no tshark"; exit 77; }
[[ $# -gt 0 || -d $captures/control ]] || { echo "skipped: there is no $captures"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
make -s "build/${CC:-gcc}/tool_dump_wire" || exit 1
cp "build/${CC:-gcc}/tool_dump_wire" "$work/dump"

fields=(frame.number tcp.stream tcp.srcport tcp.payload udp.payload
    dns.qry.name dns.qry.type dns.flags.rcode dns.a
    tls.handshake.type tls.handshake.extensions_server_name tls.handshake.ja3 tls.handshake.ja3s
    tls.handshake.certificate http.request.method http.host http.request.uri http.user_agent
    tcp.analysis.lost_segment tcp.analysis.out_of_order tcp.analysis.retransmission
    tcp.analysis.ack_lost_segment tcp.analysis.fast_retransmission)
show=()
for field in "${fields[@]}"; do show+=(-e "$field"); done

# One line of tshark becomes a line for the driver and lines that say what tshark saw.
cat >"$work/split.awk" <<'AWK'
function first(text) { sub(/\001.*/, "", text); return text }
BEGIN { FS = OFS = "\t"; STREAM_BYTES = 60000 }
$5 != "" && $6 $8 != "" {
    name = first($6); gsub(/\.$/, "", name)
    if (name == "<Root>") name = ""
    gsub(/\001/, ",", $9)
    print "dns", $1, $5 >messages
    print "dns", $1, tolower(name), first($7) + 0, first($8) + 0, $9 >theirs
}
$4 != "" {
    key = $2 "." $3
    if ($19 $20 $21 $22 $23 != "") print $2 >broken
    if (!(key in seen)) starts[key] = $4 ~ /^(16|1503..0002|8)/
    if (seen[key] < STREAM_BYTES) print "stream", key, $4 >messages
    seen[key] += length($4) / 2
    if (starts[key] && $12 != "" && !(("c", key) in had)) { had["c", key] = 1; print "client", key, tolower(first($11)), first($12) >theirs }
    if (starts[key] && $13 != "" && !(("s", key) in had)) { had["s", key] = 1; ja3s[key] = first($13) }
    if ($14 != "" && !(key in der)) der[key] = first($14)
    if ($15 != "" && !(("r", key) in had)) { had["r", key] = 1; print "request", key, tolower(first($16)), first($17), first($18) >theirs }
}
END { for (key in ja3s) print "server", key, ja3s[key], der[key] >theirs }
AWK

# Certificates become their SHA-1.
digest() {
    local kind key ja3s der
    while IFS=$'\t' read -r kind key ja3s der; do
        [[ $kind == server && -n $der ]] && der=$(xxd -r -p <<<"$der" | sha1sum | cut -c1-40)
        printf '%s\t%s\t%s\t%s\n' "$kind" "$key" "$ja3s" "$der"
    done
}

cat >"$work/compare.awk" <<'AWK'
BEGIN { FS = OFS = "\t" }
FILENAME == broken { out[$1] = 1; next }
{ stream = $2; sub(/\..*/, "", stream); rest = $0; sub(/^[^\t]*\t[^\t]*\t/, "", rest); at = $1 SUBSEP $2 }
FILENAME == ours { mine[at] = rest; next }
{ told[at] = 1 }
$1 != "dns" && stream in out { next }
$1 == "dns" && (at in mine) && mine[at] ~ /\\/ { next }
# several blanks before the target: tshark then finds none
$1 == "request" && $4 == "" { next }
!(at in mine) { print "MISSING", $0; count["missing " $1]++; next }
{ a = mine[at]; b = rest }
# answers in the additional section are only tshark's, and we keep 16
$1 == "dns" { if (substr(b, 1, length(a)) == a) b = a }
a == b { count["same " $1]++; next }
{ print "DIFFER", $1, $2, a, b; count["differ " $1]++ }
END {
    for (at in mine) {
        split(at, part, SUBSEP)
        stream = part[2]; sub(/\..*/, "", stream)
        if (at in told || (part[1] != "dns" && stream in out)) continue
        count["more " part[1]]++
        print "MORE", part[1], part[2], mine[at]
    }
    for (what in count) print "COUNT", what, count[what]
}
AWK

if [[ $# -gt 0 ]]; then
    printf '%s\n' "$@" >"$work/files"
else # small ones first, so that many kinds are seen
    find $captures/control $captures/clean $captures/benign -type f -size -6M \
        \( -name '*.pcap' -o -name '*.pcapng' \) -printf '%s %p\n' | sort -n |
        awk '{ sub(/^[0-9]+ /, ""); print }' | awk '/control|tls|http|dns|clean/' >"$work/files"
fi

files=0
: >"$work/found"
while read -r file; do
    [[ $# -gt 0 || $SECONDS -lt 45 ]] || break
    files=$((files + 1))
    rm -f "$work"/{messages,theirs,broken}
    touch "$work"/{messages,theirs,broken}
    tshark -n -r "$file" -o tcp.desegment_tcp_streams:TRUE \
        -Y '(tcp.len > 0 || (dns && udp)) && !icmp && !icmpv6 && !mdns && !llmnr && !_ws.malformed' \
        -T fields -E occurrence=a -E aggregator=$'\001' "${show[@]}" 2>/dev/null |
        awk -v messages="$work/messages" -v theirs="$work/theirs" -v broken="$work/broken" \
            -f "$work/split.awk"
    sort -s -t$'\t' -k1,2 "$work/messages" | "$work/dump" >"$work/ours"
    { grep -av '^server' "$work/theirs"; grep -a '^server' "$work/theirs" | digest; } >"$work/theirs.1"
    awk -v broken="$work/broken" -v ours="$work/ours" -f "$work/compare.awk" \
        "$work/broken" "$work/ours" "$work/theirs.1" | sed "s|^|${file##*/}\t|" >>"$work/found"
done <"$work/files"

if [[ -n ${MORE:-} ]]; then grep -aP '\tMORE\t' "$work/found" | cut -c1-300; fi
grep -aP '\t(DIFFER|MISSING)\t' "$work/found" | cut -c1-300 | head -40
awk -F'\t' -v files=$files '$2 == "COUNT" { n[$3] += $4 }
    END { printf "%d files:", files; for (what in n) printf " %s %d,", what, n[what]; print "" }' "$work/found"
same=$(awk -F'\t' '$2 == "COUNT" && $3 ~ /^same/ { n += $4 } END { print n + 0 }' "$work/found")
wrong=$(grep -acP '\t(DIFFER|MISSING)\t' "$work/found")
echo "$same the same, $wrong not, in $SECONDS s"
[[ $same -gt 0 && $wrong -eq 0 ]]
