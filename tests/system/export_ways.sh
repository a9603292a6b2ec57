#!/bin/bash
# The ways in which flow export comes: as a file of datagrams, through loopback to `muster collect`, as
# a capture, stored by nfcapd (skipped without it), exported by softflowd (skipped without it). All tell
# the same conversations; 300,000 records a second come without loss; a capture with anything else in
# it is traffic.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
cc=${CC:-gcc}
lib=build/$cc/libmuster.a
[[ -f $lib ]] || make -s "$lib"
libs="$lib $(pkg-config --libs libxxhash libzstd zlib simdjson) -lstdc++ -lpthread -lm"
for tool in export_make export_send export_wrap; do
    # shellcheck disable=SC2086
    $cc -std=gnu17 -D_GNU_SOURCE -O1 -Isrc -o "$work/$tool" tests/tools/$tool.c $libs
done
port=$((20000 + RANDOM % 20000))
read_() { "$muster" read --store none --home 10.0.0.0/8 "$@" 2>&1; }
# "records conversations answered"
counts() { sed -nE 's/^watched .*, ([0-9]+) records of .*/\1/p; s/.* ([0-9]+) conversations \(([0-9]+) answered.*/\1 \2/p' "$1" | xargs; }
same() { # WHAT FILE FILE
    [[ -n $(counts "$2") && $(counts "$2") == "$(counts "$3")" ]] || {
        echo "$1: '$(counts "$2")' and '$(counts "$3")'"
        exit 1
    }
}

# a file, a capture, loopback
for version in v5 v9 ipfix; do
    "$work/export_make" $version 20000 >"$work/$version"
    read_ "$work/$version" >"$work/file.$version"
    "$work/export_wrap" "$work/$version.pcap" "$work/$version"
    read_ "$work/$version.pcap" >"$work/capture.$version"
    same "$version as a capture" "$work/file.$version" "$work/capture.$version"
done
same 'v5 and v9' "$work/file.v5" "$work/capture.v5"
read_ --as export - <"$work/v9.pcap" >"$work/pipe"
same 'a capture through a pipe' "$work/file.v9" "$work/pipe"

# anything else in the capture makes it traffic: no host can tell the flows of another
head -c 100 /dev/zero >"$work/junk"
"$work/export_wrap" "$work/mixed.pcap" "$work/v9" "$work/junk"
read_ "$work/mixed.pcap" >"$work/mixed"
grep -q '^watched .* packets' "$work/mixed"
read_ --as export "$work/mixed.pcap" >"$work/said"
grep -q 'not a datagram' "$work/said"

# 300,000 records a second
"$work/export_make" v5 600000 >"$work/many"
"$muster" collect -q --store none --home 10.0.0.0/8 --listen 127.0.0.1:$port >"$work/none" 2>&1 &
pid=$!
sleep 0.5
kill -INT $pid
wait $pid # ends well
"$muster" collect --store none --home 10.0.0.0/8 --listen 127.0.0.1:$port --listen "[::1]:$port" \
    >"$work/collected" 2>&1 &
pid=$!
sleep 1
"$work/export_send" "$work/many" 127.0.0.1 $port 300000 >"$work/sent"
sleep 0.5
kill -TERM $pid
wait $pid
grep -q ', 600000 records of 600000 ' "$work/collected" || {
    cat "$work/sent" "$work/collected"
    exit 1
}

if command -v nfcapd >/dev/null && command -v nfdump >/dev/null; then
    mkdir "$work/nfcapd"
    nfcapd -w "$work/nfcapd" -l "$work/nfcapd" -p $((port + 1)) -b 127.0.0.1 -t 3600 >/dev/null 2>&1 &
    pid=$!
    sleep 0.7
    "$work/export_send" "$work/v5" 127.0.0.1 $((port + 1)) 100000 >/dev/null
    sleep 0.7
    kill -TERM $pid
    wait $pid || true
    read_ "$work"/nfcapd/nfcapd.2* >"$work/stored"
    same 'stored by nfcapd' "$work/file.v5" "$work/stored"
else
    echo "skipped: there is no nfdump"
fi

if command -v softflowd >/dev/null; then
    "$muster" simulate -q --seed 1 -o "$work/made" >/dev/null
    finding='s/.*"host":"\([^"]*\)".*"controller":"\([^"]*\)".*"port":\([0-9]*\).*"grade":"\([^"]*\)".*"flows":\([0-9]*\).*/\1 \2 \3 \4 \5/p'
    for ports in 1 3; do # three exporters tell the same conversations: they count once
        listen=()
        for ((i = 0; i < ports; i++)); do listen+=(--listen 127.0.0.1:$((port + 2 + i))); done
        "$muster" collect -q --json --store none --intel "$work/made/indicators" "${listen[@]}" \
            >"$work/soft.$ports" 2>"$work/soft.err" &
        pid=$!
        sleep 1.2
        for ((i = 0; i < ports; i++)); do
            versions=(9 5 10)
            timeout 10 softflowd -r "$work/made/capture.pcap" -a -v "${versions[i]}" -c none -d \
                -n 127.0.0.1:$((port + 2 + i)) -p "$work/softflowd.pid" >/dev/null 2>&1
        done
        sleep 0.3
        kill -TERM $pid
        wait $pid
        sed -n "$finding" "$work/soft.$ports" >"$work/found.$ports"
    done
    "$muster" read -q --json --store none --intel "$work/made/indicators" "$work/made/capture.pcap" |
        grep '"controller":"46.164.9.128"' | sed -n "$finding" >"$work/found.capture"
    [[ -s $work/found.1 ]] && cmp "$work/found.1" "$work/found.3" && cmp "$work/found.1" "$work/found.capture"
else
    echo "skipped: there is no softflowd"
fi
