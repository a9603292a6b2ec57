#!/bin/bash
# muster scan over a made tree: look-alikes of backdoors (put together here, so that this file is none),
# honest programs, an archive, and what must not hurt: a file of 4 GB, a pipe, a link out, a folder
# without rights, an archive that unpacks without end, a file that grows while it is read.
set -euo pipefail
cd "$(dirname "$0")/../.."
muster=$PWD/muster
work=$(mktemp -d)
trap 'chmod -R u+rwx "$work" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir -p "$work"/www/{uploads,lib,no}
e=ev; a=al; p='$_PO'; s=ST
printf '<?php @%s%s(%s%s["a"]);' $e $a "$p" $s >"$work/www/uploads/a.php"
printf 'GIF89a<?php %s%s(%s%s[1]);' $e $a "$p" $s >"$work/www/uploads/a.gif"
printf '<?php function show($x) { return htmlspecialchars($x); } echo show($_GET["q"]);' >"$work/www/lib/good.php"
printf '<?php $list = array_map("trim", explode(",", $_GET["q"])); usort($list, "strcmp");' >"$work/www/lib/list.php"
truncate -s 4G "$work/www/lib/large.php"
mkfifo "$work/www/lib/pipe.php"
ln -s /etc "$work/www/lib/out"
ln -s "$work/www/lib" "$work/www/lib/loop"
(cd "$work/www/uploads" && python3 -c '
import zipfile
with zipfile.ZipFile("up.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.write("a.php", "theme/x.php")
with zipfile.ZipFile("endless.zip", "w", zipfile.ZIP_DEFLATED) as z:
    for i in range(1200):
        z.writestr("%d.txt" % i, b"0" * (1 << 20))
') || { echo 'skipped: no python3'; exit 77; }
fail() { echo "FAILED: $*"; exit 1; }

"$muster" scan --clamd none "$work/www" >"$work/out" || fail "exit $?"
grep -q '^confirmed .*uploads/a.php$' "$work/out" || fail "a.php: $(cat "$work/out")"
grep -q '^confirmed .*uploads/a.gif$' "$work/out" || fail 'a.gif'
grep -q '^confirmed .*up.zip, in it theme/x.php$' "$work/out" || fail 'up.zip'
[[ $(grep -cE '^(confirmed|probable|suspected)' "$work/out") == 3 ]] || fail "more: $(cat "$work/out")"
grep -q '2 symbolic links' "$work/out" || fail 'links'
grep -q '1 special file' "$work/out" || fail 'pipe'
grep -q '1 looked at up to 16 MB only' "$work/out" || fail 'large'
grep -q '1 archive not read whole' "$work/out" || fail 'endless'
echo '-- three found, the rest left alone; links, pipe, 4 GB and an endless archive counted'

python3 -c '
import gzip, sys, zipfile
bomb = gzip.compress(b"0" * (20 << 20))
with zipfile.ZipFile(sys.argv[1], "w") as z:
    for i in range(40):
        z.writestr("%d.gz" % i, bomb)
' "$work/nested.zip"
"$muster" scan --clamd none "$work/nested.zip" >"$work/out" || fail "exit $?"
grep -q '53 in archives' "$work/out" || fail "12 whole and the cut 13th of 40: $(cat "$work/out")"
grep -q '28 archives not read whole' "$work/out" || fail "nested: $(cat "$work/out")"
echo '-- 256 MB are unpacked of one file, however many archives lie in it'

"$muster" scan --json -q --clamd none "$work/www/uploads/a.php" | python3 -c '
import json, sys
o = json.loads(sys.stdin.read())
assert o["grade"] == "confirmed" and o["evidence"][0]["trait"] == "code_request" and o["evidence"][0]["line"] == 1, o
' || fail 'json'
# what is known to be good is not looked at
"$muster" scan --clamd none --baseline "$work/www/uploads" "$work/www/uploads" >"$work/out"
grep -q 'no backdoor found; 4 known to be good' "$work/out" || fail "baseline: $(cat "$work/out")"
# a user's rules; one that does not compile is told with its line and left out
mkdir "$work/rules"
printf 'rule Show { strings: $a = "htmlspecialchars" condition: $a }\n' >"$work/rules/good.yar"
printf 'rule Bad {\n condition: nothing }\n' >"$work/rules/bad.yar"
"$muster" scan --clamd none --marks "$work/rules" "$work/www/lib/good.php" >"$work/out" 2>"$work/err"
grep -q 'a rule (Show)' "$work/out" || fail "rule: $(cat "$work/out" "$work/err")"
grep -q 'bad.yar:2: ' "$work/err" || fail "bad rule: $(cat "$work/err")"
# a file that grows while it is read
(for _ in $(seq 300); do head -c 100000 /dev/zero; sleep 0.002; done >"$work/www/lib/grows.php") &
"$muster" scan -q --clamd none "$work/www/lib" >/dev/null || fail 'growing file'
wait
status=0
"$muster" scan -q --clamd none "$work/nothing" 2>"$work/err" || status=$?
[[ $status == 1 ]] && grep -q 'nothing: No such file' "$work/err" || fail "missing path: $status"
if [[ $(id -u) == 0 ]] && command -v setpriv >/dev/null; then
    chmod 000 "$work/www/no"
    chmod 755 "$work" "$work/www"
    setpriv --reuid=65534 --clear-groups "$muster" scan --clamd none "$work/www" >"$work/out" || fail 'no rights'
    grep -q '1 not readable' "$work/out" && grep -q 'www/no: Permission denied' "$work/out" || fail "unreadable: $(cat "$work/out")"
fi
# clamd over its socket, with a database of one made-up signature
if command -v clamd >/dev/null; then
    mkdir "$work/db"
    printf 'Made.Up-1:0:*:%s\n' "$(printf 'a text that only this test has' | xxd -p | tr -d '\n')" >"$work/db/made.ndb"
    printf 'LocalSocket %s/clamd\nDatabaseDirectory %s/db\nForeground yes\nUser root\nLogFile %s/clamd.log\n' "$work" "$work" "$work" >"$work/clamd.conf"
    clamd -c "$work/clamd.conf" >/dev/null 2>&1 &
    clamd=$!
    for _ in $(seq 100); do [[ -S $work/clamd ]] && break; sleep 0.1; done
    echo 'here is a text that only this test has' >"$work/www/lib/note.txt"
    "$muster" scan -q --clamd "$work/clamd" "$work/www/lib/note.txt" >"$work/out" || fail 'clamd'
    kill $clamd
    grep -q 'clamd (Made.Up-1' "$work/out" || fail "clamd: $(cat "$work/out" "$work/clamd.log")"
    echo '-- what clamd finds is told'
fi
echo '-- JSON, baseline, rules, growing and unreadable files as said'
