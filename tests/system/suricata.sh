#!/bin/bash
# muster read --with suricata: an installed Suricata's alerts become evidence of the capture's pairs,
# told with the packet; what it cannot do is said, and the capture is read all the same.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
command -v suricata >/dev/null || { echo "no suricata"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache TMPDIR=$work/tmp
mkdir tmp
"$muster" simulate -o . --seed 1 >/dev/null
fail() {
    echo "$*"
    exit 1
}

meta='metadata:malware_family Madeup, confidence High, signature_severity Major;'
cat >rules <<EOF
alert http any any -> any any (msg:"ET MALWARE Made-up Checkin"; flow:established,to_server; http.method; content:"POST"; classtype:command-and-control; sid:9000001; rev:1; $meta)
alert http any any -> any any (msg:"ET MALWARE Made-up answer"; flow:established,to_client; http.stat_code; content:"200"; classtype:trojan-activity; sid:9000002; rev:1;)
alert dns any any -> any any (msg:"ET INFO Made-up question"; dns.query; content:"."; classtype:command-and-control; sid:9000003; rev:1; $meta)
EOF
"$muster" read -q --json --store none capture.pcap >plain
"$muster" read -q --json --store none --with suricata:rules --workers 1 capture.pcap >rows
for workers in 2 8; do
    "$muster" read -q --json --store none --with suricata:rules --workers $workers capture.pcap | cmp - rows ||
        fail "not the same with $workers workers"
done
[[ -z $(ls tmp) ]] || fail "left behind: $(ls tmp)"
grep '"detector":"alert"' rows >alerts || fail "no alert became evidence"
grep -q '"item":"9000001 ET MALWARE Made-up Checkin"' alerts || fail "the strongest rule is not told"
grep -q '"family":"Madeup"' alerts || fail "no family"
grep -q '"grade":"confirmed"' alerts || fail "a sure rule about content did not confirm"
grep -q 'ET INFO' rows && fail "an informational rule became evidence"
packet=$(grep -o '"item":"9000001[^}]*#packet=[0-9]*' alerts | head -1 | sed 's/.*=//')
[[ $packet -gt 0 ]] || fail "no packet is told"
if command -v tshark >/dev/null; then
    tshark -r capture.pcap -Y "frame.number == $packet" -T fields -e http.request.method -e tcp.len 2>/dev/null | grep -q . ||
        fail "packet $packet is no TCP packet"
fi
grep -v '"detector":"alert"' rows | grep -vxFf plain && fail "other rows changed"

# what goes wrong is said, and the rest is done
status=0
PATH=$work/none "$muster" read -q --json --store none --with suricata:rules capture.pcap >rows 2>said || status=$?
[[ $status == 3 ]] && grep -q 'apt install suricata' said || fail "not installed: $status $(cat said)"
cmp rows plain || fail "without suricata the capture is read otherwise"
echo 'alert nonsense' >bad
status=0
"$muster" read -q --json --store none --with suricata:bad capture.pcap >rows 2>said || status=$?
cmp rows plain || fail "with bad rules the capture is read otherwise"
[[ $status == 3 ]] || fail "bad rules: $status $(cat said)"
for input in capture.pcap.gz -; do
    [[ $input == - ]] || gzip -k capture.pcap
    status=0
    "$muster" read -q --json --store none --with suricata:rules $input <capture.pcap >rows 2>said || status=$?
    [[ $status == 3 && $(wc -l <rows) == $(wc -l <plain) ]] || fail "$input: $status $(cat said)"
done
[[ -z $(ls tmp) ]] || fail "left behind: $(ls tmp)"
echo "$(wc -l <alerts) pairs with alerts"
