#!/bin/bash
# A newcomer adds a detector: one file and one line, in a copy of the sources, and sees it work.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$top/src" "$top/marks" "$top/Makefile" "$work/"
ln -s "$top/deps" "$work/deps"
cat >"$work/src/detect/toy.c" <<'TOY'
#include "detect/detect.h"

static void record(const struct detect *detect, const struct record *record)
{
    *(uint64_t *)detect->pair_state += record->flow->payload_out == 0;
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    uint64_t empty = *(const uint64_t *)detect->pair_state;
    struct evidence e = {.group = GROUP_SHAPE, .strength = 9.5, .known_from = {DAY_NONE}};
    if (empty == 0)
        return;
    e.item = evidence_text(out, "silence");
    e.why = evidence_text(out, "%u conversations in which the host said nothing", (unsigned)empty);
    evidence_add(out, &e);
}

const struct detector detector_toy = {
    .name = "toy",
    .about = "hosts that listen",
    .version = 1,
    .records = RECORD_FLOW,
    .pair_bytes = 8,
    .record = record,
    .close = close,
};
TOY
echo 'DETECTOR(toy)' >>"$work/src/detect/detect.list"
make -s -C "$work" OPT=-O0 OUT=build/toy build/toy/muster >"$work/log" 2>&1 || { tail -5 "$work/log"; exit 1; }
cd "$work"
"$muster" simulate -o . --seed 1 >/dev/null
XDG_CACHE_HOME=$work/cache build/toy/muster read -q --json --store none capture.pcap >rows
grep -q '"detector":"toy"' rows
echo "$(grep -c '"detector":"toy"' rows) sightings of the toy detector"
