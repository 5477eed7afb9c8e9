#!/bin/sh
# Damaged files through the built program: each gives an error that names it, or a picture, within
# two seconds (ten where a sanitizer slows it down) and within the memory it may take.
#
#   ZOETROPE=path/to/zoetrope ZOETROPE_TEST_IMAGES=folder tests/engine/damaged.sh
#
# SPDX-License-Identifier: BSD-3-Clause
set -u

zoetrope=${1:-${ZOETROPE:?names the program}}
images=${ZOETROPE_TEST_IMAGES:-}
seconds=${ZOETROPE_TEST_SECONDS:-2}
if [ -z "$images" ] || [ ! -d "$images/Damaged" ]; then
    echo "skipped: ZOETROPE_TEST_IMAGES names no folder with Damaged in it" >&2
    exit 77
fi
. "$(dirname "$0")/../support/checks.sh"

# try FILE OPTIONS...: an error of one line or a picture.
try() {
    checks=$((checks + 1))
    timeout "$seconds" "$zoetrope" snapshot "$@" --cache-mb 256 -o "$work/out.exr" 2>"$work/err"
    status=$?
    case $status in
    0) ;;
    1) grep -q "$(basename "$1")" "$work/err" || fail "$*: its error does not name it: $(cat "$work/err")" ;;
    124) fail "$*: took more than $seconds s" ;;
    *) fail "$*: exit status $status: $(tail -n 20 "$work/err")" ;;
    esac
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
