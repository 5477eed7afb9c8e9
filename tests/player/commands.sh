#!/bin/sh
# The commands of the built program: what they write, what they print, and how they fail.
#
#   ZOETROPE=path/to/zoetrope JSON_CHECK=path/to/json_check tests/player/commands.sh
#
# SPDX-License-Identifier: BSD-3-Clause
set -u

: "${ZOETROPE:?names the program}"
: "${JSON_CHECK:?names the JSON checker}"
. "$(dirname "$0")/../support/checks.sh"
cd "$work" || exit 1
unset DISPLAY WAYLAND_DISPLAY

# Runs a command; out and err get what it printed, status its exit status.
run() {
    checks=$((checks + 1))
    "$ZOETROPE" "$@" >out 2>err
    status=$?
}

# succeeds ARGS...: exit status 0.
succeeds() {
    run "$@"
    [ "$status" -eq 0 ] || fail "'$*' gave $status, wanted 0: $(cat err)"
}

# fails STATUS PART ARGS...: that exit status and one line on stderr with PART in it.
fails() {
    wanted=$1 part=$2
    shift 2
    run "$@"
    [ "$status" -eq "$wanted" ] || fail "'$*' gave $status, wanted $wanted"
    [ "$(wc -l <err)" -eq 1 ] || fail "'$*' said $(wc -l <err) lines, wanted 1: $(cat err)"
    grep -qF -- "$part" err || fail "'$*' said '$(cat err)', wanted '$part' in it"
    [ -s out ] && fail "'$*' failed and printed '$(cat out)'"
}

# json EXPECTATION... : what the last command printed.
json() {
    checks=$((checks + 1))
    "$JSON_CHECK" "$@" <out || fail "the JSON above: $(cat out)"
}

# value KEY: a number of the last JSON.
value() {
    sed -n "s/^ *\"$1\": \([-0-9.]*\),*\$/\1/p" out | head -n 1
}

# holds CONDITION: between numbers, as awk takes it.
holds() {
    checks=$((checks + 1))
    awk "BEGIN { exit !($1) }" || fail "not so: $1"
}

# same A B: two files are equal.
same() {
    checks=$((checks + 1))
    cmp -s "$1" "$2" || fail "$1 and $2 differ"
}

starts_with() {
    checks=$((checks + 1))
    is=$(head -c "$(printf '%s' "$2" | wc -c)" "$1" | tr -d '\000')
    [ "$is" = "$2" ] || fail "$1 does not start with '$2'"
}

test_generate() {
    succeeds generate --size 96x54 --frames 8 a
    [ "$(ls -A a | wc -l)" -eq 8 ] || fail "generate left $(ls -A a | tr '\n' ' ')"
    [ -s a/test.0001.exr ] && [ -s a/test.0008.exr ] || fail "generate named its files wrong"
    # The same seed gives the same bytes on any number of threads; another gives others.
    succeeds generate --size 96x54 --frames 8 --workers 1 deep/er/b
    for n in 1 5 8; do
        same a/test.000$n.exr deep/er/b/test.000$n.exr
    done
    succeeds generate --size 96x54 --frames 1 --seed 2 c
    cmp -s a/test.0001.exr c/test.0001.exr && fail "another seed gave the same picture"
    cmp -s a/test.0001.exr a/test.0002.exr && fail "the picture does not move"
    # Only its own names are replaced.
    echo keep >a/other.0001.exr
    succeeds generate --size 96x54 --frames 8 a
    [ "$(cat a/other.0001.exr)" = keep ] || fail "generate touched a foreign file"
    rm a/other.0001.exr
    for c in none rle zips zip piz pxr24 b44 b44a; do
        succeeds generate --size 70x45 --frames 1 --compression $c --name $c kinds
        starts_with kinds/$c.0001.exr "$(printf 'v/1\001')"
        succeeds snapshot kinds/$c.0001.exr -o $c.png
        starts_with $c.png "$(printf '\211PNG')"
    done
    # What does not lose anything gives the same picture.
    for c in rle zips zip piz pxr24; do
        same none.png $c.png
    done
    succeeds generate --size 70x45 --frames 1 --tiles 16x24 --name tiled kinds
    succeeds snapshot kinds/tiled.0001.exr -o tiled.png
    same none.png tiled.png
    succeeds generate --size 70x45 --frames 2 --type float --alpha --first -1 --fps 23.976 float
    succeeds generate --size 1x1 --frames 1 tiny
    succeeds generate --size 170x145 --frames 1 --opaque --name opaque kinds
    succeeds generate --size 170x145 --frames 1 --name solid kinds
    succeeds snapshot kinds/opaque.0001.exr -o opaque.png
    succeeds snapshot kinds/solid.0001.exr -o solid.png
    same opaque.png solid.png
    fails 2 lzma generate --compression lzma a
    fails 2 half generate --compression b44 --type float a
    fails 2 0x5 generate --size 0x5 a
    fails 2 DIR generate
    fails 2 slash generate --name x/y a
    mkdir -p blocked/test.0001.exr
    fails 1 blocked/test.0001.exr generate --size 8x8 --frames 1 blocked
    [ "$(ls -A blocked | wc -l)" -eq 1 ] || fail "a failed generate left $(ls -A blocked)"
    fails 1 a/test.0001.exr generate a/test.0001.exr/below
}

test_snapshot() {
    succeeds snapshot a --frame 3 -o three.exr
    succeeds snapshot a --frame 3 -o three.png
    # The EXR holds the linear pixels: shown, it is the same picture.
    succeeds snapshot three.exr -o again.png
    same three.png again.png
    succeeds snapshot 'a/test.####.exr' --frame 4 -o four.png
    cmp -s three.png four.png && fail "two frames gave the same picture"
    succeeds snapshot a --frame 3 --exposure -1 --gamma 1.2 --channel luminance --transfer rec709 \
        --size 40x40 -o graded.PNG
    cmp -s three.png graded.PNG && fail "the grade changed nothing"
    succeeds snapshot float --frame -1 --full-precision -o float.exr
    succeeds snapshot kinds/zip.0001.exr --layer G -o g.exr
    fails 1 test. snapshot a --frame 99 -o x.exr
    fails 1 "no such folder" snapshot a --frame 3 -o nowhere/x.exr
    fails 1 nowhere/x.png snapshot a --frame 3 -o nowhere/x.png
    fails 1 test.0003.exr snapshot a --frame 3 --layer nonsense -o x.exr
    fails 1 "; there is only RGB" snapshot a --frame 3 --layer nonsense -o x.exr
    fails 2 x.jpg snapshot a --frame 3 -o x.jpg
    fails 2 -o snapshot a --frame 3
    fails 2 PNG snapshot a --frame 3 --exposure 1 -o x.exr
    fails 2 --frame snapshot a --frame three -o x.exr
    [ -e x.exr ] && fail "a failed snapshot left x.exr"
    [ -z "$(find . -name '*.tmp')" ] || fail "left behind: $(find . -name '*.tmp')"
}

# Files that generate does not write.
test_channels() {
    if ! command -v oiiotool >/dev/null 2>&1; then
        echo "skipped: oiiotool is not installed"
        return
    fi
    # Names beyond 31 bytes, which need a mark in the file.
    for length in 31 32 255; do
        name=$(printf "%${length}s" '' | tr ' ' q)
        oiiotool --pattern fill:left=0:right=1 16x8 1 --chnames "$name" -d half -o long$length.exr
        succeeds snapshot long$length.exr -o copy.exr
        run info --json copy.exr
        grep -q "\"$name\"" out || fail "the name of $length bytes did not arrive: $(cat out)"
        succeeds snapshot long$length.exr -o long.png
        succeeds snapshot copy.exr -o copy.png
        same long.png copy.png
    done
    # Depth is shown over its range, as in the viewer, and not all white.
    oiiotool --pattern fill:left=100:right=5000 64x8 1 --chnames Z -d float -o depth.exr
    succeeds snapshot depth.exr -o depth.png
    oiiotool --stats depth.png >out
    grep -q 'Stats Min: 0 0 0' out && grep -q 'Stats Max: 255 255 255' out ||
        fail "depth is not shown over its range: $(grep -E 'Min|Max' out)"
    # Luminance has a range of its own.
    oiiotool --pattern constant:color=0.25 64x8 1 --chnames Y -d half -o grey.exr
    succeeds snapshot grey.exr -o grey.png
    oiiotool --stats grey.png >out
    grep -q 'Stats Max: 137 137 137' out || fail "grey was changed: $(grep Max out)"
}

test_info() {
    # A row is 1024 bytes, a full frame 768 KB; a window that crosses it has at most a quarter, and
    # at both ends nothing.
    succeeds generate --size 512x256 --frames 48 --window drift moving
    succeeds info --json moving
    json frames_bytes.least=0 frames_bytes.most=196608 frames_bytes.files=48 'frames_bytes.mean>=90000'
    succeeds info moving
    grep -q 'all frames .* least 0 bytes, mean .*, most 192.0 KB, by 48 headers' out ||
        fail "info does not say what frames take: $(cat out)"
    # A file that is none says nothing about the others.
    : >moving/test.0002.exr
    succeeds info --json moving
    json frames_bytes.files=47 frames_bytes.most=196608
    # Of a long sequence a part is looked at, its first and its last among them.
    succeeds generate --size 32x2 --frames 450 long
    succeeds generate --size 64x64 --frames 1 long
    succeeds generate --size 96x64 --frames 1 --first 450 long
    succeeds info --json long
    json frames_bytes.files=200 frames_bytes.least=384 frames_bytes.most=36864
}

test_bench() {
    succeeds bench decode a --json --repeat 3 --workers 2
    json frames=24 seconds fps frame_ms.p50 frame_ms.p95 frame_ms.max workers=2 'rss_peak_mb>=1' \
        errors=0
    succeeds bench hit a --json --count 5000
    json acquires=5000 ns.p50 ns.p95 ns.p99 allocations=0 failures=0
    succeeds bench loop a --json --cache-mb 64 --loops 3
    json plays=24 'hits>=16' misses on_time late decodes=8 decodes_per_loop=0 frames_in_loop=8 \
        'capacity_frames>=8' evictions=0 allocations=0 limit_mb=64 'rss_peak_mb>=1' \
        rss_growth_kb_per_loop
    succeeds bench loop a --json --cache-mb 64 --loops 2 --fps 200 --in 3 --out 6
    json plays=8 frames_in_loop=4 'decodes>=4'
    # Two sequences together: each frame that fits is decoded once, also where they do not begin together.
    succeeds generate --size 96x54 --frames 8 --first 4 --seed 5 later
    for other in deep/er/b later; do
        succeeds bench loop a --compare $other --json --cache-mb 64 --loops 3
        [ $other = later ] && both=13 all=13 || both=16 all=16
        json plays=24 decodes=$all frames_in_loop=$both decodes_per_loop=0 evictions=0 allocations=0 bad=0 no_room=0
    done
    fails 1 'nowhere' bench loop a --compare nowhere
    succeeds bench scrub a --json --seeks 12
    json latency_ms.p50 latency_ms.p95 latency_ms.max stale_skipped stale_stopped wasted_ms \
        chunk_ms.p50 chunk_ms.max seeks=12 shown=12
    succeeds bench scrub a --json --seeks 10 --interval-ms 1 --seed 7
    json latency_ms.p50 latency_ms.max 'shown>=1' interval_ms=1
    for b in decode hit loop scrub; do
        succeeds bench $b a
        grep -q rss_peak_mb out || fail "bench $b printed no table"
        succeeds bench $b --help
        fails 2 SEQUENCE bench $b
        fails 1 nothing.exr bench $b nothing.exr
    done
    fails 2 decode bench
    fails 2 fast bench fast a
    succeeds bench --help
}

test_headless() {
    succeeds play --headless --loops 2 --fps 0 --json a
    json plays=16 'hits>=8' misses error_count=0 'errors=[0]' fps first=1 last=8 in=1 out=8 \
        loops=2 decodes=8 limit_mb decode_ms.p50 interrupted=false
    succeeds --headless --loops 2 --fps 100 --json --in 2 --out 5 --loop ping-pong a
    json 'plays>=7' skipped=0 in=2 out=5 loop=ping-pong
    succeeds --headless --fps 5 --policy real-time --loop once --json a
    json 'plays>=1' policy=real-time
    succeeds play --headless --json float --fps 0
    json plays=2 first=-1 last=0
    succeeds play --headless a --fps 0
    grep -q decodes out || fail "play --headless printed no table"
    # A window of a quarter that crosses the picture takes less than a quarter of it.
    succeeds generate --size 512x256 --frames 48 --window drift drift
    succeeds play --headless --fps 0 --loops 1 --json drift
    json plays=48 decodes=48 frames_loaded=48 full_frames_mb=36 'capacity_frames>=48'
    holds "$(value frames_mb) > 0 && $(value frames_mb) < 9"
    succeeds bench loop --json --loops 1 drift
    json full_frames_mb=36 'capacity_frames>=48'
    holds "$(value frames_mb) > 0 && $(value frames_mb) < 9"
    succeeds generate --size 512x256 --frames 8 full
    succeeds play --headless --fps 0 --loops 1 --json full
    # A page beside each is for what pieces tell each other of uniform planes.
    json 'frames_mb>=6' 'full_frames_mb>=6'
    holds "$(value frames_mb) == $(value full_frames_mb) && $(value frames_mb) < 6.04"
    # Where two do not fit each is shown all the same, and it is said which limit would do.
    succeeds generate --size 1600x1100 --frames 4 wide
    succeeds play --headless --fps 0 --loops 1 --cache-mb 16 --json wide
    json plays=4 bad=0 no_room=3
    grep -q 'no_room_reason.* MB would do' out || fail "play --headless --json says no reason"
    grep -q 'warning: .* MB would do' err || fail "play --headless says not which limit would do"
    succeeds play --headless --fps 0 --loops 1 --cache-mb 64 --json wide
    json plays=4 no_room=0
    fails 1 test. play --headless a --in 99
    fails 2 --headless play --headless
}

# bad NAME FILE: every command that reads a sequence names FILE in one line.
bad() {
    fails 1 "$1" snapshot "$2" -o x.exr
    for b in decode hit loop scrub; do
        fails 1 "$1" bench $b "$2"
    done
}

test_bad_input() {
    bad nothing.exr nothing.exr
    bad nowhere nowhere/x.####.exr
    mkdir -p empty
    bad empty empty
    mkdir -p text cut
    echo "this is no picture" >text/t.0001.exr
    bad text/t.0001.exr text/t.0001.exr
    : >empty.exr
    fails 1 'empty.exr: empty file' snapshot empty.exr -o x.exr
    fails 1 'empty.exr: empty file' info empty.exr
    head -c 200 a/test.0001.exr >cut/t.0001.exr
    bad cut/t.0001.exr cut/t.0001.exr
    run play --headless --fps 0 --json text
    [ "$status" -eq 1 ] || fail "headless play of no picture gave $status, wanted 1"
    json plays=0 error_count=1 errors=[1]
    # Some bad frames among good ones: told, and played over.
    cp -r a mixed
    rm mixed/test.0003.exr
    cp text/t.0001.exr mixed/test.0005.exr
    succeeds play --headless --fps 0 --loops 2 --json mixed
    json plays=12 bad=4 error_count=2 'errors=[2]'
    [ "$(wc -l <err)" -eq 2 ] || fail "wanted a line for each bad frame: $(cat err)"
    grep -q test.0005.exr err || fail "the bad frame is not named: $(cat err)"
    succeeds play --headless --fps 200 --json mixed
    json plays=6 bad=2
    succeeds bench decode mixed --json
    json frames=6 errors=1
    fails 1 "frame 3" snapshot mixed --frame 3 -o x.exr
    succeeds generate --size 2048x1400 --frames 1 large
    fails 1 test.0001.exr snapshot large/test.0001.exr --cache-mb 16 -o x.exr
    if [ "$(id -u)" -ne 0 ]; then
        mkdir -p locked
        cp a/test.0001.exr locked
        chmod 000 locked/test.0001.exr
        bad locked/test.0001.exr locked/test.0001.exr
    else
        echo "skipped: permissions mean nothing to root"
    fi
}

# interrupted STATUS ARGS...: ends soon after a SIGINT, with that exit status.
interrupted() {
    wanted=$1
    shift
    checks=$((checks + 1))
    "$ZOETROPE" "$@" >out 2>err &
    child=$!
    # Not before it listens: a shell starts what runs beside it with SIGINT ignored, and on a busy
    # machine that is the shell itself for a while.
    tries=0
    until [ "$(readlink "/proc/$child/exe")" = "$(realpath "$ZOETROPE")" ] &&
        caught=$(sed -n 's/^SigCgt:[[:space:]]*0*//p' "/proc/$child/status" 2>/dev/null) &&
        [ $((0x0$caught & 2)) -ne 0 ]; do
        tries=$((tries + 1))
        [ $tries -gt 300 ] && break
        sleep 0.1
    done
    sleep 0.2
    kill -INT $child
    wait $child
    status=$?
    [ "$status" -eq "$wanted" ] || fail "'$*' interrupted gave $status, wanted $wanted: $(cat err)"
}

test_interrupt() {
    interrupted 0 play --headless --json --fps 100 --loops 1000000 a
    json plays interrupted=true
    for b in "decode --repeat 1000000" "hit --count 100000000" "loop --loops 1000000 --fps 100" \
        "scrub --seeks 1000000"; do
        # shellcheck disable=SC2086 # the options are words
        interrupted 1 bench $b a
        grep -q interrupted err || fail "bench $b said '$(cat err)'"
    done
    interrupted 1 generate --size 8192x8192 stopped
    [ -z "$(find stopped -name '*.tmp')" ] || fail "left behind: $(ls -A stopped)"
    interrupted 1 snapshot a --size 30000x30000 -o stopped.png
    grep -q interrupted err || fail "snapshot said '$(cat err)'"
    [ -z "$(find . -name '.stopped*')" ] || fail "left behind: $(find . -name '.stopped*')"
}

# no_controls FILE: neither escapes nor C1 in what was printed.
no_controls() {
    checks=$((checks + 1))
    LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177\200-\237]')" "$1" &&
        fail "control characters in $(od -c "$1" | head -20)"
}

# What a terminal obeys does not get there from the names of files, channels and layers.
test_hostile_text() {
    name=$(printf 'e\033[m\302\233' ; printf 'Km\233' ; printf 'm.exr')
    fails 1 'e?[m?Km?m.exr' info "$name"
    no_controls err
    cp a/test.0001.exr "$name"
    succeeds info "$name"
    no_controls out
    grep -qF 'e?[m?Km?m.exr' out || fail "info printed $(cat out)"
    succeeds info --json "$name"
    json frames=1
    no_controls out
    run play --headless --fps 0 -vv "$name"
    no_controls err
    hostile=${ZOETROPE_TEST_IMAGES:-}/../hostile/escape.exr.xz
    if [ -f "$hostile" ] && command -v xz >/dev/null; then
        xz -dc "$hostile" >escape.exr
        for c in "info" "info --json" "play --headless --fps 0" "snapshot -o escape.png"; do
            # shellcheck disable=SC2086 # the options are words
            run $c escape.exr
            no_controls err
            no_controls out
        done
    fi
}

test_general() {
    for c in generate snapshot bench play; do
        succeeds $c --help
        grep -q usage: out || fail "$c --help printed no usage"
    done
    succeeds --version
    grep -q '^zoetrope [0-9]' out || fail "--version printed '$(cat out)'"
    fails 2 --nonsense --nonsense a
    # -vv tells of every load and eviction; -v does not.
    succeeds play --headless --fps 0 -vv a
    [ "$(grep -c 'loaded in .* ms: a/test' err)" -eq 8 ] || fail "-vv said: $(cat err)"
    succeeds generate --size 1600x900 --frames 6 many
    succeeds play --headless --fps 0 --cache-mb 24 -vv many
    grep -q 'evicted: test.####.exr frame [1-6]' err || fail "-vv said: $(cat err)"
    succeeds play --headless --fps 0 -v a
    # How files are decoded, and what the engine takes.
    [ "$(wc -l <err)" -eq 2 ] || fail "-v said: $(cat err)"
    if [ -c /dev/full ]; then
        checks=$((checks + 1))
        "$ZOETROPE" bench hit --count 10 a >/dev/full 2>err
        [ $? -eq 1 ] || fail "a full disk under the report went unnoticed"
    fi
}

for part in generate snapshot channels info bench headless bad_input interrupt hostile_text general; do
    "test_$part"
done
end_checks
