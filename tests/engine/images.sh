#!/bin/sh
# OpenEXR's public test images through the built program: the pixels are those that OpenImageIO reads.
#
#   ZOETROPE=path/to/zoetrope ZOETROPE_TEST_IMAGES=folder tests/engine/images.sh
#
# Files are compared in what the display window shows and, where that is something else, in all of
# the data window. What oiiotool cannot read (luminance and chroma), or flattens with other roundings
# (deep), is only opened.
#
# SPDX-License-Identifier: BSD-3-Clause
set -u

zoetrope=${1:-${ZOETROPE:?names the program}}
images=${ZOETROPE_TEST_IMAGES:-}
skip() {
    echo "skipped: $*" >&2
    exit 77
}
[ -n "$images" ] && [ -d "$images" ] || skip "ZOETROPE_TEST_IMAGES names no folder"
command -v oiiotool >/dev/null || skip "there is no oiiotool"
. "$(dirname "$0")/../support/checks.sh"

# describe LIST: what oiiotool says of each file, into $work/about.NUMBER; of those that it cannot read it says
# nothing. One process for many files: each takes a fifth of a second to begin.
describe() {
    rm -f "$work"/about.*
    described=0
    while [ "$described" -lt "$(wc -l <"$1")" ]; do
        tail -n +$((described + 1)) "$1" | xargs -d '\n' oiiotool --info -v >"$work/about" 2>/dev/null
        awk -v n="$described" -v to="$work/about." '/^Reading / { n++; on = 1 } on { print >(to n) }' "$work/about"
        # It ends at the first that it cannot read.
        described=$((described + $(grep -c '^Reading ' "$work/about") + 1))
    done
}

# snap FILE OPTIONS...: takes a snapshot into $got.
snap() {
    file=$1
    shift
    checks=$((checks + 1))
    got=$work/got.$checks.exr
    "$zoetrope" snapshot "$file" --cache-mb 800 "$@" -o "$got" 2>"$work/err" && return 0
    fail "$file $*: $(cat "$work/err")"
    return 1
}

# same FILE CROP: the last snapshot is the file's picture, bit for bit, or will be said not to be by compare_all.
same() {
    printf '%s\n' "$got" >>"$work/gots"
    printf '%s|%s\n' "$1" "${2:-}" >>"$work/files"
    [ "$(wc -l <"$work/gots")" -lt 8 ] || compare_all
}

# add_to ARGUMENTS FILE CROP GOT NUMBER: those of oiiotool that compare the two, in the order of the second's channels.
add_to() {
    channels=$(sed -n 's/.*channel list: //p' "$work/about.$5" | head -n 1 | sed 's/ ([a-z]*)//g; s/ //g')
    printf '%s\n' "$2" ${3:+"$3"} --ch "$channels" "$4" --fail 0 --hardfail 0 --diff --pop --pop >>"$1"
}

compare_all() {
    [ -s "$work/gots" ] || return 0
    describe "$work/gots"
    rm -f "$work/all" "$work"/one.*
    number=0
    while IFS='|' read -r whole crop <&3 && read -r taken <&4; do
        number=$((number + 1))
        add_to "$work/all" "$whole" "$crop" "$taken" $number
        add_to "$work/one.$number" "$whole" "$crop" "$taken" $number
    done 3<"$work/files" 4<"$work/gots"
    if ! xargs -d '\n' oiiotool -q <"$work/all" >"$work/err" 2>&1; then
        for one in "$work"/one.*; do
            xargs -d '\n' oiiotool -q <"$one" >"$work/err" 2>&1 || fail "$(tr '\n' ' ' <"$one"): $(tr '\n' ' ' <"$work/err")"
        done
        [ "$failures" -gt 0 ] || fail "together they are not the same, and one by one they are"
    fi
    rm -f "$work/gots" "$work/files" "$work"/got.*
}

# The windows of a file that is not cut to what is shown differ.
has_overscan() {
    grep -q 'full/display' "$work/info.$n"
}

find "$images" -name Damaged -prune -o -name '*.exr' -print | sort >"$work/list"
describe "$work/list"
for file in "$work"/about.*; do mv "$file" "$work/info.${file##*.}"; done
n=0
while read -r file; do
    n=$((n + 1))
    if [ ! -e "$work/info.$n" ] || grep -qi 'deep' "$work/info.$n"; then
        echo "not compared: $file" >&2
        snap "$file"
        continue
    fi
    snap "$file" --full-precision && same "$file" --croptofull
    has_overscan && snap "$file" --full-precision --overscan && same "$file"
    snap "$file"
done <"$work/list"
compare_all

[ "$checks" -gt 0 ] || fail "no pictures in $images"
end_checks
