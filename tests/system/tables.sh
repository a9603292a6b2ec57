#!/bin/bash
# Tables of flows by a mapping: an AWS flow log of one direction a row, and a Parquet file made of a
# two-way CSV, give the findings that the same flows give; what cannot be read is counted, and
# memory is bounded however long the table.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
top=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$top/build"
work=$(mktemp -d "$top/build/tables-XXXXXX") # below the checkout: DuckDB is looked for there
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache
printf '203.0.113.9\nc2.example\n' >listed
read_it() { "$muster" read --store none --intel listed --map "$@"; }

# The mappings are the manual's.
mapping() { awk -v n="$1" '/^```ini/ {if (++k == n) on = 1; next} /^```/ {on = 0} on' "$top/docs/tables.md"; }
mapping 1 >vpc.ini
mapping 2 >flows.ini
grep -q srcaddr vpc.ini
grep -q orig_bytes flows.ini

{
    echo version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
    for i in {0..199}; do
        t=$((1709632800 + i * 300))
        echo "2 123 eni-1 10.0.0.5 203.0.113.9 $((40000 + i)) 443 6 10 1200 $t $((t + 2)) ACCEPT OK"
        echo "2 123 eni-1 203.0.113.9 10.0.0.5 443 $((40000 + i)) 6 9 5000 $t $((t + 2)) ACCEPT OK"
    done
    echo '2 123 eni-1 - - - - - - - 1709632800 1709632860 - NODATA'
    echo '2 123 eni-1 10.0.0.5 203.0.113.900 1 443 6 10 1200 1709632800 1709632860 ACCEPT OK'
    echo '2 123 eni-1 10.0.0.5'
} >vpc.log
read_it vpc.ini vpc.log >out
grep -q '10.0.0.5  203.0.113.9:443 .* probable' out || { cat out; exit 1; }
grep -q '400 records of 403 lines' out
grep -q ' 200 conversations (200 answered)' out
grep -q ' 2  lines or records that could not be read' out
grep -q ' 1  lines or records of kinds that say nothing' out
gzip -k vpc.log
read_it vpc.ini vpc.log.gz >packed
diff <(grep -v '^damage' out) <(grep -v '^damage' packed)

{
    echo begin,lasted,orig,orig_port,resp,resp_port,proto,service,server_name,orig_bytes,resp_bytes,result
    for i in {0..199}; do
        t=$(printf '2024-03-05 %02d:%02d:00.25' $((i / 12)) $((i % 12 * 5)))
        echo "$t,1.5,10.0.0.5,$((40000 + i)),203.0.113.9,443,tcp,ssl,C2.Example.,1200,5000,SF"
        echo "$t,0,10.0.0.6,$((40000 + i)),198.51.100.7,443,tcp,ssl,,60,0,S0"
    done
} >flows.csv
sed -i 's/C2.Example./c2.example/' flows.csv
${CC:-gcc} -std=gnu17 -D_GNU_SOURCE -O1 -I"$top/src" \
    -isystem "$top/deps/node_modules/duckdb/src/duckdb/src/include" -o parquet_of \
    "$top/tests/tools/parquet_of.c" "$top"/src/store/duck.c "$top"/src/base/{arena,buf,clock,err,file,mem}.c -lxxhash -ldl -lpthread -lm
./parquet_of . flows.csv flows.parquet
for table in flows.csv flows.parquet; do
    read_it flows.ini $table >out
    grep -q '10.0.0.5  203.0.113.9:443 .* probable' out || { cat out; exit 1; }
    grep -q '400 records of 400 lines' out
    grep -q ' 400 conversations (200 answered), 0 DNS, 200 TLS' out || { cat out; exit 1; }
    grep -q 'to 2024-03-05 16:35:01' out
done

grep -q 'c2.example' out || { cat out; exit 1; }

# Mappings that cannot be right say why.
says() { # WORDS MAPPING TABLE
    "$muster" read --store none --map "$2" "$3" >out 2>err && { echo "taken: $2"; exit 1; }
    grep -q "$1" err || { echo "not said: $1"; cat err; exit 1; }
}
printf '[columns]\nsource = a\n' >bad1.ini
says 'bad1.ini: \[columns\] must name the time' bad1.ini flows.csv
printf '[columns]\nsauce = a\n' >bad2.ini
says "bad2.ini:2: a flow has no 'sauce'" bad2.ini flows.csv
sed 's/= orig$/= nobody/' flows.ini >bad3.ini
says 'nobody' bad3.ini flows.parquet
says 'cannot open' flows.ini no.csv

# A long table: --memory holds.
awk 'BEGIN {
    print "begin,lasted,orig,orig_port,resp,resp_port,proto,service,server_name,orig_bytes,resp_bytes,result"
    for (i = 0; i < 500000; i++)
        printf "%.2f,1.5,10.0.%d.%d,%d,203.0.113.%d,443,tcp,ssl,name%d.example,1200,5000,SF\n", 1709596800 + i / 7, i % 3, i % 250, i % 60000, i % 200, i % 1000
}' >long.csv
"$muster" read --store none --workers 1 --memory 128M --map flows.ini long.csv >out &
reader=$!
peak=0
while now=$(awk '/VmHWM/ {print $2}' /proc/$reader/status 2>/dev/null) && [[ -n $now ]]; do
    peak=$now
    sleep 0.05
done
wait $reader
grep -q '500000 records of 500000 lines' out || { cat out; exit 1; }
map_kb=$(($(stat -c %s long.csv) / 1024))
[[ $peak -lt $((128 * 1024 + 192 * 1024)) ]] || { echo "peak $peak kB for a table of $map_kb kB"; exit 1; }
echo "500,000 rows ($map_kb kB) with a peak of $((peak / 1024)) MB"
