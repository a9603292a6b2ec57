#!/bin/bash
# A bot that tries made-up names until one answers, as Zeek and as Suricata write it: the host is
# named, with the name that answered and was called; where none did, it is suspected and no more.
# Beside it, on the same day, hosts whose names fail for ordinary reasons: none is named.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache

# who name rcode address: a day's questions. Names are drawn here, by a small generator.
awk 'BEGIN {
    seed = 11
    for (i = 0; i < 14; i++) { print "10.0.0.5", word(11) ".biz", "NXDOMAIN"; print "10.0.0.6", word(15) ".net", "NXDOMAIN" }
    print "10.0.0.5", word(11) ".biz", "NOERROR", "203.0.113.77"
    for (i = 0; i < 30; i++) {
        w = word(12)
        print "10.0.0.7", w ".corp.example.com", "NXDOMAIN"     # a search suffix
        print "10.0.0.8", w, "NXDOMAIN"                         # what browsers probe with
        print "10.0.0.9", w ".lan", "NXDOMAIN"                  # names of the own network
        print "10.0.0.10", w w ".sigs.antivirus.example", "NXDOMAIN"
        print "10.0.0.11", i ".2.0.192.list.blocked.example", "NXDOMAIN"
    }
    split("gogle facebok youtub amazn wikpedia twiter netflx linkdin instagrm microsft newspapr weathr", typo)
    for (i in typo) print "10.0.0.12", typo[i] ".com", "NXDOMAIN"
}
function word(n,    w) {
    for (w = ""; length(w) < n;) { seed = (seed * 1103515245 + 12345) % 2147483648; w = w substr("abcdefghijklmnopqrstuvwxyz", int(seed / 65536) % 26 + 1, 1) }
    return w
}' >asked
controller=$(awk '$3 == "NOERROR" {print $2}' asked)

mkdir zeek
awk 'BEGIN {
    OFS = "\t"
    print "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns"
    print "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected"
}
{ print 1709632800 + NR * 3 ".000000", "C" NR, $1, 40000 + NR, "9.9.9.9", 53, "udp", NR, "0.010000", $2, 1, "C_INTERNET", 1, "A", $3 == "NXDOMAIN" ? 3 : 0, $3, "F", "F", "T", "T", 0, $4 ? $4 : "-", $4 ? "60.000000" : "-", "F" }' asked >zeek/dns.log
cat >zeek/ssl.log <<END
#separator \\x09
#set_separator	,
#empty_field	(empty)
#unset_field	-
#path	ssl
#fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p	version	cipher	curve	server_name	resumed	last_alert	next_protocol	established
1709636400.000000	Cx1	10.0.0.5	50000	203.0.113.77	443	TLSv12	-	-	$controller	F	-	-	T
END
awk '{
    at = sprintf("\"timestamp\":\"2024-03-05T10:%02d:%02d.000000+0000\"", int(NR * 3 / 60) % 60, NR * 3 % 60)
    ends = sprintf("\"src_ip\":\"%s\",\"src_port\":%d,\"dest_ip\":\"9.9.9.9\",\"dest_port\":53,\"proto\":\"UDP\"", $1, 40000 + NR)
    printf "{%s,\"flow_id\":%d,\"event_type\":\"dns\",%s,\"dns\":{\"type\":\"query\",\"id\":%d,\"rrname\":\"%s\",\"rrtype\":\"A\"}}\n", at, NR, ends, NR, $2
    printf "{%s,\"flow_id\":%d,\"event_type\":\"dns\",%s,\"dns\":{\"version\":2,\"type\":\"answer\",\"id\":%d,\"rrname\":\"%s\",\"rrtype\":\"A\",\"rcode\":\"%s\"%s}}\n", at, NR, ends, NR, $2, $3, $4 ? ",\"answers\":[{\"rrname\":\"" $2 "\",\"rrtype\":\"A\",\"ttl\":60,\"rdata\":\"" $4 "\"}]" : ""
}' asked >eve.json
printf '{"timestamp":"2024-03-05T11:00:00.000000+0000","flow_id":999999,"event_type":"tls","src_ip":"10.0.0.5","src_port":50000,"dest_ip":"203.0.113.77","dest_port":443,"proto":"TCP","tls":{"sni":"%s","version":"TLS 1.2","ja3s":{"hash":"00000000000000000000000000000000"}}}\n' "$controller" >>eve.json

for source in zeek eve.json; do
    "$muster" read -q --json --store none "$source" >rows
    grep '"detector":"dga"' rows >found || { cat rows; echo "$source: nothing found"; exit 1; }
    grep -q "\"host\":\"10.0.0.5\".*\"controller_name\":\"$controller\".*\"grade\":\"probable\".*was called" found ||
        { cat found; echo "$source: the controller is not named"; exit 1; }
    [[ $(grep -c '"host":"10.0.0.6"' found) == 1 ]] && grep -q '"host":"10.0.0.6".*"grade":"suspected".*asked for 14 registered domains' found ||
        { cat found; echo "$source: not suspected once where none answered"; exit 1; }
    if grep -vE '"host":"10.0.0.[56]"' rows; then
        echo "$source: named for ordinary failures"
        exit 1
    fi
done
echo "the controller, a suspected host, and none of 6 ordinary ones, from both logs"
