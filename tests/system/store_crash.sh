#!/bin/bash
# kill -9 at random moments of a read: the store opens afterwards, and is right once the read is
# repeated. KILLS (default 40) reads are killed; the report must then be that of an undisturbed store.
set -euo pipefail
muster=${MUSTER:-./muster}
kills=${KILLS:-40}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache
"$muster" simulate -o . --seed 7 >/dev/null
read_it() { "$muster" read -q --store "$1" --intel indicators --workers 1 capture.pcap; }
read_it good >/dev/null
"$muster" report --store good --format csv >good.csv
RANDOM=11
opened=0
for ((i = 0; i < kills; i++)); do
    ((i % 8 == 0)) && rm -rf store
    read_it store >/dev/null 2>&1 &
    pid=$!
    sleep "0.$(printf '%03d' $((RANDOM % 400)))"
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    # Whatever the moment: the store opens, or is empty, never anything else.
    "$muster" report --store store --format csv >after.csv 2>after.err || true
    if cmp -s good.csv after.csv; then
        opened=$((opened + 1))
    elif [[ -s after.csv ]]; then
        echo "after kill $i the report is neither whole nor empty"
        diff good.csv after.csv | head -5
        exit 1
    fi
    if ((i % 8 == 7)); then
        read_it store >/dev/null
        "$muster" report --store store --format csv >again.csv
        cmp good.csv again.csv
    fi
done
read_it store >/dev/null
"$muster" report --store store --format csv >again.csv
cmp good.csv again.csv
echo "$kills reads killed, $opened left a whole store, all right after the read was repeated"
