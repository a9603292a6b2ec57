#!/bin/bash
# Decodes the datagrams of many exporters, bare and in captures, and compares each flow, field by field,
# with what tshark makes of them: ends, ports, protocol, packets, bytes, first and last time. Of one
# exporter, the files with templates come first. `export_vs_tshark.sh FILE...` takes those, in that order.
# Not compared: what tshark shows without both ends (layer 2, options, counters of applications), and
# times where it shows none.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
captures=../shared/captures
data=$captures/formats/netflow-datagrams
command -v tshark >/dev/null && command -v mergecap >/dev/null || { echo "skipped: there is no tshark or mergecap"; exit 77; }
[[ $# -gt 0 || -d $data ]] || { echo "skipped: there is no $data"; exit 77; }
mkdir -p build
work=$(mktemp -d build/export-XXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT
cc=${CC:-gcc}
lib=build/$cc/libmuster.a
[[ -f $lib ]] || make -s "$lib" || exit 1
libs="$lib $(pkg-config --libs libxxhash libzstd zlib simdjson) -lstdc++ -lpthread -lm"
# shellcheck disable=SC2086
$cc -std=gnu17 -D_GNU_SOURCE -O1 -Isrc -o "$work/wrap" tests/tools/export_wrap.c $libs &&
    $cc -std=gnu17 -D_GNU_SOURCE -O1 -Isrc -Wl,--wrap=conversations_add -o "$work/dump" \
        tests/tools/dump_export.c $libs || exit 1

cat >"$work/theirs.awk" <<'AWK'
function attr(name,   at) { if (!match($0, " " name "=\"[^\"]*\"")) return ""; at = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4); return at }
function hex(text,   n, i) { for (i = 1; i <= length(text); i++) n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1; return n }
function put() {
    if (src != "" && dst != "" && (packets + bytes > 0)) {
        if (packets + 0 == 0) packets = 1
        if (last == "") last = seen
        if (type != "" && (proto == 1 || proto == 58)) dport = type + code
        printf "%s %d %s %d %d %.0f %.0f %.0f %.0f\n", src, sport, dst, dport, proto, packets, bytes, first, last
    }
    src = dst = first = last = seen = type = code = ""; sport = dport = proto = packets = bytes = 0
}
# seconds with a fraction as microseconds, exactly; a date as seconds
function us(text,   part, sign) {
    if (text ~ /^-/) { sign = "-"; text = substr(text, 2) }
    split(text, part, "."); return (sign part[1]) * 1000000 + (sign substr(part[2] "000000", 1, 6))
}
# the counter of milliseconds goes round
function distance(d,   round) { round = 4294967296000; return d > round / 2 ? d - round : d < -round / 2 ? d + round : d }
function date(text,   part, month, d, t) {
    split(text, part, /[ ,:]+/); month = (index("JanFebMarAprMayJunJulAugSepOctNovDec", part[1]) + 2) / 3
    split(part[6], d, ".")
    t = mktime(part[3] " " month " " part[2] " " part[4] " " part[5] " " d[1] + 0) * 1000000 + substr(d[2] "000000", 1, 6)
    return t
}
/<packet>/ { put() }
/<field name="" show="(Flow|pdu) [0-9]+/ { put() }
/name="cflow.version"/ { uptime = ""; version = attr("show") }
/name="cflow.count"/ { count = attr("show"); sets = 0 }
/show="FlowSet [0-9]+/ { if (version == 9 && ++sets == count + 0) stopped = "its header counts no more" }
/name="cflow.(template_frame|options|scope)/ { next }
/name="cflow.sysuptime"/ { uptime = us(attr("show")) }
/name="cflow.unix_secs"/ { secs = hex(attr("value")) * 1000000 }
/name="cflow.unix_nsecs"/ { secs += int(hex(attr("value")) / 1000) }
/name="cflow.srcaddr(v6)?"/ { v = attr("show"); if (src == "" || src == "0.0.0.0" || src == "::") src = v }
/name="cflow.dstaddr(v6)?"/ { v = attr("show"); if (dst == "" || dst == "0.0.0.0" || dst == "::") dst = v }
/name="cflow.(tcp|udp)?_?srcport"/ { sport = attr("show") }
/name="cflow.(tcp|udp)?_?dstport"/ { dport = attr("show") }
/name="cflow.icmp_ipv[46]_type"/ { type = attr("show") * 256 }
/name="cflow.icmp_ipv[46]_code"/ { code = attr("show") }
/name="cflow.protocol"/ { proto = attr("show") }
/name="cflow.(permanent_|post_|initiator_)?packets"/ { if (packets + 0 == 0) packets = attr("show") }
/name="cflow.(permanent_|post_|initiator_)?octets"/ { if (bytes + 0 == 0) bytes = attr("show") }
/name="cflow.observation_time_milliseconds"/ { seen = date(attr("show")) }
/malformed/ { stopped = "it finds the packet malformed" }
# 0 is taken for a date
/name="cflow.abstimestart" .*show="Jan  1, 1970 00:00:00.0/ { first = secs - uptime; next }
# of IPFIX there is nothing that such times are distances from
/name="cflow.timestart"/ { first = uptime == "" ? 0 : secs - distance(uptime - us(attr("show"))) }
/name="cflow.timeend"/ { last = uptime == "" ? 0 : secs - distance(uptime - us(attr("show"))) }
/name="cflow.abstimestart"/ { first = date(attr("show")) }
/name="cflow.abstimeend"/ { last = date(attr("show")) }
END { put(); if (stopped) print stopped >stop }
AWK

# Equal lines out of both; of v9, whose header has whole seconds, times may differ by less than one.
compare_lines() {
    awk -v less="$4" -v loose="$5" 'function key() { return $1 " " $2 " " $3 " " $4 " " $5 " " $6 " " $7 }
        function near(a, b) { return a == b || (loose && a - b < 1000000 && b - a < 1000000) }
        FILENAME == ARGV[1] { k = key(); n[k]++; first[k, n[k]] = $8; last[k, n[k]] = $9; line[k, n[k]] = $0; next }
        { k = key(); found = 0
          for (i = 1; i <= n[k] && !found; i++)
              if (!((k, i) in used) && near(first[k, i], $8) && near(last[k, i], $9)) { used[k, i] = 1; found = 1 }
          if (!found) print >less }
        END { for (ki in line) if (!(ki in used)) print line[ki] }' "$1" "$2" >"$3"
}
# Captures are taken until 20 s are over, or all with ALL=1.
hurry() { [[ -z ${ALL:-} && $SECONDS -ge 20 ]]; }
# A capture of export, as its datagrams' first bytes say: versions 5, 9, 10, or sFlow's.
is_export() { tshark -r "$1" -T fields -e udp.payload -c 1 2>/dev/null | grep -qE '^(0005|0009|000a|00000005)'; }
flows=0 untimed=0 bad=0 refused=0 files=0 samples=0
compare() { # NAME FILE...
    local name=$1
    shift
    rm -f "$work/stopped"; : >"$work/less"
    if [[ $1 == *.pcap ]]; then
        mergecap -a -F pcap -w "$work/all.pcap" "$@"
        cp "$work/all.pcap" "$work/all"
        port=$(tshark -r "$work/all.pcap" -T fields -e udp.dstport -c 1 2>/dev/null | cut -d, -f1)
    else
        cat "$@" >"$work/all"
        "$work/wrap" "$work/all.pcap" "$work/all"
        port=2055
    fi
    "$work/dump" "$work/all" 2>"$work/summary" | cut -d' ' -f1-9 >"$work/ours"
    [[ $port == 6343 ]] && as=sflow || as=cflow
    TZ=UTC tshark -r "$work/all.pcap" -d udp.port=="$port",$as -T pdml 2>/dev/null >"$work/pdml"
    TZ=UTC awk -v stop="$work/stopped" -f "$work/theirs.awk" "$work/pdml" >"$work/theirs"
    local sampled
    sampled=$(grep -c 'name="sflow_245.header_protocol"' "$work/pdml")
    if [[ $sampled -gt 0 ]] && ! grep -q "packets ($sampled)," "$work/summary"; then
        echo "$name: $sampled sampled packets, ours: $(cat "$work/summary")"
        bad=$((bad + 1))
    fi
    samples=$((samples + sampled))
    if [[ -s $work/theirs ]] && ! grep -qvE ' 0 0$' "$work/theirs"; then
        untimed=$((untimed + $(wc -l <"$work/theirs")))
        for side in ours theirs; do cut -d' ' -f1-7 "$work/$side" >"$work/cut" && mv "$work/cut" "$work/$side"; done
    fi
    files=$((files + $#))
    flows=$((flows + $(wc -l <"$work/theirs")))
    sort "$work/ours" >"$work/a"; sort "$work/theirs" >"$work/b"
    compare_lines "$work/a" "$work/b" "$work/more" "$work/less" "$([[ $name == netflow9* || $name == pcap* || $name == *.v9 ]] && echo 1)"
    if [[ -s $work/less && $name == *_invalid* ]] && grep -q ' [1-9][0-9]* damaged' "$work/summary"; then
        echo "$name: refused (its count of records cannot be): $(cat "$work/summary")"
        refused=$((refused + 1))
    elif [[ -s $work/less || (-s $work/more && ! -s $work/stopped) ]]; then
        bad=$((bad + 1))
        echo "$name: $(cat "$work/summary")"
        sed 's/^/  only ours   /' "$work/more" | head -"${SHOW:-6}"
        sed 's/^/  only theirs /' "$work/less" | head -"${SHOW:-6}"
    elif [[ -s $work/more ]]; then
        echo "$name: $(wc -l <"$work/more") flows more than tshark shows, which stops: $(cat "$work/stopped")"
    fi
}
if [[ $# -gt 0 ]]; then
    compare given "$@"
else
    for one in $(find "$data" -name '*.dat' -printf '%f\n' |
        sed -E 's/\.dat$//; s/_(opt)?(tpl|data).*//; s/(_tpls|_dpi)_.*//' | sort -u); do
        mapfile -t those < <(find "$data" -regextype egrep -regex ".*/$one(\.dat|_(opt)?(tpl|data).*)" -print |
            awk '{print /tpl/ ? 0 : 1, $0}' | sort | cut -d' ' -f2-)
        compare "$one" "${those[@]}"
    done
    for one in $(find "$captures/formats/netflow-pcap" -name '*.pcap' -printf '%f\n' | grep -v '^bmp' |
        sed -E 's/\.pcap$//; s/-(options-)?(template|data)s?$//' | sort -u); do
        mapfile -t those < <(find "$captures/formats/netflow-pcap" -regextype egrep \
            -regex ".*/${one//+/\\+}(-(options-)?(template|data)s?)?\.pcap" -print |
            awk '{print /options-template/ ? 0 : /template/ ? 1 : /options-data/ ? 2 : 3, $0}' | sort | cut -d' ' -f2-)
        hurry || { is_export "${those[@]}" && compare "pcap $one" "${those[@]}"; }
    done
    for one in dridex-2020-06-2d6e agenttesla-2024-03-e45a iodine-2010-08-a60d; do
        for version in v5 v9 v10; do
            hurry || compare "$one.$version" "$captures/derived/netflow/$one.$version.pcap"
        done
    done
fi
echo "$flows flows and $samples sampled packets of $files files ($untimed without times); $refused refused; $bad exporters differ"
[[ $bad -eq 0 && $flows -gt 0 ]]
