#!/bin/bash
# A scanned website joins the store: counted once, with the evidence of whoever was seen using it; kept
# apart from what watched traffic; and the next scan looks only at what is new or changed.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache
fail() { echo "FAILED: $*"; exit 1; }
command -v python3 >/dev/null || { echo 'skipped: no python3'; exit 77; }
e=ev; a=al; p='$_PO'; s=ST
mkdir -p www/uploads www/lib
printf '<?php @%s%s(%s%s["a"]);' $e $a "$p" $s >www/uploads/a.php
printf '<?php echo htmlspecialchars($_GET["q"]);' >www/lib/good.php
printf 'body { color: black }' >www/style.css
# the same program in use the day before: only ever posted to, without referer, from one address
yesterday=$(date -u -d yesterday '+%d/%b/%Y')
for i in {0..40}; do
    printf 'www.example.org 198.51.100.9 - - [%s:10:%02d:%02d +0000] "POST /uploads/a.php HTTP/1.1" 200 %d "-" "Mozilla/5.0 (X11; Linux x86_64)"\n' \
        "$yesterday" $((i / 2)) $((i % 2 * 20)) $((100 + i * 37))
done >access.log

"$muster" scan --clamd none --site www.example.org --at 192.0.2.10 --store store www >out || fail "scan: $(cat out)"
grep -q '^kept      in store as www.example.org' out || fail "kept: $(cat out)"
"$muster" scan --clamd none --site www.example.org --at 192.0.2.10 --store store www >out
grep -q 'known already' out || fail "the same scan counted again: $(cat out)"
"$muster" report --store store --format json >report || fail 'report'
number() { python3 -c 'import json, sys; print(json.load(open("report"))[sys.argv[1]][sys.argv[2]])' "$@"; }
[[ $(number numbers sites) == 1 && $(number numbers implanters) == 0 ]] || fail "sites: $(number numbers sites)"
[[ $(number numbers days_watched) == 0 ]] || fail 'a scan counts as a day of watching'
"$muster" trace --store store 192.0.2.10 >out
grep -q 'site www.example.org/uploads/a.php' out || fail "trace: $(cat out)"
grep -q 'the file uploads/a.php (25 bytes' out || fail "evidence: $(cat out)"

# with the traffic: one site, one sighting, both kinds of evidence, no longer only suspected
"$muster" read --server 192.0.2.10 --store wire access.log >out || fail "read: $(cat out)"
grep -qE 'suspected|probable' out || fail "the log alone says nothing: $(cat out)"
grep -q 'confirmed' out && fail 'a log alone confirms'
"$muster" read -q --server 192.0.2.10 --store store access.log >/dev/null
"$muster" report --store store --format json >report || fail 'report of both'
[[ $(number numbers sites) == 1 && $(number numbers implanters) == 1 ]] || fail "both: $(number numbers sites) $(number numbers implanters)"
"$muster" trace --store store 198.51.100.9 >out
grep -q 'confirmed' out && grep -q 'webshell/' out && grep -q 'scan/' out || fail "joined: $(cat out)"
# the server itself calls a listed controller: one site, two kinds
day=$(date -u -d yesterday '+%Y-%m-%d')
printf '203.0.113.5:4444\n' >listed.txt
for h in 11 12 13; do
    printf '{"timestamp":"%sT%s:00:02.000000+0000","flow_id":%s,"event_type":"flow","src_ip":"192.0.2.10","src_port":500%s,"dest_ip":"203.0.113.5","dest_port":4444,"proto":"TCP","flow":{"pkts_toserver":9,"pkts_toclient":9,"bytes_toserver":900,"bytes_toclient":900,"start":"%sT%s:00:00.000000+0000","end":"%sT%s:00:02.000000+0000","state":"closed"},"tcp":{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1b"}}\n' $day $h $h $h $day $h $day $h
done >eve.json
"$muster" read -q --home 192.0.2.0/24 --intel listed.txt --store store eve.json >/dev/null 2>&1
"$muster" report --store store --format json >report 2>/dev/null || fail 'report of three'
python3 -c '
import json
t = json.load(open("report"))["tables"]["site"]
row = t["rows"][0] if "rows" in t else t[0]
row = row if isinstance(row, dict) else dict(zip(t["columns"], row))
assert int(row["controllers"]) == 1 and int(row["implanters"]) == 1, row
' || fail "link: $(grep -o '"site":.\{300\}' report)"
echo '-- a file and its use are one sighting with both; the server that calls out is told beside its site'

# what was clean is not looked at again, unless it, its times or the rules changed
"$muster" scan --clamd none --remember seen www >out
"$muster" scan --clamd none --remember seen www >out
grep -q '^1 file .* 2 clean before and the same since' out || fail "remember: $(cat out)"
touch www/style.css
"$muster" scan --clamd none --remember seen www >out
grep -q ' 2 clean before and the same since' out || fail "touched: $(cat out)"
printf '<?php @%s%s(%s%s["b"]);' $e $a "$p" $s >www/lib/good.php
touch -d 2001-01-01 www/lib/good.php
"$muster" scan --clamd none --remember seen www >out
grep -q '^confirmed .*lib/good.php' out && grep -q ' 1 clean before' out || fail "changed and set back: $(cat out)"
printf 'rule Css { strings: $a = "color" condition: $a }\n' >css.yar
"$muster" scan --clamd none --remember seen --marks css.yar www >out
grep -q 'a rule (Css)' out || fail "other rules, same memory: $(cat out)"
[[ $(stat -c %a seen) == 600 ]] || fail 'mode'
printf 'x' >>seen
"$muster" scan --clamd none --remember seen www >out 2>err && fail 'damaged memory' || grep -q 'damaged: delete it' err || fail "damaged: $(cat err)"
"$muster" scan --clamd none --site www.example.org www 2>err && fail 'no address' || grep -q -- '--at ADDRESS' err || fail 'usage'
echo '-- clean files are looked at once'
