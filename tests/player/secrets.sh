#!/bin/bash
# What lets one in is nowhere to be seen: passwords, signed queries and keys of S3 are in nothing that the program prints,
# shows in its window's title, or writes to a file, whether a server lets it in or not.
#
#   secrets.sh /path/to/zoetrope /path/to/shot_server.py
#
# Exit status: 0 all is well, 1 something is not, 77 skipped because a tool is absent.
#
# SPDX-License-Identifier: BSD-3-Clause
set -u

player=${1:?usage: secrets.sh ZOETROPE SHOT_SERVER}
server=$(realpath "${2:?usage: secrets.sh ZOETROPE SHOT_SERVER}")
. "$(dirname "$0")/window.sh"
command -v python3 >/dev/null || exit 77
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy AWS_PROFILE AWS_REGION AWS_ENDPOINT_URL
export HOME="$work/home"

# Every secret has this in it. Nothing else does, but the command lines.
mark=zoeSecret
user=${mark}User password=${mark}Pass query="X-Amz-Signature=${mark}Query"
export AWS_ACCESS_KEY_ID=${mark}Id AWS_SECRET_ACCESS_KEY=${mark}Key AWS_SESSION_TOKEN=${mark}Token
outputs=$work/outputs
mkdir "$outputs" "$HOME"
servers=

stop_servers() {
    for pid in $servers; do kill "$pid" 2>/dev/null; done
    clean_up
}
trap stop_servers EXIT

# start_server NAME OPTIONS...: sets port.
start_server() {
    local name=$1
    shift
    python3 "$server" --root "$work/root" --port-file "$work/$name" "$@" >/dev/null &
    servers="$servers $!"
    begin_waiting
    until [ -s "$work/$name" ]; do
        wait_more || break
    done
    port=$(cat "$work/$name") || exit 1
}

count=0
# run WANTED ARGS...: runs the program, keeps what it prints, and wants it to succeed (0) or not (1).
run() {
    local wanted=$1 status=0
    shift
    count=$((count + 1))
    timeout 300 "$player" "$@" >"$outputs/$count.out" 2>"$outputs/$count.err" || status=1
    check "$1 $2 ... gives $wanted" "$status" "$wanted"
    [ "$status" = "$wanted" ] || cat "$outputs/$count.err"
}

"$player" generate --size 160x90 --frames 6 --first 1001 --name a "$work/root/bucket/shots" >/dev/null || exit 1
start_server basic --basic "$user:$password"
basic=$port
start_server s3 --s3 --access-key "$AWS_ACCESS_KEY_ID" --secret-key "$AWS_SECRET_ACCESS_KEY" --token "$AWS_SESSION_TOKEN"
s3=$port

# ---- let in, and not ----

web=http://$user:$password@127.0.0.1:$basic/bucket/shots
for sequence in "$web/a.####.exr" "$web/a.1001-1006####.exr?$query"; do
    run 0 info "$sequence"
    run 0 -v --headless --json --loops 2 "$sequence"
    run 0 bench decode --json "$sequence"
    run 0 snapshot -o "$work/saved/picture.png" "$sequence"
done
for sequence in "$web/none.####.exr" "$web/no folder/a.####.exr" "$web/it's/a.1001-1006####.exr?$query" \
    "http://$user:${mark}Wrong@127.0.0.1:$basic/bucket/shots/a.####.exr" "http://$user:$password@127.0.0.1:1/a.####.exr?$query" \
    "http://$user:$password@no-such-name.invalid/a.1-3#.exr" "https://$user:$password@127.0.0.1:$basic/a.####.exr" \
    "http://$user:${mark}/Slash@127.0.0.1:$basic/a.####.exr" "http://$user:$password@/a.####.exr?$query"; do
    run 1 info "$sequence"
    run 1 --headless --json "$sequence"
done
export AWS_ENDPOINT_URL=http://127.0.0.1:$s3
run 0 info "s3://bucket/shots/a.####.exr"
run 0 -v --headless --json "s3://bucket/shots/a.####.exr"
AWS_SECRET_ACCESS_KEY=${mark}WrongKey run 1 info "s3://bucket/shots/a.####.exr"
AWS_SECRET_ACCESS_KEY=${mark}WrongKey run 1 info "s3://bucket/shots/a.1001-1006####.exr"
check "what is wrong is said of what the user named" "$(grep -c '^zoetrope info: s3://bucket/shots/a.1001.exr: permission denied' "$outputs/$count.err")" 1
AWS_SESSION_TOKEN=${mark}WrongToken run 1 info "s3://bucket/shots/a.####.exr"
run 1 info "s3://$user:$password@bucket/shots/a.####.exr"

# ---- the window ----

any_green() { color_in "$green" 0 600 1280 120; }
start_display
start_player -v "$web/a.1001-1006####.exr?$query"
eventually "frames are loaded" any_green 1
xdotool getwindowname "$window" >"$outputs/title"
sleep 0.5
stop_player q
cp "$work/out" "$outputs/window.out"
cp "$work/err" "$outputs/window.err"

# ---- looking ----

check "the recent sequence is kept" "$(grep -l "127.0.0.1:$basic" "$XDG_STATE_HOME"/zoetrope/recent.json 2>/dev/null | wc -l)" 1
check "blocks are kept on disk" "$(find "$XDG_CACHE_HOME/zoetrope" -type f | head -1 | wc -l)" 1
found=$(grep -rla "$mark" "$outputs" "$XDG_CONFIG_HOME" "$XDG_STATE_HOME" "$XDG_CACHE_HOME" "$HOME" "$work/saved" 2>/dev/null)
check "no secret in what $count commands and a window printed and wrote" "$found" ""
for file in $found; do grep -a "$mark" "$file" | head -3 | cut -c 1-300; done
check "the reader finds secrets" "$(echo "x${mark}y" >"$outputs/proof" && grep -rla "$mark" "$outputs" | wc -l)" 1
[ "$failures" -eq 0 ]
