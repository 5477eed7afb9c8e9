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

# The channels of a picture, as oiiotool wants them.
channels_of() {
    oiiotool --info -v "$1" | sed -n 's/.*channel list: //p' | head -n 1 |
        sed 's/ ([a-z]*)//g; s/ //g'
}

# snap FILE OPTIONS...: takes a snapshot into $work/got.exr.
snap() {
    file=$1
    shift
    checks=$((checks + 1))
    "$zoetrope" snapshot "$file" --cache-mb 800 "$@" -o "$work/got.exr" 2>"$work/err" && return 0
    fail "$file $*: $(cat "$work/err")"
    return 1
}

# same FILE CROP...: the snapshot is the file's picture, bit for bit.
same() {
    file=$1
    shift
    channels=$(channels_of "$work/got.exr")
    oiiotool -q "$file" "$@" --ch "$channels" "$work/got.exr" --fail 0 --hardfail 0 --diff \
        >"$work/err" 2>&1 || fail "$file [$channels]: $(tr '\n' ' ' <"$work/err")"
}

# The windows of a file that is not cut to what is shown differ.
has_overscan() {
    grep -q 'full/display' "$work/info"
}

find "$images" -name Damaged -prune -o -name '*.exr' -print | sort >"$work/list"
while read -r file; do
    if ! oiiotool --info -v "$file" >"$work/info" 2>&1 || grep -qi 'deep' "$work/info"; then
        echo "not compared: $file" >&2
        snap "$file"
        continue
    fi
    snap "$file" --full-precision && same "$file" --croptofull
    has_overscan && snap "$file" --full-precision --overscan && same "$file"
    snap "$file"
done <"$work/list"

[ "$checks" -gt 0 ] || fail "no pictures in $images"
end_checks
