#!/bin/bash
# The man pages say what the program says: each subcommand has a page, each option of its help stands
# there, and so do settings, detectors and columns; the pages are valid for whichever of mandoc and
# man is at hand.
set -euo pipefail
muster=$(readlink -f "${MUSTER:-./muster}")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
say() {
    echo "$*"
    bad=1
}

# The page without its escapes.
plain() {
    sed -e 's/\\f[BRI]//g' -e 's/\\-/-/g' -e 's/\\&//g' -e 's/\\e/\\/g' "$1" >"$1.text"
}

commands=$(sed -n 's/^COMMAND(\(.*\))$/\1/p' src/cmd/cmd.list)
[[ -n $commands ]] || say 'no subcommand in src/cmd/cmd.list'
"$muster" help --man >"$work/muster.1"
options=0
for command in $commands; do
    page=$work/muster-$command.1
    "$muster" help --man "$command" >"$page"
    plain "$page"
    grep -q "^\.BR muster.-$command (1)" "$work/muster.1" || say "muster.1 does not name $command"
    for option in $("$muster" "$command" --help | grep -oE '^  --[a-z-]+' | sort -u); do
        options=$((options + 1))
        grep -qE -- "(^| )$option( |,|\$)" "$page.text" || say "muster-$command.1 lacks $option"
    done
done
[[ $options -gt 50 ]] || say "only $options options were compared"
XDG_CACHE_HOME=$work "$muster" doctor -v --store "$work/none" >"$work/doctor" || true
settings=0
for setting in $(grep -oE '[a-z0-9]+\.[a-z_0-9]+ +[-0-9.e]+ \(' "$work/doctor" | cut -d' ' -f1); do
    settings=$((settings + 1))
    grep -qx "\.B $setting" "$work/muster-read.1.text" || say "muster-read.1 lacks $setting"
done
[[ $settings -gt 5 ]] || say "only $settings settings were compared"
for name in $(sed -n 's/^SKIP(\([a-z_]*\),.*/\1/p' src/record/skip.list) \
    $(sed -n 's/^DETECTOR(\(.*\))$/\1/p' src/detect/detect.list); do
    grep -qx "\.B $name" "$work/muster-read.1" || say "muster-read.1 lacks $name"
done
for page in "$work"/*.1; do
    if command -v mandoc >/dev/null; then
        mandoc -T lint -W warning "$page" >"$work/lint" || say "$(cat "$work/lint")"
    fi
    if command -v man >/dev/null && command -v groff >/dev/null; then
        LC_ALL=C.UTF-8 MANWIDTH=80 man -l --warnings "$page" 2>"$work/lint" >/dev/null
        [[ ! -s $work/lint ]] || say "${page##*/}: $(head -3 "$work/lint")"
    fi
done
if "$muster" help --man nothing >/dev/null 2>&1; then
    say 'a page of a subcommand that is not there'
fi
echo "$options options, $settings settings compared"
exit $bad
