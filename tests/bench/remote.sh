#!/bin/sh
# Shots from a server, measured: how near to the line's bound a loop is fetched, what its second turn takes from the network,
# how soon a frame is there after a jump, and what it takes of memory.
#
#   sh tests/bench/remote.sh ZOETROPE [WORK_DIR]
#
# ZOETROPE   the built program
# WORK_DIR   for four files of 4096x2160 (the others are links to them) and the disk caches: some 9 GB for 200 frames
#            (default: a folder under TMPDIR). Files of shots that are there are used again; caches are removed.
#
# FRAMES (default 200), SHARED_FRAMES (40: those of the part with nginx), LATENCY_MS (40), MBIT (800), LIMIT (MiB, 1000)
#
# The server is tests/support/shot_server.py: LATENCY_MS for a round trip, MBIT for all bodies together. The limit of what can
# be reached is parallel curl on the same files. "turn 2" is the second of two turns of one run, by the server's log; "again"
# is a new run with the disk cache as the first left it, beside the same loop from a local folder. With nginx (assets/
# nginx-shots.conf) between, two workstations, each with a disk cache of its own.
#
# Prints tables. Exits 1 when a promise is broken: the first turn at less than 90 % of curl's rate, a byte of a file from the
# network in the second turn, a jump that takes more than three round trips beside transfer and decoding, more than 48 MiB
# beside the limit, a byte of a file from the origin for the second workstation.
set -eu

zoetrope=$(realpath "${1:?usage: remote.sh ZOETROPE [WORK_DIR]}")
work=${2:-${TMPDIR:-/tmp}/zoetrope-remote}
frames=${FRAMES:-200}
shared_frames=${SHARED_FRAMES:-40}
latency=${LATENCY_MS:-40}
mbit=${MBIT:-800}
limit=${LIMIT:-1000}

here=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$work/root"
work=$(realpath "$work")
run=$(mktemp -d "$work/run-XXXXXX")
server= nginx=
finish() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
    if [ -n "$nginx" ]; then kill "$nginx" 2>/dev/null || true; fi
    rm -rf "$run"
}
trap finish EXIT
trap 'exit 1' INT TERM

# ---- the shots ----

shot=$work/root/shot
if [ ! -f "$shot/test.0004.exr" ]; then
    echo "writing files of 4096x2160 to $shot" >&2
    "$zoetrope" generate --size 4096x2160 --frames 4 --compression zip "$shot" >&2
fi
# Sets folder NAME to a sequence of so many links.
link_shot() {
    rm -rf "${work:?}/root/$1"
    mkdir "$work/root/$1"
    i=1
    while [ "$i" -le "$2" ]; do
        ln "$shot/test.000$(((i - 1) % 4 + 1)).exr" "$(printf '%s/test.%04d.exr' "$work/root/$1" "$i")"
        i=$((i + 1))
    done
}
link_shot loop "$frames"
link_shot shared "$shared_frames"
bytes_of() {
    stat -c %s "$work/root/$1"/* | awk '{ n += $1 } END { printf "%.0f", n }'
}

# ---- helpers ----

# start_server MBIT: sets server and url
start_server() {
    if [ -n "$server" ]; then kill "$server"; wait "$server" 2>/dev/null || true; fi
    rm -f "$run/port" "$run/log"
    python3 "$here/tests/support/shot_server.py" --root "$work/root" --port-file "$run/port" --log "$run/log" \
        --latency-ms "$latency" --mbit "$1" >/dev/null &
    server=$!
    while [ ! -s "$run/port" ]; do sleep 0.05; done
    port=$(cat "$run/port")
    url=http://127.0.0.1:$port
}

# Bytes of files' bodies that the server has sent since the log was emptied: beyond the byte by which an object is asked whether
# it is still the same.
sent() {
    awk '$2 ~ /exr/ && $5 > 1 { n += $5 } END { printf "%.0f", n }' "$run/log"
}

value() {
    sed -n "s/^ *\"$1\": \([-0-9.]*\),*\$/\1/p" "$run/json" | head -n 1
}

# Of an object in the JSON: value_in latency_ms p50
value_in() {
    sed -n "/\"$1\": {/,/}/s/^ *\"$2\": \([-0-9.]*\),*\$/\1/p" "$run/json" | head -n 1
}

# loop TURNS CACHE SEQUENCE: plays it; its JSON is in $run/json
loop() {
    "$zoetrope" bench loop --json --cache-mb "$limit" --loops "$1" --disk-cache "$2" --disk-cache-gb 20 "$3" >"$run/json"
}

broken=0
# holds TEXT CONDITION, where awk says whether it does
holds() {
    if ! awk "BEGIN { exit !($2) }"; then
        echo "BROKEN: $1 ($2)"
        broken=1
    fi
}

# ---- a loop ----

start_server "$mbit"
total=$(bytes_of loop)
echo "$frames frames of 4096x2160, $((total / 1000000)) MB; $latency ms, $mbit Mbit/s; limit $limit MiB; $(nproc) cores"
echo

before=$(date +%s.%N)
find "$work/root/loop" -name '*.exr' -printf "$url/loop/%f\n" | sort >"$run/urls"
xargs -P 8 -n 25 curl -s -o /dev/null --parallel-max 1 --remote-name-all --output-dir "$run" <"$run/urls" 2>/dev/null ||
    xargs -P 8 -n 1 curl -s -o /dev/null <"$run/urls"
curl_s=$(awk -v a="$before" -v b="$(date +%s.%N)" 'BEGIN { print b - a }')
rm -f "$run"/*.exr

: >"$run/log"
loop 1 "$run/disk" "$url/loop/test.####.exr"
first_s=$(value seconds) peak=$(value rss_peak_mb) first_sent=$(sent)

: >"$run/log"
loop 1 "$run/disk" "$url/loop/test.####.exr"
again_s=$(value seconds) again_sent=$(sent)
rm -rf "$run/disk"

: >"$run/log"
loop 2 "$run/disk" "$url/loop/test.####.exr"
two_sent=$(sent) two_s=$(value seconds) peak_two=$(value rss_peak_mb)
rm -rf "$run/disk"

loop 1 off "$work/root/loop"
local_s=$(value seconds)

printf '%s\n' "| | seconds | MB/s | MB from the network | peak MiB |" "|---|---:|---:|---:|---:|"
row() {
    awk -v what="$1" -v s="$2" -v total="$total" -v sent="$3" -v peak="$4" 'BEGIN {
        printf "| %s | %.1f | %.1f | %s | %s |\n", what, s, total / 1e6 / s, sent == "" ? "" : sprintf("%.1f", sent / 1e6), peak }'
}
row "the line's bound" "$(awk -v t="$total" -v m="$mbit" 'BEGIN { print t * 8 / 1e6 / m }')" "" ""
row "curl, 8 at a time" "$curl_s" "" ""
row "first turn" "$first_s" "$first_sent" "$peak"
row "two turns" "$two_s" "$two_sent" "$peak_two"
row "turn 2 of these" "$(awk -v a="$two_s" -v b="$first_s" 'BEGIN { d = a - b; print (d > 0.1 ? d : 0.1) }')" "$((two_sent - total))" ""
row "again, from the disk cache" "$again_s" "$again_sent" ""
row "from a local folder" "$local_s" "" ""
awk -v c="$curl_s" -v f="$first_s" -v t="$total" -v m="$mbit" 'BEGIN {
    printf "\nfirst turn: %.3f of curl, %.3f of the bound\n", c / f, t * 8 / 1e6 / m / f }'
holds "the first turn" "$curl_s / $first_s >= 0.9"
holds "bytes of the second turn" "$two_sent <= $total"
holds "bytes with the disk cache" "$again_sent == 0"
holds "memory" "$peak <= $limit + 48 && $peak_two <= $limit + 48"

# ---- jumps ----

start_server "$mbit"
one_s=$(curl -s -o /dev/null -w '%{time_total} %{time_starttransfer}\n' "$url/loop/test.0001.exr" | awk '{ print $1 - $2 }')
"$zoetrope" bench scrub --json --seeks 20 --cache-mb "$limit" --disk-cache "$run/disk" --disk-cache-gb 20 \
    "$url/loop/test.####.exr" >"$run/json"
jump=$(value_in latency_ms p50)
rm -rf "$run/disk"
"$zoetrope" bench scrub --json --seeks 20 --cache-mb "$limit" "$work/root/loop" >"$run/json"
here_jump=$(value_in latency_ms p50)
awk -v j="$jump" -v l="$here_jump" -v t="$one_s" -v r="$latency" 'BEGIN {
    printf "\njump: %.0f ms to the frame; from a local folder %.0f ms, transfer by one curl %.0f ms: %.1f round trips beside these\n",
        j, l, t * 1000, (j - l - t * 1000) / r }'
holds "a jump" "$jump <= 3 * $latency + $here_jump + $one_s * 1000"

# ---- a floor of workstations ----

if ! command -v nginx >/dev/null; then
    echo "no nginx: the shared cache is not measured"
    exit "$broken"
fi
start_server "$mbit"
near=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -e "s#/var/cache/nginx/shots#$run/nginx-cache#; s#server objects.example:80;.*#server 127.0.0.1:$port;#" \
    -e "s#listen 8080;.*#listen 127.0.0.1:$near;#" "$here/assets/nginx-shots.conf" >"$run/shots.conf"
cat >"$run/nginx.conf" <<CONF
worker_processes 2;
pid $run/nginx.pid;
error_log $run/nginx-error.log;
daemon off;
user $(id -un);
events { worker_connections 256; }
http { client_body_temp_path $run/t1; proxy_temp_path $run/t2; fastcgi_temp_path $run/t3; uwsgi_temp_path $run/t4;
       scgi_temp_path $run/t5; include $run/shots.conf; }
CONF
nginx -p "$run" -c "$run/nginx.conf" 2>/dev/null &
nginx=$!
until curl -s -o /dev/null "http://127.0.0.1:$near/shared/"; do sleep 0.1; done
total=$(bytes_of shared)
printf '\n%s\n' "nginx between, $shared_frames frames, $((total / 1000000)) MB:" ""
printf '%s\n' "| workstation | seconds | MB/s | MB from the origin |" "|---|---:|---:|---:|"
for station in 1 2; do
    : >"$run/log"
    loop 1 "$run/disk$station" "http://127.0.0.1:$near/shared/test.####.exr"
    shared_sent=$(sent)
    awk -v n="$station" -v s="$(value seconds)" -v total="$total" -v sent="$shared_sent" 'BEGIN {
        printf "| %s | %.1f | %.1f | %.1f |\n", n, s, total / 1e6 / s, sent / 1e6 }'
done
holds "bytes from the origin for the second workstation" "$shared_sent == 0"
exit "$broken"
