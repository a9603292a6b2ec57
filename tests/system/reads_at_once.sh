#!/bin/bash
# Two `muster read` at once, each of its own captures, into one store, and `muster report` again and
# again meanwhile. Every report must be, byte for byte, that of a store into which some first
# captures of the one and some first captures of the other were read, one after the other: whole
# sources only. At the end it must be that of all.
#
# Each reader's last capture comes through a pipe, which is fed only when a report between sources
# was seen: so the test cannot pass by luck of time.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache

fail() {
    touch go # lets the readers end
    echo "reads_at_once: $*" >&2
    exit 1
}
read_into() { # STORE CAPTURE...
    local store=$1
    shift
    "$muster" read -q --workers 1 --store "$store" --intel lists "$@" >/dev/null
}
report_of() { # STORE
    "$muster" report --store "$1" --format json
}

mkdir lists expected
seed=0
for name in first a1 a2 b1 b2; do
    "$muster" simulate -o made --seed $((++seed)) >/dev/null
    mv made/capture.pcap "$name.pcap"
    mv made/indicators "lists/$name"
    rm -r made
done

# What a report may be: expected/A-B, A captures of the one reader and B of the other.
read_into one first.pcap
for a in 0 1 2; do
    [[ $a != 1 ]] || read_into one a1.pcap
    [[ $a != 2 ]] || read_into one - <a2.pcap
    rm -rf two
    cp -r one two
    report_of two >"expected/$a-0"
    read_into two b1.pcap
    report_of two >"expected/$a-1"
    read_into two - <b2.pcap
    report_of two >"expected/$a-2"
done
[[ $(sha256sum expected/* | cut -d' ' -f1 | sort -u | wc -l) == 9 ]] ||
    fail 'two of the expected reports are the same: the test would see nothing'

read_into store first.pcap
fed() { # CAPTURE: waits to be told
    until [[ -f go ]]; do sleep 0.1; done
    cat "$1"
}
fed a2.pcap | read_into store a1.pcap - &
one=$!
fed b2.pcap | read_into store b1.pcap - &
two=$!
reports=0 between=0
while kill -0 $one 2>/dev/null || kill -0 $two 2>/dev/null; do
    report_of store >got || fail "report $reports failed"
    state=
    for file in expected/*; do
        cmp -s "$file" got && state=${file#expected/}
    done
    [[ -n $state ]] || fail "report $reports is of no whole number of sources: $(diff expected/1-1 got | cut -c1-300)"
    reports=$((reports + 1))
    case $state in
    0-0 | 2-2) ;;
    1-1) between=$((between + 1)) && touch go ;;
    *) between=$((between + 1)) ;;
    esac
    [[ $reports -lt 600 ]] || fail 'the readers do not end'
done
wait $one || fail 'the first reader failed'
wait $two || fail 'the second reader failed'
report_of store >got
cmp -s expected/2-2 got ||
    fail "the end is not that of reading one after the other: $(diff expected/2-2 got | cut -c1-300)"
[[ $between -gt 0 ]] || fail 'no report fell between two sources'
echo "$reports reports, $between of them between sources: whole sources only"
