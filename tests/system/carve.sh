#!/bin/bash
# Files that HTTP carries: a server of ours on loopback, in a network of its own, gives files in every way a
# body can come (length, chunks, until the end, compressed, two on one connection, in pieces); their digests
# must be those of the bytes that were given, and what is kept those bytes.
set -euo pipefail
cd "$(dirname "$0")/../.."
for need in dumpcap curl unshare python3; do
    command -v $need >/dev/null || { echo "skipped: no $need"; exit 77; }
done
if [[ ${1-} != inside ]]; then
    unshare -n true 2>/dev/null || { echo 'skipped: may not make a network of its own'; exit 77; }
    exec unshare -n -m -p -f --kill-child --mount-proc bash "$PWD/tests/system/carve.sh" inside
fi
muster=$PWD/muster
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
fail() { echo "FAILED: $*"; exit 1; }
ip link set lo up
ip addr add 198.51.100.7/32 dev lo
ip addr add 10.1.2.3/32 dev lo
cat >"$work/server.py" <<'P'
import gzip, random, socketserver, sys, zlib
from http.server import BaseHTTPRequestHandler
random.seed(7)
body = {n: random.randbytes(s) for n, s in dict(length=70000, chunked=41234, close=5003, gzip=9000, deflate=7000, one=100, two=333, large=5 << 20).items()}
body["marked"] = b"MZ" + random.randbytes(500) + b"a text that only this test has" + random.randbytes(100)
body["gzip"] = b"words and words " * 4000
body["deflate"] = b"other words " * 3000
if sys.argv[1] == "digests":
    import hashlib
    for n in body: print(n, hashlib.md5(body[n]).hexdigest(), hashlib.sha1(body[n]).hexdigest(), hashlib.sha256(body[n]).hexdigest(), len(body[n]))
    sys.exit()
class H(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *a): pass
    def do_GET(self):
        n = self.path.strip("/").split("?")[0].split(".")[0]
        if n not in body:
            self.send_error(404); return
        b = body[n]
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        if n == "gzip": b = gzip.compress(b); self.send_header("Content-Encoding", "gzip")
        if n == "deflate": b = zlib.compress(b); self.send_header("Content-Encoding", "deflate")
        if n == "chunked": self.send_header("Transfer-Encoding", "chunked")
        elif n == "close": self.send_header("Connection", "close")
        else: self.send_header("Content-Length", str(len(b)))
        self.end_headers()
        if n == "chunked":
            at = 0
            while at < len(b):
                k = random.randint(1, 7000)
                p = b[at:at + k]; at += k
                self.wfile.write(b"%x\r\n" % len(p) + p + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.wfile.write(b)
        if n == "close": self.close_connection = True
class M(socketserver.StreamRequestHandler):
    def handle(self):
        say = lambda t: self.wfile.write(t.encode() + b"\r\n")
        say("220 mail.example ESMTP")
        for line in self.rfile:
            word = line.strip().upper()
            if word == b"DATA":
                say("354 go on")
                for line in self.rfile:
                    if line == b".\r\n": break
                say("250 taken")
            elif word.startswith(b"QUIT"): say("221 bye"); return
            else: say("250 mail.example" if word.startswith(b"EHLO") else "250 ok")
class S(socketserver.ThreadingMixIn, socketserver.TCPServer): allow_reuse_address = True
import threading
threading.Thread(target=S(("198.51.100.7", 25), M).serve_forever, daemon=True).start()
S(("198.51.100.7", 80), H).serve_forever()
P
python3 "$work/server.py" serve 2>/dev/null &
for _ in $(seq 50); do curl -s -o /dev/null --interface 10.1.2.3 http://198.51.100.7/nothing && break; sleep 0.1; done
# a frame's room is as large as a frame may be: few of 256 kB would fill while others have the processor
dumpcap -q -B 256 -i lo -w "$work/all.pcap" -s 66000 2>/dev/null &
dumpcap=$!
sleep 1
get() { curl -sf --interface 10.1.2.3 -o /dev/null "$@"; }
for n in length chunked close gzip deflate large marked; do get --limit-rate 8M "http://198.51.100.7/$n.bin"; done
get "http://198.51.100.7/one.bin" -o /dev/null "http://198.51.100.7/two.bin"
curl -s -o /dev/null --interface 10.1.2.3 http://198.51.100.7/nothing
# one that ends too early: half of it and gone
python3 - <<'P'
import socket
s = socket.create_connection(("198.51.100.7", 80), source_address=("10.1.2.3", 0))
s.sendall(b"GET /large.bin?cut HTTP/1.1\r\nHost: x\r\n\r\n")
s.recv(20000)
s.close()
P
# mail with attachments, in its usual ways
cat >"$work/mail.py" <<'P'
import hashlib, random, smtplib, sys
from email.message import EmailMessage
random.seed(11)
parts = {"a.bin": random.randbytes(30000), "b c.bin": b"MZ" + random.randbytes(400) + b"a text that only this test has", "note.html": b"<p>x = y</p>\n" * 50}
if sys.argv[1] == "digests":
    for n in parts: print(n.replace(" ", "_"), hashlib.sha256(parts[n]).hexdigest(), len(parts[n]))
    sys.exit()
m = EmailMessage()
m["From"], m["To"], m["Subject"] = "a@a.example", "b@b.example", "files"
m.set_content("three files\n.\nand a point\n")
for n in ("a.bin", "b c.bin"): m.add_attachment(parts[n], maintype="application", subtype="octet-stream", filename=n)
m.add_attachment(parts["note.html"], maintype="application", subtype="xhtml+xml", filename="note.html")
with smtplib.SMTP("198.51.100.7", 25, source_address=("10.1.2.3", 0)) as s: s.send_message(m)
P
python3 "$work/mail.py" send
sleep 1
kill $dumpcap; wait $dumpcap || true
python3 "$work/server.py" digests | sort >"$work/given"

for workers in 1 2; do
    rm -rf "$work/kept"
    "$muster" read --workers $workers --home 10.0.0.0/8 --store none --carve "$work/kept" "$work/all.pcap" >"$work/out" || fail "read: $(cat "$work/out")"
    python3 -c '
import json, sys
for l in open(sys.argv[1]):
    o = json.loads(l)
    assert o["host"] == "10.1.2.3" and o["outside"] == "198.51.100.7" and o["port"] == (80 if o["url"] else 25), o
    if o["url"]: print(o["url"].split("/")[1].split(".")[0], o["md5"], o["sha1"], o["sha256"], o["size"])
    else: print(o["name"].replace(" ", "_"), o["sha256"], o["size"], file=sys.stderr)
' "$work/kept/manifest.jsonl" 2>"$work/mail" | sort >"$work/found"
    diff "$work/given" "$work/found" || fail "digests differ ($workers workers)"
    diff <(python3 "$work/mail.py" digests | sort) <(sort "$work/mail") || fail "attachments differ ($workers workers)"
done
[[ $(stat -c %a "$work/kept") == 700 && -z $(find "$work/kept" -type f ! -perm 600) ]] || fail 'modes'
[[ -z $(find "$work/kept" -name 'part-*') ]] || fail 'a copy that is not whole was left'
for f in "$work"/kept/*.carved; do [[ $(sha256sum <"$f" | cut -d' ' -f1) == $(basename "$f" .carved) ]] || fail "$f"; done
grep -q 'files not put together' "$work/out" || fail "the cut one is not counted: $(cat "$work/out")"
echo '-- nine files in nine ways, three attachments: digests and bytes as given, one worker and two'

# listed by digest: whoever served it is suspected, never more; nothing is written
sha=$(awk '/^length/ { print $4 }' "$work/given") md5=$(awk '/^gzip/ { print $2 }' "$work/given")
printf '#fields\tindicator\tindicator_type\tmeta.source\n%s\tIntel::FILE_HASH\tours\n%s\tIntel::FILE_HASH\tours\n' "$sha" "$md5" >"$work/files.dat"
"$muster" read --home 10.0.0.0/8 --store none --intel "$work/files.dat" --json "$work/all.pcap" >"$work/json" 2>/dev/null
python3 -c '
import json, sys
rows = [json.loads(l) for l in open(sys.argv[1])]
assert len(rows) == 1 and rows[0]["grade"] == "suspected", rows
items = {e["item"] for e in rows[0]["evidence"] if e["detector"] == "intel"}
assert items == {"file " + sys.argv[2], "file " + sys.argv[3]}, items
' "$work/json" "$sha" "$md5" || fail "listed: $(cat "$work/json")"
# known to a rule
printf 'rule Made_up { meta: family = "Madeup" strings: $a = "a text that only this test has" condition: $a }\n' >"$work/r.yar"
"$muster" read --home 10.0.0.0/8 --store none --file-marks "$work/r.yar" "$work/all.pcap" >"$work/out"
grep -q 'suspected' "$work/out" && grep -q 'Made_up' "$work/out" || fail "rule: $(cat "$work/out")"
grep -qE 'probable|confirmed' "$work/out" && fail 'taking a file is control'
echo '-- digests on a list and rules for files name who served it, suspected and no more'

# the same as logs tell it
cat >"$work/eve.json" <<J
{"timestamp":"2024-03-05T10:00:00.000000+0000","flow_id":7,"event_type":"fileinfo","src_ip":"198.51.100.7","src_port":80,"dest_ip":"10.1.2.3","dest_port":50000,"proto":"TCP","http":{"http_method":"GET","url":"/length.bin","hostname":"x.example"},"app_proto":"http","fileinfo":{"filename":"/length.bin","gaps":false,"state":"CLOSED","sha256":"$sha","size":70000}}
{"timestamp":"2024-03-05T10:00:00.500000+0000","flow_id":7,"event_type":"fileinfo","src_ip":"198.51.100.7","src_port":80,"dest_ip":"10.1.2.3","dest_port":50000,"proto":"TCP","http":{"http_method":"GET"},"fileinfo":{"filename":"/half.bin","state":"TRUNCATED","sha256":"$sha","size":7}}
{"timestamp":"2024-03-05T10:00:01.000000+0000","flow_id":7,"event_type":"flow","src_ip":"10.1.2.3","src_port":50000,"dest_ip":"198.51.100.7","dest_port":80,"proto":"TCP","app_proto":"http","flow":{"pkts_toserver":9,"pkts_toclient":60,"bytes_toserver":700,"bytes_toclient":73000,"start":"2024-03-05T09:59:59.000000+0000","end":"2024-03-05T10:00:01.000000+0000"}}
J
mkdir "$work/zeek"
printf '#separator \\x09\n#set_separator\t,\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\n1709632799.0\tC1\t10.1.2.3\t50000\t198.51.100.7\t80\ttcp\thttp\t2.0\t100\t70000\tSF\tShADadFf\t9\t700\t60\t73000\n' >"$work/zeek/conn.log"
printf '#separator \\x09\n#set_separator\t,\n#unset_field\t-\n#path\tfiles\n#fields\tts\tfuid\ttx_hosts\trx_hosts\tconn_uids\tsource\tmime_type\tfilename\tis_orig\tseen_bytes\tmissing_bytes\tmd5\tsha1\tsha256\n1709632800.0\tF1\t198.51.100.7\t10.1.2.3\tC1\tHTTP\tapplication/x-dosexec\t-\tF\t70000\t0\t-\t-\t%s\n1709632800.5\tF2\t198.51.100.7\t10.1.2.3\tC1\tHTTP\t-\t-\tF\t7\t100\t%s\t-\t-\n' "$sha" "$md5" >"$work/zeek/files.log"
for log in eve.json zeek; do
    "$muster" read --home 10.0.0.0/8 --store none --intel "$work/files.dat" --json "$work/$log" >"$work/json" 2>"$work/err" || fail "$log: $(cat "$work/err")"
    python3 -c '
import json, sys
rows = [json.loads(l) for l in open(sys.argv[1])]
assert len(rows) == 1 and rows[0]["host"] == "10.1.2.3" and rows[0]["grade"] == "suspected", rows
assert [e["item"] for e in rows[0]["evidence"] if e["detector"] == "intel"] == ["file " + sys.argv[2]], rows
' "$work/json" "$sha" || fail "$log: $(cat "$work/json" "$work/err")"
done
echo '-- as EVE and Zeek tell it too'
