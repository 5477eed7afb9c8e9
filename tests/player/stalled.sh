#!/bin/bash
# A server that takes requests and never answers: the window comes all the same, says that it is
# opening, and ends at once when it is told to, as commands do; what answers later is opened.
#
#   stalled.sh /path/to/zoetrope /path/to/shot_server.py
#
# Exit status: 0 all is well, 1 something is not, 77 skipped because a tool is absent.
#
# SPDX-License-Identifier: BSD-3-Clause
set -u

player=${1:?usage: stalled.sh ZOETROPE SHOT_SERVER}
server=$(realpath "${2:?usage: stalled.sh ZOETROPE SHOT_SERVER}")
. "$(dirname "$0")/window.sh"
command -v python3 >/dev/null || exit 77
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
export HOME="$work/home" XDG_CONFIG_HOME="$work/config"
export XDG_CACHE_HOME="$work/cache" XDG_STATE_HOME="$work/state"
mkdir "$HOME"

server_pid=
stop_server() {
    [ -n "$server_pid" ] && kill "$server_pid" 2>/dev/null
    clean_up
}
trap stop_server EXIT

"$player" generate --size 160x90 --frames 6 --name a "$work/root/shots" >/dev/null || exit 1
"$player" generate --size 160x90 --frames 6 --name b "$work/root/late" >/dev/null || exit 1
printf '* *shots* hang\n* *late* delay 1500\n' >"$work/faults"
python3 "$server" --root "$work/root" --port-file "$work/port" --faults "$work/faults" >/dev/null &
server_pid=$!
begin_waiting
until [ -s "$work/port" ]; do
    wait_more || break
done
url=http://127.0.0.1:$(cat "$work/port") || exit 1
start_display

echo "the window"
says() { [ "$(colors_in 340 240 600 160)" -gt 8 ] && echo yes; }
for key in Escape ctrl+q; do
    start_player "$url/shots/a.####.exr"
    eventually "it is there and says that it is opening" says yes
    check "nothing is open" "$(title)" Zoetrope
    stop_player "$key"
    check "it has nothing to say on stderr" "$(cat "$work/err")" ""
done
start_player "$url/late/b.####.exr"
eventually "what answers late is opened" title b
stop_player
start_player --restore
eventually "and comes back" title b
stop_player

echo "saving what came from a server that does not answer any more"
start_player --disk-cache off "$url/late/b.####.exr"
eventually "it is opened" title b
shown() { [ "$(colors_in 340 240 600 160)" -gt 50 ] && echo yes; }
eventually "it is shown" shown yes
echo '* * hang' >"$work/faults"
save_page ctrl+shift+s
key Return
stop_player
check "it is saved" "$(ls "$work/saved" | grep -c 'exr$')" 1
check "it has nothing to say on stderr" "$(cat "$work/err")" ""
printf '* *shots* hang\n* *late* delay 1500\n' >"$work/faults"

echo "commands end at the first signal"
for what in "info" "snapshot -o $work/a.png" "bench decode" "--headless" "bench hit"; do
    "$player" $what "$url/shots/a.1-6####.exr" >/dev/null 2>"$work/err" &
    command=$!
    sleep 1
    kill -TERM $command
    begin_waiting
    while kill -0 $command 2>/dev/null; do
        wait_more || break
    done
    if kill -0 $command 2>/dev/null; then
        bad "$what goes on"
        kill -9 $command
    else
        good "${what%% -o*} ends"
    fi
    wait $command 2>/dev/null
done

echo "what cannot be opened ends the program"
timeout 300 "$player" "$url/nowhere/a.####.exr" >/dev/null 2>"$work/err"
check "with status 1" "$?" 1
check "and a line" "$(wc -l <"$work/err")" 1

[ "$failures" -eq 0 ] || exit 1
echo "a server that does not answer holds nobody"
