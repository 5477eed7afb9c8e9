#!/bin/sh
# A sequence from a server plays as its folder does: the same frames, the second turn from disk, also when the server is gone; what
# is not there is a gap, what may not be read says so; and nothing that lets one in is shown.
#
#   tests/player/remote.sh ZOETROPE JSON_CHECK SHOT_SERVER
#
# SPDX-License-Identifier: BSD-3-Clause
set -u

zoetrope=${1:?} json_check=${2:?} server=${3:?}
. "$(dirname "$0")/../support/checks.sh"
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY AWS_ENDPOINT_URL AWS_PROFILE

# serve NAME OPTION...: the server ends when its standard input does; sets $url.
serve() {
    name=$1
    shift
    mkfifo "$work/$name.in"
    python3 "$server" --root "$work/root" --port-file "$work/$name.port" --log "$work/$name.log" --until-eof "$@" \
        <"$work/$name.in" >/dev/null 2>&1 &
    exec 9>"$work/$name.in"
    for _ in $(seq 1 200); do
        [ -s "$work/$name.port" ] && break
        sleep 0.05
    done
    url=http://127.0.0.1:$(cat "$work/$name.port")
}
end_server() { exec 9>&-; }

play() { timeout 120 "$zoetrope" play --headless --fps 0 --json "$@" >"$work/out" 2>"$work/err"; }
check() { "$json_check" "$@" <"$work/out" || fail "$*: $(cat "$work/out" "$work/err")"; }

mkdir "$work/root"
"$zoetrope" generate --size 320x180 --frames 12 --name shot "$work/root/shots" >/dev/null || exit 1
"$zoetrope" snapshot "$work/root/shots/shot.####.exr" --frame 5 -o "$work/local.exr" || fail "no local snapshot"

# A folder that is listed.
serve listed --basic me:secret
credentials=$(echo "$url" | sed 's|//|//me:secret@|')
play --loops 2 "$credentials/shots/shot.####.exr"
check bad=0 plays=24 error_count=0 'network_mb>0' 'requests>=12' 'disk_cache_mb>0' 'disk_cache_limit_mb>0'
tr -d ' \n' <"$work/out" | grep -q '"network_mb_by_loop":\[[0-9.]*,0.0\]' || fail "the second turn: $(cat "$work/out")"
grep -q secret "$work/out" "$work/err" && fail "the password is shown"
"$zoetrope" snapshot "$credentials/shots/shot.####.exr" --frame 5 -o "$work/remote.exr" || fail "no snapshot"
cmp -s "$work/local.exr" "$work/remote.exr" || fail "the pixels are others"
"$zoetrope" info "$credentials/shots" >"$work/out" 2>&1 || fail "info: $(cat "$work/out")"
grep -q 'from *HTTP' "$work/out" || fail "info does not say where it comes from: $(cat "$work/out")"
grep -q secret "$work/out" && fail "info shows the password"
play "$url/shots/shot.####.exr" && fail "it played without the password"
grep -q "$url/shots" "$work/err" || fail "the error does not name the URL: $(cat "$work/err")"

# From disk it plays without the server, where the pattern says which frames there are.
end_server
range=$credentials/shots/shot.1-12####.exr
play "$range"
check bad=0 plays=12 network_mb=0
play --disk-cache off "$range" && fail "it played from nowhere"

# A server that lists nothing; two frames are gone, one may not be read.
rm "$work/root/shots/shot.0003.exr" "$work/root/shots/shot.0004.exr"
echo '* GET?/shots/shot.0007.exr* status 403' >"$work/faults"
serve unlisted --listing none --faults "$work/faults"
play --disk-cache off "$url/shots/shot.1-12####.exr"
check error_count=2 bad=3 plays=9 disk_cache_limit_mb=0
grep -q 'ERROR_PERMISSION' "$work/out" || fail "403 is no PERMISSION: $(cat "$work/out")"
play --disk-cache off "$url/shots/shot.####.exr" && fail "it played without a list and a range"
grep -q 'needs a range' "$work/err" || fail "it does not say what is missing: $(cat "$work/err")"

# Where nothing can be kept on disk it plays, and says so.
play --disk-cache "$work/root/shots/shot.0001.exr/cache" "$url/shots/shot.8-12####.exr"
check bad=0 plays=5 disk_cache_limit_mb=0
grep -q '"disk_cache_problem": *"[^"]*shot.0001.exr' "$work/out" || fail "no reason: $(cat "$work/out")"
grep -q 'nothing is kept on disk: ' "$work/err" || fail "it does not say so: $(cat "$work/err")"

# In memory alone: a limit that holds a few of its frames.
play --disk-cache off --cache-mb 16 --loops 2 "$url/shots/shot.8-12####.exr"
check bad=0 plays=10
end_server

[ "$failures" -eq 0 ] || exit 1
echo "a sequence from a server plays as its folder does"
