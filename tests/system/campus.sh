#!/bin/bash
# A made-up campus day with three infections, and the same day without: whoever is on the list is
# found, nobody else is named, nobody at all on the clean day, and every packet is counted. Prints
# which infections were found without the list. CAMPUS_SEED (1) makes another campus.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
seed=${CAMPUS_SEED:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache
bad=0
fail() { echo "wrong: $*"; bad=1; }

# Hosts that the given input shows under control, graded probable or more.
named() {
    "$muster" read -q --json --store none "$@" |
        sed -nE 's/.*"host":"([^"]*)".*"grade":"(probable|confirmed)".*/\1/p' | sort -u
}
among() { grep -qxF "$1" <<<"$2"; }

"$muster" simulate --campus -o day --seed "$seed" >day.said
"$muster" simulate --campus -o clean --seed "$seed" --no-infections >clean.said

# Packets: said by the simulator, counted from the record headers by muster, by tshark if it is here.
said=$(sed -nE 's/.*: ([0-9]+) packets.*/\1/p' day.said)
"$muster" read --store none day/captures >read.said 2>&1
watched=$(sed -nE 's/.* ([0-9]+) packets,.*/\1/p' read.said | head -1)
[[ -n $said && $said == "$watched" ]] || fail "$said packets written, $watched read"
! grep -q damaged read.said || fail "$(grep damaged read.said)"
if command -v tshark >/dev/null; then
    tshark -n -r day/captures/*.pcap -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
        -o udp.check_checksum:TRUE -Y '_ws.malformed || _ws.expert.severity == error' 2>/dev/null >odd
    [[ ! -s odd ]] || fail "tshark finds $(wc -l <odd) damaged packets: $(head -1 odd)"
fi

controlled=$(awk -F, '$7 == 1 {print $3}' day/devices.csv)
listed=$(awk -F, '$7 == 1 && $9 == "yes" {print $3}' day/devices.csv)
[[ $(wc -w <<<"$controlled") == 3 && $(wc -w <<<"$listed") == 2 ]] || fail "the truth has no 3 infections"
[[ $(awk -F, '$7 == 1' clean/devices.csv | wc -l) == 0 ]] || fail "the clean day has infections"
with=$(named --intel day/indicators day/captures)
without=$(named day/captures)
for host in $listed; do
    among "$host" "$with" || fail "$host is on the list and not found"
done
for host in $with $without; do
    among "$host" "$controlled" || fail "$host is named, and nobody controls it"
done
clean=$(named clean/captures)$(named --intel clean/indicators clean/captures)
[[ -z $clean ]] || fail "named on the clean day: $clean"

found=0
for host in $controlled; do
    if among "$host" "$without"; then
        found=$((found + 1))
    fi
done
echo "seed $seed: $(wc -w <<<"$with") of 3 found with the list of 2, $found without any; $said packets"
exit $bad
