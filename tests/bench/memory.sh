#!/bin/sh
# The memory promise, measured from outside: limit against peak resident memory while a loop is played that does not fit.
#
#   sh tests/bench/memory.sh ZOETROPE [WORK_DIR]
#
# ZOETROPE   the built program
# WORK_DIR   for 40 files of 4096x2160 RGBA, some 700 MB (default: a folder under TMPDIR); files that are there are used again
#
# LIMITS (MiB, default 600 1000 2000), LOOPS (default 4), FRAMES (default 40)
#
# Prints a table: the limit; the peak of resident memory, as the program says and as /proc/PID/status said, read from outside
# fifty times a second; how far it is above the limit; how many frames fit, how many are decoded in a loop, the bound for that;
# and the growth of resident memory a loop. Exits 1 when a promise is broken: more than 48 MiB beside the limit, more decodes
# than 1.05 x (N - C + workers + 1), or growth of more than 64 KB a loop.
set -eu

zoetrope=${1:?usage: memory.sh ZOETROPE [WORK_DIR]}
work=${2:-${TMPDIR:-/tmp}/zoetrope-memory}
limits=${LIMITS:-600 1000 2000}
loops=${LOOPS:-4}
frames=${FRAMES:-40}

mkdir -p "$work"
result=$(mktemp)
trap 'rm -f "$result"' EXIT INT TERM

last=$(printf '%s/test.%04d.exr' "$work" "$frames")
if [ ! -f "$last" ]; then
    echo "writing $frames files of 4096x2160 to $work" >&2
    "$zoetrope" generate --size 4096x2160 --frames "$frames" --alpha --compression zip "$work" >&2
fi

# The value of a key in the program's JSON, which has one a line.
value() {
    sed -n "s/^ *\"$1\": \([-0-9.]*\),*\$/\1/p" "$result" | head -n 1
}

# Sets outside to the highest VmHWM and VmRSS (KiB) seen while the process lives.
watch() {
    outside=0
    while kill -0 "$1" 2>/dev/null; do
        while read -r key number _; do
            case $key in
            VmHWM: | VmRSS:) if [ "$number" -gt "$outside" ]; then outside=$number; fi ;;
            State:) if [ "$number" = Z ]; then return; fi ;;
            esac
        done 2>/dev/null <"/proc/$1/status" || return 0
        sleep 0.02
    done
}

printf '%s\n' "| limit MiB | peak MiB | from outside | above the limit | frames that fit | decodes a loop | at most | growth KB a loop |"
printf '%s\n' "|---:|---:|---:|---:|---:|---:|---:|---:|"
broken=0
for limit in $limits; do
    "$zoetrope" bench loop --json --cache-mb "$limit" --loops "$loops" "$work" >"$result" &
    pid=$!
    watch "$pid"
    wait "$pid"
    awk -v limit="$limit" -v outside="$outside" -v peak="$(value rss_peak_mb)" -v fit="$(value capacity_frames)" \
        -v loop="$(value frames_in_loop)" -v decodes="$(value decodes_per_loop)" -v growth="$(value rss_growth_kb_per_loop)" \
        -v workers="$(value workers)" 'BEGIN {
        outside /= 1024
        high = outside > peak ? outside : peak
        bound = 1.05 * (loop > fit ? loop - fit + workers + 1 : 0)
        printf "| %d | %.1f | %.1f | %.1f | %d of %d | %.1f | %.1f | %.0f |\n", limit, peak, outside,
            (high > limit ? high - limit : 0), (fit < loop ? fit : loop), loop, decodes, bound, growth
        exit !(high <= limit + 48 && decodes <= bound && growth <= 64 && growth >= -64)
    }' || broken=1
done
if [ "$broken" -ne 0 ]; then
    echo "a promise was broken" >&2
fi
exit "$broken"
