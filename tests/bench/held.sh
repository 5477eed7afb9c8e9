#!/bin/sh
# Frames held in 1 GB: what five kinds of sequence take in memory, beside a cache whose buffers cover the display window
# with all of their planes.
#
#   sh tests/bench/held.sh ZOETROPE [WORK_DIR]
#
# ZOETROPE   the built program
# WORK_DIR   for 1 GB of generated files (default: a folder under TMPDIR); files that are there are used again
#
# CACHE_MB (default 1024); BEACHBALL, a folder or a sequence (default ../shared/exr/Beachball/singlepart.0001.exr)
#
# Each sequence is played once without a window. Frames held is what the limit has room for beside the decoders' scratch, at the
# mean of the frames that are loaded by then; full window is the same with each frame's window filled, and
# no plane kept as one row.
set -eu

zoetrope=${1:?usage: held.sh ZOETROPE [WORK_DIR]}
work=${2:-${TMPDIR:-/tmp}/zoetrope-held}
cache=${CACHE_MB:-1024}
beachball=${BEACHBALL:-../shared/exr/Beachball/singlepart.0001.exr}

mkdir -p "$work"
result=$(mktemp)
trap 'rm -f "$result"' EXIT INT TERM

# make NAME OPTIONS...: a generated sequence, unless it is there.
make() {
    name=$1
    shift
    if [ ! -f "$work/$name/done" ]; then
        echo "writing $work/$name" >&2
        "$zoetrope" generate "$@" "$work/$name" >&2
        : >"$work/$name/done"
    fi
}

# The value of a key in the program's JSON, which has one a line.
value() {
    sed -n "s/^ *\"$1\": \([-0-9.]*\),*\$/\1/p" "$result" | head -n 1
}

# row NAME SEQUENCE [OPTIONS...]
row() {
    name=$1
    shift
    "$zoetrope" play --headless --json --fps 0 --loops 1 --cache-mb "$cache" "$@" >"$result"
    awk -v name="$name" -v held="$(value capacity_frames)" -v frames="$(value frames_mb)" -v full="$(value full_frames_mb)" \
        -v loaded="$(value frames_loaded)" 'BEGIN {
        printf "| %s | %.1f | %.1f | %d | %d | %.1f |\n", name, frames / loaded, full / loaded, held,
            held * frames / full, full / frames
    }'
}

make rgb --size 4096x2160 --frames 8
make opaque --size 4096x2160 --frames 8 --opaque
make element --size 4096x2160 --frames 48 --alpha --window drift
make plate8k --size 8192x4320 --frames 4

printf '%s\n' "| sequence | MB a frame | full window | frames held | full window | times |"
printf '%s\n' "|---|---:|---:|---:|---:|---:|"
row "full plate, RGB, 4K" "$work/rgb"
row "full plate, RGBA with opaque alpha, 4K" "$work/opaque"
row "CG element crossing the frame, RGBA, 4K" "$work/element"
if [ -e "$beachball" ]; then
    row "Beachball, 2K" "$beachball"
fi
row "plate, RGB, 8K at proxy 1/2" "$work/plate8k" --proxy 1/2
