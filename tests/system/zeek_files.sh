#!/bin/bash
# Zeek's logs. Made up here: what a hand or an accident did to a log (no header, other columns, lines
# and files cut, a leading tab, compression) is counted or makes no difference. At hand: every line of
# every set is accounted for, file by file, and clean days name nobody, with indicators and without.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
top=$(cd "$(dirname "$0")/../.." && pwd)
captures=$top/../shared/captures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache

fail() {
    echo "$1"
    [[ ! -f out ]] || cat out
    exit 1
}
# used, ignored, headers, damaged, lines: as the summary of one run has them
account() {
    "$muster" read --store none "$@" >out 2>err || true
    sed -nE 's/,//; s/.* ([0-9]+) records? of ([0-9]+) lines? \(([0-9]+) headers?\).*/\1 \3 \2/p' out |
        awk -v ignored="$(sed -nE 's/.* ([0-9]+)  lines or records of kinds.*/\1/p' out)" \
            -v damaged="$(sed -nE 's/.* ([0-9]+)  lines or records that could not.*/\1/p' out)" '{
            print $1, ignored + 0, $2, damaged + 0, $3
            if ($1 + ignored + $2 + damaged != $3) print "do not add up"}'
}

# ---- made up
awk 'BEGIN {
    print "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn"
    print "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents"
    for (i = 0; i < 500; i++)
        printf "%d.250000\tCabc%014d\t10.0.0.%d\t%d\t203.0.113.%d\t443\ttcp\tssl\t1.500000\t700\t4000\tSF\tT\tF\t0\tShADadFf\t11\t1200\t9\t4400\t(empty)\n", 1709632800 + i * 7, i, i % 9 + 1, 40000 + i, i % 50 + 1
    print "#close\t2024-03-05-11-00-00"}' >conn.log
mkdir v
grep -v '^#' conn.log >v/no_header.log
sed '/^#/!s/^/\t/' conn.log >v/leading_tab.log
sed 's/^#/\t#/' conn.log >v/header_tab.log
awk -F'\t' -v OFS='\t' '/^#fields/ {$4 = "novel\t" $4} !/^#/ {$3 = "x y\t" $3} {print}' conn.log >v/novel_field.log
awk 'NR == 100 {$0 = substr($0, 1, 40)} {print}' conn.log >v/line_cut.log
head -c 30000 conn.log >v/file_cut.log
cat conn.log conn.log >v/twice.log
gzip -k conn.log && mv conn.log.gz v/gz.conn.gz
zstd -qk conn.log -o v/zstd.conn.zst
gzip -c conn.log | head -c 8000 >v/gz_cut.conn.gz
declare -A wanted=(
    [no_header.log]='500 0 0 0 500' [leading_tab.log]='500 0 7 0 507' [header_tab.log]='500 0 7 0 507'
    [novel_field.log]='500 0 7 0 507' [line_cut.log]='499 0 7 1 507' [twice.log]='1000 0 14 0 1014'
    [gz.conn.gz]='500 0 7 0 507' [zstd.conn.zst]='500 0 7 0 507')
for name in "${!wanted[@]}"; do
    got=$(account v/"$name")
    [[ $got == "${wanted[$name]}" ]] || fail "$name: '$got', not '${wanted[$name]}'"
done
lines=$(wc -l <v/file_cut.log)
got=$(account v/file_cut.log)
[[ $got == "$((lines - 6)) 0 6 1 $((lines + 1))" ]] || fail "file_cut.log: $got"
grep -q 'the file ends inside it' out || fail 'file_cut.log: not said'
[[ $(account v/gz_cut.conn.gz) != *'do not add up'* ]] || fail 'gz_cut.conn.gz'
printf '1709632800.1\tCabc45678901234567\t10.0.0.5\t1\t203.0.113.9\t53\tudp\t7\twww.example.com\n' >v/dns_bare.log
status=0
"$muster" read --store none v/dns_bare.log >out 2>err || status=$?
[[ $status == 1 ]] && grep -q 'no header names them: put the lines that begin with #' err || fail 'dns_bare.log'

# Compression changes nothing; the logs of an hour are one source however they are named.
n=0
for f in conn.log v/gz.conn.gz v/zstd.conn.zst; do
    n=$((n + 1))
    "$muster" read -q --json --store none --set judge.prior=0.5 "$f" | sed "s#$f#LOG#g" >rows.$n
done
[[ -s rows.1 ]] && cmp rows.1 rows.2 && cmp rows.1 rows.3 || fail 'compression'
mkdir day
sed 's/^#path.*/#path\tweird/' conn.log >day/weird.09:00:00-10:00:00.log
cp conn.log day/conn.09:00:00-10:00:00.log
for words in day 'day/weird.09:00:00-10:00:00.log day/conn.09:00:00-10:00:00.log'; do
    read -r -a paths <<<"$words"
    got=$(account "${paths[@]}")
    [[ $got == '500 500 14 0 1014' ]] && grep -q 'watched   1 source' out || fail "$words: $got"
done

# ---- at hand
if [[ ! -d $captures ]]; then
    echo 'variants of one log; sets at hand: none'
    exit 0
fi
files=0
while read -r f; do
    unpack=cat
    [[ $f == *.gz ]] && unpack=zcat
    read -r used ignored remarks damaged lines <<<"$(account "$f")"
    [[ $lines == "$($unpack "$f" | awk 'END {print NR}')" && $damaged == 0 ]] ||
        fail "$f: $used used, $ignored ignored, $remarks headers, $damaged damaged of $lines lines"
    files=$((files + 1))
done < <(find "$captures"/clean/benign-day-* "$captures"/clean/home-network-* "$captures"/formats/zeek-old \
    "$captures"/control/apt29-* "$captures"/control/remcosrat-ctu-* "$captures"/control/njrat-ctu-*.log -type f \
    -not -name '*.zip')
indicators=$(ls "$captures"/../feeds/maltrail/*.tar.zst | head -1)
for set in benign-day-0794 benign-day-c8ee home-network-with-explicit-p-d8f7; do
    home=(--home 147.32.0.0/16)
    [[ $set == benign-* ]] || home=()
    for intel in '' "$indicators"; do
        "$muster" read -q --json --store none "${home[@]}" ${intel:+--intel "$intel"} "$captures/clean/$set" >rows
        if grep -E '"grade":"(probable|confirmed)"' rows; then fail "$set names a host"; fi
    done
done
echo "variants of one log; $files files of Zeek at hand read whole; three clean days name nobody"
