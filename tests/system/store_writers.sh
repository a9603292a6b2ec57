#!/bin/sh
# Kills writers of a store at random moments, then lets them finish, and checks that every source
# counts exactly once; then two writers and a reader at once.
#     store_writers.sh [KILLS]        200 without
# (store_crash.sh does the first with whole reads.)
set -u
cd "$(dirname "$0")/../.." || exit 1
kills=${1:-200}
sources=5 hosts=7 contacts=40
mkdir -p build
work=$(mktemp -d build/store-writers-XXXXXX) || exit 1 # below the checkout: DuckDB is looked for there
trap 'rm -rf "$work"' EXIT
writer=build/${CC:-gcc}/tool_store_writer
make -s "$writer" || exit 1
store=$work/store
fail() {
    echo "store_writers: $*" >&2
    exit 1
}
expect() { # what the store must say: sources sightings contacts merged doubled
    got=$("$writer" "$store" ask) || fail "$1: the store does not open"
    [ "$got" = "$2" ] || fail "$1: '$got', not '$2'"
}
# Whole sources only, at any moment: rows are multiples of a source's.
whole() {
    set -- $("$writer" "$store" ask) || return 1
    [ $# = 5 ] && [ "$2" = $(($1 * hosts)) ] && [ "$3" = $(($1 * contacts)) ] && [ "$5" = 0 ]
}

n=0 hit=0
while [ $hit -lt "$kills" ] && [ $n -lt $((kills * 10)) ]; do
    source=$((n % sources + 1)) procedure=$((n / sources % 3 + 1))
    "$writer" "$store" $source $procedure $hosts $contacts again >/dev/null 2>&1 &
    pid=$!
    # 0 to 99 ms: from before the library is loaded to after the coverage stands
    sleep "0.$(printf %03d $(( ($(od -An -N2 -tu2 /dev/urandom) ) % 100)))"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    [ $? = 137 ] && hit=$((hit + 1))
    n=$((n + 1))
    [ $((n % 20)) = 0 ] && { whole || fail "after $n kills the store is not whole"; }
done
started=$n
[ $hit -ge "$kills" ] || fail "only $hit of $n writers were killed in time"
n=1
while [ $n -le $sources ]; do
    "$writer" "$store" $n 1 $hosts $contacts >/dev/null || fail "cannot write after the kills"
    n=$((n + 1))
done
expect "after the kills" "$sources $((sources * hosts)) $((sources * contacts)) $hosts 0"

rounds=20
for who in 1 2; do
    (
        i=0
        while [ $i -lt $rounds ]; do
            # the same source, and one of its own
            "$writer" "$store" 1 $((who + 1)) $hosts $contacts again >/dev/null || exit 1
            "$writer" "$store" $((10 * who + i)) 1 $hosts $contacts >/dev/null || exit 1
            i=$((i + 1))
        done
    ) &
    eval "pid$who=\$!"
done
reads=0 seen=0
while kill -0 "$pid1" 2>/dev/null || kill -0 "$pid2" 2>/dev/null; do
    whole || fail "a reader saw a store that is not whole (read $reads)"
    now=$("$writer" "$store" ask | cut -d' ' -f1)
    [ "$now" -ge "$seen" ] || fail "sources went from $seen to $now"
    seen=$now reads=$((reads + 1))
done
wait "$pid1" || fail "the first writer failed"
wait "$pid2" || fail "the second writer failed"
total=$("$writer" "$store" ask | cut -d' ' -f1)
# 10..29 and 20..39 are 30 sources, beside the first five
[ "$total" = $((sources + 30)) ] || fail "$total sources, not $((sources + 30))"
whole || fail "not whole at the end"
echo "store_writers: $hit kills of $started writers, $rounds rounds of two writers, $reads reads: right"
