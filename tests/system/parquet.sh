#!/bin/bash
# A report's tables as Parquet: each has the rows of the same table's CSV, numbers as numbers; and what it
# cannot do is said.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
muster=$top/muster
make -s -C "$top" "OUT=build/gcc" build/gcc/tool_sql >/dev/null
work=$(mktemp -d "$top/build/parquet-XXXXXX") # below the checkout: DuckDB is looked for there
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache
fail() { echo "FAILED: $*"; exit 1; }
"$muster" simulate -q --country --scale 0.0005 --days 20 -o land >/dev/null
"$muster" report -q --store land/store --format csv -o out/ || fail csv
"$muster" report -q --store land/store --format parquet -o out/ || fail parquet
[[ -z $(find out -name '.*' -mindepth 1) ]] || fail 'something is left behind'
n=0
for csv in out/*.csv; do
    name=$(basename "$csv" .csv)
    sql="FROM read_csv('$work/$csv', header = true, sample_size = -1)" file="FROM read_parquet('$work/out/$name.parquet')"
    differ=$("$top/build/gcc/tool_sql" "$work" "SELECT count(*) FROM (($sql EXCEPT ALL $file) UNION ALL ($file EXCEPT ALL $sql))")
    [[ $differ == 0 ]] || fail "$name: $differ rows differ"
    n=$((n + 1))
done
[[ $n -ge 20 && $n == $(ls out/*.parquet | wc -l) ]] || fail "$n tables"
hosts=$("$top/build/gcc/tool_sql" "$work" "SELECT typeof(any_value(hosts)), sum(hosts) > 0 FROM read_parquet('$work/out/country.parquet')")
[[ $hosts == BIGINT$'\t'true ]] || fail "a number is no number: $hosts"
status=0
"$muster" report -q --store land/store --format parquet -o one.parquet 2>err || status=$?
[[ $status == 2 ]] && grep -q 'into a folder' err || fail "one file: $status $(cat err)"
echo "$n tables as Parquet have the rows of their CSV"
