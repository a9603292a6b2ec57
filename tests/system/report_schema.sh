#!/bin/bash
# The report's JSON is what docs/report.schema.json says, for stores with much, little and nothing in them;
# and the schema names every number and table that there is. The few words of JSON Schema (draft 2020-12)
# that it uses are checked here, so that nothing has to be installed for it.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
muster=$top/muster
command -v python3 >/dev/null || { echo 'skipped: no python3'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache
cat >check.py <<'P'
import json, re, sys
top, files = sys.argv[1], sys.argv[2:]
schema = json.load(open(top + "/docs/report.schema.json"))
known = {"$schema", "$defs", "$ref", "title", "description", "type", "required", "properties",
         "additionalProperties", "items", "const", "pattern", "minimum"}
kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}
def is_kind(v, k):
    return isinstance(v, kinds[k]) and not (k in ("integer", "number") and isinstance(v, bool))
def check(v, s, at):
    assert set(s) <= known, (at, set(s) - known)
    if "$ref" in s:
        return check(v, schema["$defs"][s["$ref"].rsplit("/", 1)[1]], at)
    t = s.get("type", [])
    t = [t] if isinstance(t, str) else t
    assert not t or any(is_kind(v, k) for k in t), (at, v, t)
    assert "const" not in s or v == s["const"], (at, v)
    assert not (isinstance(v, str) and "pattern" in s) or re.search(s["pattern"], v), (at, v)
    assert not ("minimum" in s and not isinstance(v, bool)) or v >= s["minimum"], (at, v)
    if isinstance(v, dict):
        for k in s.get("required", []):
            assert k in v, (at, "lacks", k)
        more = s.get("additionalProperties", True)
        for k, x in v.items():
            if k in s.get("properties", {}): check(x, s["properties"][k], at + "/" + k)
            else:
                assert more is not False, (at, "has", k)
                if isinstance(more, dict): check(x, more, at + "/" + k)
    if isinstance(v, list) and "items" in s:
        for i, x in enumerate(v): check(x, s["items"], "%s/%d" % (at, i))
def names(path, word):
    return re.findall(r"^%s\((\w+)," % word, open(top + "/" + path).read(), re.M)
p = schema["properties"]
assert p["numbers"]["required"] == names("src/record/census_number.list", "NUMBER"), "numbers"
assert p["tables"]["required"] == names("src/census/tables.list", r"\w+"), "tables"
assert p["pairs"]["items"]["required"] == names("src/record/census_pair.list", "COLUMN"), "pairs"
assert p["evidence"]["items"]["required"] == names("src/record/census_evidence.list", "COLUMN"), "evidence"
for f in files:
    check(json.load(open(f)), schema, "")
try: # the checker does refuse
    check({"version": 2}, schema, "")
    sys.exit("the checker takes anything")
except AssertionError: pass
print(len(files), "reports are as the schema says")
P
"$muster" simulate -q --country --scale 0.0005 --days 62 -o land >/dev/null
"$muster" report -q --store land/store --format json >1.json
"$muster" report -q --store land/store --holds land/holds.csv --period 2017-02 --against 2017-01 --format json >2.json
"$muster" report -q --store land/store --period 2011 --format json >3.json
"$muster" simulate -q -o small >/dev/null
"$muster" read -q --store one small/*.pcap* >/dev/null 2>&1
"$muster" report -q --store one --format json >4.json 2>/dev/null
python3 check.py "$top" 1.json 2.json 3.json 4.json
