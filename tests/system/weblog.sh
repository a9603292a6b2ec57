#!/bin/bash
# Access logs: the server's own address must be told; then every request arrives as an HTTP record,
# compressed or not, whatever the form, and nobody is named.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache

for i in {1..400}; do
    printf '198.51.%d.%d - - [05/Mar/2024:%02d:00:%02d +0100] "GET /page/%d?q=1 HTTP/1.1" 200 %d "-" "Mozilla/5.0 (X11; Linux x86_64)"\n' \
        $((i % 5)) $((i % 200 + 1)) $((i / 20)) $((i % 60)) "$i" $((i * 10))
done >access.log
printf '203.0.113.9 - - [05/Mar/2024:23:30:00 +0100] "\\x16\\x03\\x01" 400 0 "-" "-"\n' >>access.log
while read -r client _ _ time zone method target _; do
    time=${time#[} zone=${zone%]}
    printf '{"time_local":"%s %s","remote_addr":"%s","method":"%s","uri":"%s","status":200,"body_bytes_sent":1}\n' \
        "$time" "$zone" "$client" "${method#\"}" "$target"
done < <(head -400 access.log) >access.json
gzip -k access.log

"$muster" read --store none access.log >out 2>err && exit 1 || [[ $? == 1 ]]
grep -q 'give --server ADDRESS' err
"$muster" read --store none --server 127.0.0.1 access.log 2>err && exit 1 || [[ $? == 2 ]]
for log in access.log access.log.gz access.json; do
    "$muster" read --store none --server 192.0.2.10 --server 2001:db8::10 $log >out
    grep -q 'No host was seen under control' out
    grep -q ' 400 HTTP' out || { cat out; exit 1; }
    grep -q 'weblog has no names, TLS handshakes, certificates, content, identities' out
    if grep -q 'no home end' out; then exit 1; fi
done
"$muster" read --store none --server 192.0.2.10 access.log | grep -qE ' 1  lines or records of kinds that say nothing'
echo "400 requests as text, gzip and JSON"
