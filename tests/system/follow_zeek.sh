#!/bin/bash
# Zeek's archive as it is kept: a folder a day, files of an hour, packed an hour later. Followed, it
# gives what a read of each day's logs gives, also what needs several logs (a certificate's digest is
# in x509.log, who was called in ssl.log), over the ends of hours and of days.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache

# KIND END-OF-RECORD LINE, in the order in which Zeek would write them
awk 'BEGIN {
    start = 1709596800 # 2024-03-05 00:00:00 UTC
    for (s = 40; s < 3 * 86400; s += 170) {
        i++; t = start + s
        ends = sprintf("10.0.0.%d\t%d\t203.0.113.%d\t443", i % 9 + 1, 20000 + i % 40000, i % 9 + 1)
        printf "x509 %.1f %.1f\tF%d\t%040x\tCN=a%d\tCN=a%d\n", t + .2, t + .2, i, 4096 + i % 9, i % 9, i % 9
        printf "ssl %.1f %.1f\tC%d\t%s\tTLSv12\t-\tT\tF%d\n", t + .3, t + .1, i, ends, i
        printf "conn %.1f %.1f\tC%d\t%s\ttcp\tssl\t30.5\t900\t1500\tSF\tShADadFf\t9\t1300\t8\t1900\n", t + 30.5, t, i, ends
        if (i % 5 == 0)
            printf "weird %.1f %.1f\tC%d\tsomething\n", t, t, i
    }
}' | sort -s -k2,2n >lines
ends='id.orig_h\tid.orig_p\tid.resp_h\tid.resp_p'
declare -A fields=(
    [x509]='ts\tid\tfingerprint\tcertificate.subject\tcertificate.issuer'
    [ssl]="ts\tuid\t$ends\tversion\tserver_name\testablished\tcert_chain_fuids"
    [conn]="ts\tuid\t$ends\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes"
    [weird]='ts\tuid\tname')
header() { # KIND OPENED
    printf '#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t%s\n#open\t%s\n#fields\t%b\n' \
        "$1" "$2" "${fields[$1]}"
}
printf '# Listingdate,SHA1,Listingreason\n2024-01-01 00:00:00,%040x,Bot C&C\n2024-01-01 00:00:00,%040x,Bot C&C\n' \
    4099 4101 >listed
for day in 0 1 2; do
    mkdir -p day$day archive/2024-03-0$((5 + day))
    for kind in x509 ssl conn weird; do
        (header $kind "$day"
            awk -v k=$kind -v d=$day '$1 == k && int(($2 - 1709596800) / 86400) == d' lines | cut -d' ' -f3-) >day$day/$kind.log
        for hour in {0..23}; do
            name=$(printf '%s.%02d:00:00-%02d:00:00.log' $kind "$hour" $(((hour + 1) % 24)))
            (header $kind "$day-$hour"
                awk -v k=$kind -v h=$((day * 24 + hour)) '$1 == k && int(($2 - 1709596800) / 3600) == h' lines | cut -d' ' -f3-
                printf '#close\t%s\n' "$day-$hour") >archive/2024-03-0$((5 + day))/"$name"
        done
    done
done
"$muster" read -q --store good --intel listed day0 day1 day2 >/dev/null

rows() {
    "$muster" report --store "$1" --format csv 2>/dev/null | grep -v '^coverage,'
    for host in 10.0.0.4 10.0.0.6 10.0.0.8; do
        "$muster" trace --store "$1" --near --reason test --json $host 2>/dev/null |
            sed -E 's/"(source|where)":"[^"]*"/"\1":""/g'
    done
}
follow() { "$muster" read --store store --intel listed --follow --for 1s "$@" live >>out 2>>err; }

# The archive comes into being: some hours, then more, the older ones packed meanwhile.
mkdir live
old=$(date -d '1 hour ago' +%Y%m%d%H%M)
steps=0
put() { # FROM TO, hours since the start
    local h
    for ((h = $1; h < $2; h++)); do
        mkdir -p live/2024-03-0$((5 + h / 24))
        cp archive/2024-03-0$((5 + h / 24))/*."$(printf %02d $((h % 24)))":00:00-* live/2024-03-0$((5 + h / 24))/
    done
    find live -name '*.log' -exec touch -t "$old" {} +
    steps=$((steps + 1))
    follow
}
put 0 15
gzip live/*/*
put 15 25
gzip live/*/*.log
put 25 70
gzip live/2024-03-06/*.log
put 70 72
follow --finish
rows good >expected
rows store >found
diff expected found || { tail -5 err; exit 1; }
grep -q 'sha1\|certificate' found || { echo "no certificate was recognised"; exit 1; }
# each line that is no header once
lines=$(zcat -f live/*/* | grep -vc '^#')
told=$(sed -nE 's/.* records? of ([0-9]+) lines? \(([0-9]+) headers?\).*/\1 \2/p' out | awk '{n += $1 - $2} END {print n}')
[[ $lines == "$told" ]] || { echo "$lines lines, $told told"; exit 1; }
echo "$lines lines of $(ls live/*/* | wc -l) files in $steps steps: the rows of a read of each day"
