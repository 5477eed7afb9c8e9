#!/bin/bash
# The player in a real window, whose decoders are killed while it plays: it goes on, with others.
#
#   decoders_xvfb.sh /path/to/zoetrope [FOLDER FOR SCREENSHOTS]
#
# Exit status: 0 all is well, 1 something is not, 77 skipped because a tool is absent.
#
# SPDX-License-Identifier: BSD-3-Clause
set -u

player=${1:?usage: decoders_xvfb.sh /path/to/zoetrope [FOLDER]}
shots=${2:-}
. "$(dirname "$0")/window.sh"

"$player" generate --size 960x540 --frames 24 --name shot "$work/shot" >/dev/null || exit 1
start_display
# Room for half of the frames: decoders have always something to do.
start_player --isolation on --play --fps 24 --cache-mb 48 "$work/shot/shot.####.exr"

decoders() { ps -o pid= --ppid "$player_pid" | tr -d ' '; }
count() { decoders | grep -c . | sed 's/[1-9][0-9]*/some/'; }
# The picture's part of the window changes.
picture() { "$screen" "$now" sum 0 0 1280 500; }
moving() {
    local before
    before=$(picture)
    sleep 0.2
    shoot
    [ "$(picture)" = "$before" ] && echo no || echo yes
}

eventually "decoders are there" count some
eventually "it plays" moving yes
for round in 1 2 3 4; do
    for pid in $(decoders); do kill -SEGV "$pid" 2>/dev/null; done
    sleep 0.1
done
eventually "it plays on" moving yes
eventually "there are others" count some
keep decoders

[ "$failures" -eq 0 ]
