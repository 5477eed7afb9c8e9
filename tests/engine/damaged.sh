#!/bin/sh
# Damaged files through the built program: each gives an error that names it, or a picture, within
# two seconds of work and within the memory it may take.
#
#   ZOETROPE=path/to/zoetrope MEASURED=… ZOETROPE_TEST_IMAGES=folder tests/engine/damaged.sh
#
# Work is seconds of processor time (tests/support/measured.c), which other programs on the machine do
# not change; a sanitizer's is not the program's.
#
# SPDX-License-Identifier: BSD-3-Clause
set -u

zoetrope=${1:-${ZOETROPE:?names the program}}
measured=${MEASURED:?names the program that measures}
images=${ZOETROPE_TEST_IMAGES:-}
seconds=2
if [ -z "$images" ] || [ ! -d "$images/Damaged" ]; then
    echo "skipped: ZOETROPE_TEST_IMAGES names no folder with Damaged in it" >&2
    exit 77
fi
. "$(dirname "$0")/../support/checks.sh"

# try FILE OPTIONS...: an error of one line or a picture.
try() {
    checks=$((checks + 1))
    line=$(timeout 120 "$measured" "$zoetrope" snapshot "$@" --cache-mb 256 -o "$work/out.exr" 2>"$work/err")
    ended=$?
    status=${line##*exit=} status=${status%% *} work_seconds=${line##*cpu=} work_seconds=${work_seconds%% *}
    [ "$ended" -eq 0 ] || status="none: $ended"
    case $status in
    0) ;;
    1) grep -q "$(basename "$1")" "$work/err" || fail "$*: its error does not name it: $(cat "$work/err")" ;;
    *) fail "$*: exit status $status: $(tail -n 20 "$work/err")" ;;
    esac
    [ -z "${ZOETROPE_SANITIZED:-}" ] && awk "BEGIN { exit !(${work_seconds:-0} > $seconds) }" &&
        fail "$*: $work_seconds s of work"
}

for file in "$images"/Damaged/*; do
    # The sequence's own rules want a suffix.
    link="$work/$(basename "$file" .exr).exr"
    cp "$file" "$link"
    try "$link"
    try "$link" --overscan --full-precision
    rm -f "$link"
done

[ "$checks" -gt 0 ] || fail "no files in $images/Damaged"
end_checks
