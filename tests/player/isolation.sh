#!/bin/sh
# The program with a decoder that dies at some files: it plays to the end, names them, and shows all others. And when the program
# itself is killed, no decoder stays behind.
#
#   ZOETROPE=path/to/zoetrope tests/player/isolation.sh ZOETROPE BAD_DECODER JSON_CHECK DENIED
#
# SPDX-License-Identifier: BSD-3-Clause
set -u

zoetrope=${1:?} bad=${2:?} json_check=${3:?} denied=${4:?}
. "$(dirname "$0")/../support/checks.sh"

# A file of so many dots is a picture to the bad decoder; one with an order is what that says.
mkdir "$work/shot"
for i in $(seq 1 12); do
    printf '%0200d' 0 >"$work/shot/f.00$(printf %02d "$i").exr"
done
printf 'first crash' >"$work/shot/f.0005.exr"
printf 'open exit' >"$work/shot/f.0009.exr"

play() {
    ZOETROPE_DECODER=$bad timeout 60 "$zoetrope" play --headless --fps 0 "$@" "$work/shot" >"$work/out" 2>"$work/err"
}

play --isolation on --json --loops 2
status=$?
[ "$status" -eq 0 ] || [ "$status" -eq 1 ] || fail "it ended with $status: $(cat "$work/err")"
"$json_check" error_count=2 decoder_deaths=2 'decoder_restarts>=1' 'decodes>=10' <"$work/out" || fail "$(cat "$work/out" "$work/err")"
for word in 'decoder crashed (signal 11) on .*f.0005.exr' 'decoder ended (status 3) on .*f.0009.exr'; do
    grep -q "$word" "$work/out" || fail "nothing of '$word' in: $(cat "$work/out")"
done

play --isolation auto -v
grep -q 'decoder crashed (signal 11) on .*f.0005.exr' "$work/err" || fail "-v does not say it: $(cat "$work/err")"

# Where it cannot be done, one refuses and the other says so.
ZOETROPE_DECODER=/nowhere "$zoetrope" play --headless --isolation on "$work/shot" >"$work/out" 2>&1 &&
    fail "it went on without a decoder"
grep -q '/nowhere' "$work/out" || fail "it does not say why: $(cat "$work/out")"
ZOETROPE_DECODER=/nowhere "$zoetrope" play --headless --isolation auto -v "$work/shot" >"$work/out" 2>&1
grep -q 'decoding in this process: /nowhere' "$work/out" || fail "auto does not say why: $(cat "$work/out")"

# The same where the system lacks what it takes; the one that goes on says so once.
for call in seccomp memfd_create socketpair; do
    ZOETROPE_DECODER=$bad "$denied" "$call" "$zoetrope" play --headless --isolation on "$work/shot" >"$work/out" 2>&1 &&
        fail "it went on without $call"
    grep -q 'cannot decode in processes of its own: .' "$work/out" || fail "$call: it does not say why: $(cat "$work/out")"
    ZOETROPE_DECODER=$bad "$denied" "$call" "$zoetrope" play --headless --isolation auto -v "$work/shot" >"$work/out" 2>&1
    [ "$(grep -c 'decoding in this process: .' "$work/out")" -eq 1 ] || fail "$call: auto says: $(cat "$work/out")"
done

# What hangs is ended when it was told to be; one that has done its frames is followed by another, and nobody dies.
printf 'last hang' >"$work/shot/f.0005.exr"
cp "$work/shot/f.0001.exr" "$work/shot/f.0009.exr"
play --isolation on --json --decoder-hang 1
"$json_check" error_count=1 decoder_deaths=1 <"$work/out" || fail "a hang: $(cat "$work/out" "$work/err")"
grep -q 'decoder hung (no progress for 1.0 s) on .*f.0005.exr' "$work/out" || fail "it does not say so: $(cat "$work/out")"
cp "$work/shot/f.0001.exr" "$work/shot/f.0005.exr"
play --isolation on --json --decoder-frames 2 --workers 1
"$json_check" error_count=0 decoder_deaths=0 'decoder_restarts>=4' <"$work/out" || fail "anew: $(cat "$work/out" "$work/err")"

# A header is read apart too, whatever asks for it: here its decoder dies of it, and the program does not.
printf 'header crash' >"$work/shot/f.0001.exr"
ZOETROPE_DECODER=$bad "$zoetrope" info --isolation on "$work/shot/f.0001.exr" >"$work/out" 2>&1 && fail "info of it is done"
grep -q 'decoder crashed (signal 11) on .*f.0001.exr' "$work/out" || fail "info says: $(cat "$work/out")"
ZOETROPE_DECODER=$bad "$zoetrope" snapshot --isolation on --frame 1 -o "$work/out.exr" "$work/shot/f.0001.exr" >"$work/out" 2>&1 ||
    fail "snapshot: $(cat "$work/out")"
ZOETROPE_DECODER=/nowhere "$zoetrope" info --isolation auto "$work/shot" >"$work/out" 2>&1
grep -q 'not an EXR file\|f.0001.exr' "$work/out" || fail "info, auto: $(cat "$work/out")"
cp "$work/shot/f.0002.exr" "$work/shot/f.0001.exr"

# decoders PID: its children.
decoders() { ps -o pid= --ppid "$1" | tr -d ' '; }

ZOETROPE_DECODER=$bad "$zoetrope" play --headless --isolation on --fps 24 --loops 1000 "$work/shot" >/dev/null 2>&1 &
player=$!
left=
for i in $(seq 1 100); do
    left=$(decoders "$player")
    [ -n "$left" ] && break
    sleep 0.1
done
[ -n "$left" ] || fail "no decoder was started"
kill -9 "$player"
wait "$player" 2>/dev/null
for i in $(seq 1 100); do
    alive=
    for pid in $left; do
        case $(ps -o stat= -p "$pid" 2>/dev/null) in '' | Z*) ;; *) alive=$pid ;; esac
    done
    [ -z "$alive" ] && break
    sleep 0.1
done
[ -z "$alive" ] || fail "decoder $alive is still there"

[ "$failures" -eq 0 ] && echo "files that kill decoders cost their frames"
[ "$failures" -eq 0 ]
