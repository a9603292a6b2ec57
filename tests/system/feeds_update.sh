#!/bin/sh
# `muster feeds add URL` and `muster feeds update` against a server on loopback that cuts, stalls,
# exaggerates, errs and points in circles: what is here stays until something better came whole.
set -u
cd "$(dirname "$0")/../.." || exit 1
muster=${MUSTER:-./muster}
work=$(mktemp -d) || exit 1
mkdir "$work/www"
# The server ends when this end of the pipe closes.
mkfifo "$work/hold"
trap 'exec 3>&-; rm -rf "$work"' EXIT
${CC:-gcc} -std=gnu17 -D_GNU_SOURCE -O1 -Wall -o "$work/server" tests/tools/feed_server.c || exit 1
"$work/server" "$work/www" <"$work/hold" >"$work/port" &
exec 3>"$work/hold"
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$work/port" ] || sleep 0.2; done
base=http://127.0.0.1:$(cat "$work/port")
store=$work/store
export no_proxy=127.0.0.1

fail() {
    echo "feeds_update: $*" >&2
    cat "$work/out" >&2
    exit 1
}
run() { # STATUS WORDS...: what muster feeds says must hold each line of stdin
    want=$1
    shift
    "$muster" feeds "$@" --store "$store" --cache "$work/cache" \
        --set feeds.stall_seconds=2 --set feeds.megabytes_max=1 >"$work/out" 2>&1
    got=$?
    [ "$got" = "$want" ] || fail "feeds $*: status $got, not $want"
    while read -r line; do
        tr -s ' ' <"$work/out" | grep -qF -- "$line" || fail "feeds $*: does not say '$line'"
    done
}
list() { # N: a list of N addresses
    seq 1 "$1" | sed 's/^/198.51.100./' >"$work/www/list.txt"
}
kept() { # nothing of the set has changed since `list 100`
    [ "$(wc -l <"$file")" = 100 ] || fail "the file was touched"
    "$muster" feeds list --json --store "$store" --cache "$work/cache" | grep -q '"indicators":100,' ||
        fail "the set is not as it was"
}

# a set that comes whole
list 100
run 0 add "$base/list.txt" <<'EOF'
100 address
fetched
EOF
file=$(ls "$store"/feeds/*/list.txt)
source=$(dirname "$file")/source
kept
grep -q '^etag = "' "$source" || fail "no etag is kept"
run 0 update <<'EOF'
list.txt 100 100 unchanged
EOF

# each thing that a server may do; the set stays
point_at() { sed -i "s|^url = .*|url = $base/$1|" "$source"; }
bad() { # PATH REASON
    point_at "$1"
    sed -i '/^etag/d; /^modified/d' "$source"
    run 3 update <<EOF
list.txt 100 100 kept
$2
EOF
    kept
}
bad cut/list.txt 'Transferred a partial file'
bad slow/list.txt 'Timeout was reached'
bad huge/list.txt 'is larger than 1 MB'
bad announce/list.txt 'is larger than 1 MB'
bad error/list.txt 'answered with status 500'
bad empty/list.txt 'answered with nothing'
bad loop/list.txt 'Number of redirects hit maximum amount'
bad file/list.txt 'Unsupported protocol'
bad missing.txt 'answered with status 404'
bad ../list.txt@x 'answered with status 404'
printf '<!DOCTYPE html><html><body>Log in</body></html>\n' >"$work/www/page"
bad page 'what came lists no indicator'
printf 'Domain,Malware,Date added,Source\n' >"$work/www/other"
seq 1 100 | sed 's/.*/n&.example.org,x,2020-01-01,y/' >>"$work/www/other"
bad other 'of another format (blackbook, not plain)'
list 100
gzip -c "$work/www/list.txt" | head -c 150 >"$work/www/half.gz"
bad half.gz 'what came is damaged'
bad list.txt:99999999/ 'status 404'
point_at list.txt
sed -i 's|127.0.0.1:[0-9]*|127.0.0.1:1|' "$source"
run 3 update <<'EOF'
kept
connect
EOF
kept

# half of it is gone: only by force; then it grows; a redirection is followed
point_at list.txt
list 40
run 3 update <<'EOF'
list.txt 100 100 kept
what came lists 40, under half of the 100 that are here; --force takes it
EOF
kept
run 0 update --force <<'EOF'
list.txt 100 40 changed
EOF
[ "$(wc -l <"$file")" = 40 ] || fail "the new file is not here"
list 60
point_at away/list.txt
run 0 update <<'EOF'
list.txt 40 60 changed
EOF
run 0 update <<'EOF'
list.txt 60 60 unchanged
EOF
run 0 list <<'EOF'
60 address
EOF

# by name, and words that name nothing
run 0 update list.txt <<'EOF'
unchanged
EOF
run 2 update nothing <<'EOF'
no set of that name or URL
EOF
run 3 add "$base/missing.txt" <<'EOF'
answered with status 404
EOF
[ "$(ls "$store/feeds" | wc -l)" = 1 ] || fail "a set that never came has left something"
find "$store/feeds" -name '*.tmp*' -o -name '.*' -type f | grep -q . && fail "temporary files are left"
exit 0
