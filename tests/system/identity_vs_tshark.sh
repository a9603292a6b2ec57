#!/bin/bash
# Compares machine and user names in the store with what tshark makes of the same captures: NetBIOS
# registrations and datagrams, DHCP host names, multicast DNS and LLMNR answers, Kerberos clients,
# NTLM users and workstations, users of remote desktops, HASSH of SSH, systems in SSDP; each by the
# home address it is about.
# Takes the labelled captures until 60 s are over; `identity_vs_tshark.sh FILE...` takes those.
# Left out: group names; DHCP requests that no server answered; what has no private IPv4 address.
# Names that only we tell (tshark names no LLMNR query's sender) are "more"; MORE=1 lists them.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
captures=../shared/captures
muster=$(readlink -f "${MUSTER:-./muster}")
command -v tshark >/dev/null || { echo "skipped: there is no tshark"; exit 77; }
[[ $# -gt 0 || -d $captures/control ]] || { echo "skipped: there is no $captures"; exit 77; }
mkdir -p build
work=$(mktemp -d build/identity-XXXXXX) || exit 1 # below the checkout: DuckDB is looked for there
trap 'rm -rf "$work"' EXIT
make -s "build/${CC:-gcc}/tool_dump_identity" || exit 1
cp "build/${CC:-gcc}/tool_dump_identity" "$work/dump"

fields=(ip.src ip.dst nbns.name nbns.flags.opcode nbns.flags.response nbns.nb_flags.group
    nbdgm.source_name dhcp.option.hostname dhcp.option.dhcp dhcp.option.requested_ip_address
    dhcp.ip.client dhcp.ip.your udp.srcport udp.dstport dns.resp.name dns.a kerberos.CNameString
    kerberos.msg_type ntlmssp.messagetype ntlmssp.auth.username ntlmssp.auth.hostname
    ssh.kex.hassh ssh.kex.hasshserver rdp.rt_cookie
    http.request.method http.user_agent http.server)
show=()
for field in "${fields[@]}"; do show+=(-e "$field"); done

# Lines "host TAB name|user TAB NAME", the first label in capitals, as far as NetBIOS would go.
cat >"$work/theirs.awk" <<'AWK'
BEGIN { FS = "\t" }
function first(text) { sub(/\001.*/, "", text); return text }
function tell(host, what, name) {
    if (host !~ /^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)/) return
    if (what == "name") { sub(/\..*/, "", name); name = substr(name, 1, 15) }
    gsub(/^ +| +$/, "", name)
    if (name != "") told[host "\t" what "\t" toupper(name)] = 1
}
function account(host, name) {
    if (name ~ /\$$/) { sub(/\$$/, "", name); tell(host, "name", name) } else tell(host, "user", name)
}
function station(host, name) {
    if (name ~ /<(00|20)>/ && name !~ /^(IS~|<01>)/) { sub(/<.*/, "", name); tell(host, "name", name) }
}
{ src = first($1); dst = first($2) }
$3 != "" && $4 ~ /^(5|8|9|15)$/ && $5 !~ /1|True/ && $6 !~ /1|True/ { station(src, first($3)) }
$7 != "" { station(src, first($7)) }
$9 == 3 && $8 != "" { asked = first($11) != "0.0.0.0" ? first($11) : first($10); wished[asked "\t" first($8)] = 1 }
$9 == 5 { given[first($12)] = 1; given[first($11)] = 1 }
($13 == 5353 || $13 == 5355) && $15 != "" && $16 != "" {
    n = split($15, owner, "\001"); a = split($16, address, "\001")
    if (n == a) for (i = 1; i <= n; i++) if (address[i] == src) tell(src, "name", owner[i])
}
$17 != "" { account(first($18) == 10 ? src : dst, first($17)) }
first($19) ~ /0x0*3$/ { if ($20 != "NULL") account(src, first($20)); if ($21 != "NULL") tell(src, "name", first($21)) }
$22 != "" { told[src "\thassh\t" toupper(first($22))] = 1 }
$23 != "" { told[src "\thassh\t" toupper(first($23))] = 1 }
$14 == 1900 && $25 == "M-SEARCH" && $26 != "" { told[src "\tssdp\t" toupper(first($26))] = 1 }
$14 == 1900 && $25 == "NOTIFY" && $27 != "" { told[src "\tssdp\t" toupper(first($27))] = 1 }
$24 ~ /mstshash=/ { name = first($24); sub(/.*mstshash=/, "", name); account(src, name) }
END {
    for (w in wished) { split(w, part, "\t"); if (part[1] in given) tell(part[1], "name", part[2]) }
    for (line in told) print line
}
AWK
cat >"$work/ours.awk" <<'AWK'
BEGIN { FS = OFS = "\t" }
$1 !~ /^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)/ { next }
$4 != "-" { name = $4; sub(/\..*/, "", name); print $1, "name", toupper(substr(name, 1, 15)) }
$6 != "-" { print $1, "user", toupper($6) }
$2 == "ssdp" { print $1, "ssdp", toupper($7) }
$7 ~ /hassh / { sub(/.*hassh /, "", $7); print $1, "hassh", toupper($7) }
AWK

if [[ $# -gt 0 ]]; then
    printf '%s\n' "$@" >"$work/files"
else # small ones first
    find $captures/control $captures/clean $captures/derived $captures/benign -type f -size -6M \
        \( -name '*.pcap' -o -name '*.pcapng' \) -printf '%s %p\n' |
        awk '{ small = $2 ~ /control/ ? 0 : $1; print small, $0 }' | sort -n |
        awk '{ print $3 }' >"$work/files"
fi
files=0 same=0 missing=0 more=0
while read -r file; do
    [[ $# -gt 0 || $SECONDS -lt 60 ]] || break
    files=$((files + 1))
    tshark -n -r "$file" -Y 'nbns || nbdgm || dhcp || mdns || llmnr || kerberos.CNameString || ntlmssp || ssh.kex.hassh || ssh.kex.hasshserver || rdp.rt_cookie || ssdp' \
        -T fields -E occurrence=a -E aggregator=$'\001' "${show[@]}" 2>/dev/null |
        awk -f "$work/theirs.awk" | LC_ALL=C sort >"$work/theirs"
    rm -rf "$work/store"
    "$muster" read -q --store "$work/store" "$file" >/dev/null 2>&1
    "$work/dump" "$work/store" 2>/dev/null | awk -f "$work/ours.awk" | LC_ALL=C sort -u >"$work/ours"
    same=$((same + $(LC_ALL=C comm -12 "$work/theirs" "$work/ours" | wc -l)))
    LC_ALL=C comm -23 "$work/theirs" "$work/ours" >"$work/missing"
    LC_ALL=C comm -13 "$work/theirs" "$work/ours" >"$work/more"
    missing=$((missing + $(wc -l <"$work/missing"))) more=$((more + $(wc -l <"$work/more")))
    sed "s|^|MISSING ${file##*/}\t|" "$work/missing"
    [[ -z ${MORE:-} ]] || sed "s|^|MORE ${file##*/}\t|" "$work/more"
done <"$work/files"
echo "$files files: $same names the same, $missing missing, $more more, in $SECONDS s"
[[ $same -gt 0 && $missing -eq 0 ]]
