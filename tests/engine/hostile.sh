#!/bin/sh
# Files that mean harm, through the built program: each is answered within some seconds of work and within the memory it was given,
# and what takes longer stops when it is told to.
#
#   ZOETROPE=path/to/zoetrope MEASURED=… HOSTILE_MAKER=… ZOETROPE_TEST_IMAGES=folder tests/engine/hostile.sh
#
# Work and memory are what the system counts (tests/support/measured.c): seconds of processor time, which other programs on the
# machine do not change. The files: those of the folder "hostile" beside the test images, as FILE.exr.xz, and those that
# tests/support/hostile_maker.c makes.
#
# SPDX-License-Identifier: BSD-3-Clause
set -u

zoetrope=${1:-${ZOETROPE:?names the program}}
measured=${MEASURED:?names the program that measures}
maker=${HOSTILE_MAKER:?names the program that makes files}
images=${ZOETROPE_TEST_IMAGES:-}
shared=${images:+$images/../hostile}
sanitized=${ZOETROPE_SANITIZED:-}

. "$(dirname "$0")/../support/checks.sh"

seconds=2   # of work
limit=256   # MB, given with --cache-mb
overhead=48 # MB, beside it
stop=0.4    # seconds of work, once it is told to stop: of all threads, and to give memory back

field() { # NAME: of $line
    value=${line##*"$1="}
    echo "${value%% *}"
}

more() { # A B: A > B; a sanitizer's time and memory are not the program's
    [ -z "$sanitized" ] && awk "BEGIN { exit !($1 > $2) }"
}

# run LABEL OPTIONS... -- COMMAND...: measures a command into $line.
run() {
    label=$1
    shift
    checks=$((checks + 1))
    line=$("$measured" "$@") || fail "$label: cannot be measured"
    echo "$label: $line"
    # Every ending that the program chose, and none that was chosen for it.
    [ "$(field exit)" -le 1 ] || fail "$label: exit status $(field exit): $(tail -c 300 "$work/said")"
}

# answers FILE COMMAND...: the command's answer is soon there, and within the limit.
answers() {
    file=$1
    shift
    label="$(basename "$file" .exr) $1${out:+ .${out##*.}}"
    run "$label" -o "$work/said" "$zoetrope" "$@" "$file"
    more "$(field cpu)" $seconds && fail "$label: $(field cpu) s of work"
    more "$(field peak_mb)" $((limit + overhead)) && fail "$label: $(field peak_mb) MB of memory"
    return 0
}

each_command() { # FILE
    out=
    rm -f "$work/said"
    answers "$1" info
    answers "$1" info --json
    answers "$1" play --headless --cache-mb $limit
    for out in "$work/out.exr" "$work/out.png"; do
        answers "$1" snapshot --cache-mb $limit -o "$out"
    done
    rm -f "$work"/out.*
    # Nothing of the file reaches a terminal that the terminal takes for a command.
    out=
    checks=$((checks + 1))
    LC_ALL=C tr -d '\11\12\40-\176\200-\377' <"$work/said" | grep -q . &&
        fail "$(basename "$1"): control characters: $(od -c "$work/said" | head -n 3)"
    # None of them is more than a process of its own can take.
    grep -e "decoder .*(signal" -e "decoder hung" "$work/said" && fail "$(basename "$1"): a decoder died"
}

# stops WORK FILE MB: told to stop while it is at it, after so much work, it does.
stops() {
    for command in "snapshot -o $work/out.exr" "snapshot -o $work/out.png" "bench decode --repeat 100"; do
        # Split into words on purpose.
        # shellcheck disable=SC2086
        run "$(basename "$2" .exr) ${command%% *} stopped" -o /dev/null -i "$1" "$zoetrope" $command --cache-mb "$3" "$2"
        more "$(field after)" $stop && fail "$label: $(field after) s of work after it was told to stop"
    done
    rm -f "$work"/out.*
}

mkdir "$work/made" && "$maker" "$work/made" || fail "files could not be made"
for file in "$work"/made/*.exr; do
    each_command "$file"
done

# What is no ordinary file.
mkdir "$work/odd" "$work/odd/folder.exr" && mkfifo "$work/odd/fifo.exr" && ln -s loop.exr "$work/odd/loop.exr" &&
    ln -s /dev/zero "$work/odd/zeros.exr" && ln -s /proc/self/mem "$work/odd/memory.exr" || fail "odd files could not be made"
for file in "$work"/odd/*; do
    each_command "$file"
    [ "$(field exit)" -eq 1 ] || fail "$label: it is taken for a picture"
done

stops 0.1 "$work/made/one_tile.exr" 1000
stops 0.2 "$work/made/one_tile.exr" 1000
stops 0.1 "$work/made/deep_pixel.exr" 1000
stops 0.2 "$work/made/deep_pixel.exr" 1000

if [ -n "$shared" ] && [ -d "$shared" ] && command -v xz >/dev/null; then
    for packed in "$shared"/*.exr.xz; do
        file=$work/$(basename "$packed" .xz)
        xz -dc "$packed" >"$file" || fail "$packed: cannot be unpacked"
        each_command "$file"
        rm -f "$file"
    done
else
    echo "not tried: there is no folder \"hostile\" beside the test images, or no xz" >&2
fi

end_checks
