#!/bin/bash
# A log that grows and is rotated in every way there is (renamed, packed, copied and cut to nothing,
# replaced), while it is followed by programs that are killed at any moment: afterwards the store
# holds what a read of each day's lines holds, nothing twice and nothing lost.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
work=$(mktemp -d)
follower=
trap 'kill -9 $follower 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache
header=StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,SrcPkts

# Four days of flows: two callers of listed addresses, and hosts that nobody controls.
awk 'function line(s, a, ap, b, bp) {
    # written up to five minutes late: days overlap in the log
    printf "%09.2f 2024/03/%02d %02d:%02d:%02d.5,1.25,tcp,%s,%d,   ->,%s,%d,FSPA_FSPA,0,0,20,4000,1500,11\n",
        d * 86400 + s + rand() * 300, 5 + d, s / 3600, s % 3600 / 60, s % 60, a, ap, b, bp
}
BEGIN {
    srand(5)
    for (d = 0; d < 4; d++)
        for (m = 0; m < 1440; m++) {
            s = m * 60
            if (m % 7 == 3) line(s + 11, "10.0.0.5", 40000 + m, "203.0.113.9", 443)
            if (m % 11 == 5) line(s + 31, "10.0.0.6", 30000 + m, "198.51.100.8", 8443)
            for (i = int(rand() * 3); i > 0; i--)
                line(s + 40 + i, "10.0.1." int(rand() * 30 + 1), 20000 + m, "192.0.2." int(rand() * 50 + 1), 80)
        }
}' | sort | cut -d' ' -f2- >flows
printf '203.0.113.9\n198.51.100.8\n' >listed
for day in 05 06 07 08; do
    (echo $header; grep "^2024/03/$day" flows) >day$day
done
"$muster" read -q --store good --intel listed day0[5678] >/dev/null

follow() { # in its own process, so that what is killed is the program
    "$muster" read --store store --intel listed --follow "$@" live >>out 2>>err &
    follower=$!
}
ended() { wait $follower; follower=; }
# What the store holds, without what the sources were called.
rows() {
    "$muster" report --store "$1" --format csv 2>/dev/null | sed -E 's/^coverage,[^,]*,/coverage,/'
    for host in 10.0.0.5 10.0.0.6 10.0.1.7; do
        "$muster" trace --store "$1" --near --reason test --json $host 2>/dev/null |
            sed -E 's/"(source|where)":"[^"]*"/"\1":""/g'
    done
}

# Meanwhile: a log that is gone before its day was judged is missed, aloud; a second follower of the
# same is refused; what cannot be read is said.
gone_case() {
    local pid
    mkdir gone
    (echo $header; grep ^2024/03/05 flows) >gone/a
    "$muster" read --store store2 --follow --for 6s gone >gone.out 2>gone.err &
    pid=$!
    sleep 1
    "$muster" read --store store2 --follow --for 1s gone >second.out 2>second.err && exit 1 || [[ $? == 3 ]]
    grep -q 'another muster follows these logs' second.err
    rm gone/a
    (echo $header; grep ^2024/03/06 flows) >gone/b
    wait $pid
    grep -q '1 log went away before the day in it was over' gone.err
    echo '198.51.100.7 - - [05/Mar/2024:12:00:01 +0200] "GET / HTTP/1.1" 200 1' >gone/access
    "$muster" read --store store2 --follow --for 1s --finish gone >second.out 2>gone.err && exit 1 || [[ $? == 3 ]]
    grep -q 'give --server ADDRESS' gone.err
}
(set -e; gone_case) &
gone=$!

mkdir live
RANDOM=3
fresh() { echo $header >live/flows.log; }
rotate() {
    n=$((n + 1))
    case $((n % 4)) in
    0) mv live/flows.log live/flows.$n.log; fresh ;;
    1) mv live/flows.log live/flows.$n.log; fresh; gzip live/flows.$n.log ;;
    2) cp live/flows.log live/flows.$n.log; fresh ;; # the same inode, begun anew
    3) mv live/flows.log live/old; rm -f live/flows.log; fresh; mkdir -p live/$n; mv live/old live/$n/flows ;;
    esac
}
n=0
kills=0
fresh
lines=$(wc -l <flows)
for ((from = 1; from <= lines; from += 150)); do
    # a line is written in two pieces now and then
    piece=$(sed -n "$from,$((from + 149))p" flows; echo x)
    piece=${piece%x}
    printf %s "${piece:0:1000}" >>live/flows.log
    sleep 0.02
    printf %s "${piece:1000}" >>live/flows.log
    ((from / 150 % 3 == 2)) && rotate
    if [[ -z $follower ]]; then
        follow
    elif ((RANDOM % 6 == 0)); then
        kill -9 $follower
        wait $follower 2>/dev/null || true
        follower=
        kills=$((kills + 1))
    fi
    sleep 0.05
done
if [[ -n $follower ]]; then # ends by itself when asked
    kill -TERM $follower
    ended
fi

# Killed while days are judged: the moments between the store and the state are short.
for wait in 05 08 11 14 17 20 25 30 40; do
    follow
    sleep 0.$wait
    kill -9 $follower 2>/dev/null && kills=$((kills + 1))
    wait $follower 2>/dev/null || true
done
follower=
follow --for 3s
ended
[[ $(ls store/coverage/* | grep -c parquet) -ge 3 ]]
# The day that is not over is judged only when that is asked for; a late line then comes too late.
follow --for 1s --finish
ended
rows good >expected
rows store >found
diff expected found || { cat err; exit 1; }
[[ $(grep -c . found) -gt 100 ]]
echo "${header}" >live/late.log
head -1 flows | sed 's/10.0.0.5/10.0.0.77/' >>live/late.log
sed -n '$p' flows | sed 's/^2024.03.08/2024\/03\/09/' >>live/late.log
rm out
follow --for 1s --finish
ended
grep -q ' 1  packets or records of a day that was closed already' out || { cat out err; exit 1; }
wait $gone || { cat gone.err; exit 1; }
echo "$lines flows in $n rotations, $kills kills: the rows of a read of each day"
