#!/bin/bash
# A first day with the player, in a real window with a real mouse and real keys: it is started without
# arguments, a sequence is found, a work area set, a layer chosen from the list, metadata read and copied,
# a frame gone to, a picture saved, the next version looked at; it is quit, and goes on where it was.
#
#   first_day.sh /path/to/zoetrope [FOLDER FOR SCREENSHOTS]
#
# Nothing is waited for by the clock: each step is seen in the window before the next one, and what it did
# is read from outside: from the window's title, the files written, the state kept.
#
# Exit status: 0 all is well, 1 something is not, 77 skipped because a tool is absent.
#
# SPDX-License-Identifier: BSD-3-Clause
set -u

player=${1:?usage: first_day.sh /path/to/zoetrope [FOLDER]}
shots=${2:-}
. "$(dirname "$0")/window.sh"
if ! command -v oiiotool >/dev/null 2>&1; then
    echo "skipped: oiiotool is not installed"
    exit 77
fi

# Each step stands on the one before.
bad() {
    echo "  FAULT $*"
    shoot
    keep fault
    exit 1
}

# ---- two versions of a shot, with depth ----

frames=10
shot="$work/shots/comp"
mkdir -p "$shot"
for version in v001 v002; do
    "$player" generate --size 320x180 --frames $frames --first 101 --name rgba --alpha \
        --seed "${version#v00}" "$work/$version" >/dev/null || exit 1
    oiiotool --frames "101-$((100 + frames))" "$work/$version/rgba.#.exr" \
        --pattern fill:left=1:right=100 320x180 1 --chnames Z --chappend -d half --compression zip \
        -o "$shot/sh010_$version.#.exr" || exit 1
done

# ---- places in the window of 1280x720, in pixels ----

ruler=606
panel=$((1280 - 456)) # its left side
frame_x() { echo $((12 + 1256 * (2 * ($1 - 101) + 1) / (2 * frames))); } # the middle of a frame
left_of() { echo $((12 + 1256 * ($1 - 101) / frames)); }

at_frame() { [ "$(color_at "$(frame_x "$1")" 615)" = "120,190,255" ] && echo yes || echo no; }
saved() { ls "$work/saved" | grep -cxF "$*"; }
keeps() { grep -c "$1" "$XDG_STATE_HOME/zoetrope/recent.json"; }
step() { keep "$1"; }

start_display
xdotool mousemove 640 300

echo "start, and find a sequence"
start_player
eventually "without arguments there is a button to open" "color_in $accent 590 230 100 60" 1
eventually "and the window has the program's name" title Zoetrope
step 1-start
key ctrl+o
eventually "Ctrl+O leads to a path" "$edge 200 56 600 2" 1
xdotool type --delay 5 "$work/shots/"
key Return
row() { colors_in 110 115 400 18; }
listed() { [ "$(row)" -gt 1 ] && [ "$(colors_in 110 170 400 18)" = 1 ] && echo yes || echo no; }
eventually "the folder in it is listed" listed yes
xdotool mousemove 300 124 click --repeat 2 --delay 60 1
eventually "a double click enters it: a first sequence" "color_in $accent 118 115 16 18" 1
eventually "and a second" "color_in $accent 118 139 16 18" 1
step 2-open
xdotool mousemove 300 124 click --repeat 2 --delay 60 1
eventually "a double click opens one: the title is the shot" title sh010_v001
eventually "its first frame is current" "at_frame 101" yes

echo "work area"
drag() { # from to
    xdotool mousemove "$1" $ruler mousedown 1 mousemove $((($1 + $2) / 2)) $ruler mousemove "$2" $ruler mouseup 1
    xdotool mousemove 640 300
}
drag 13 "$(left_of 103)"
eventually "its beginning is dragged" "color_at $(left_of 103) 606" "204,204,204"
drag 1266 "$(left_of 109)"
eventually "and its end" "color_at $(($(left_of 109) - 1)) 606" "204,204,204"
key Home
eventually "Home goes to its beginning" "at_frame 103" yes
step 3-area

echo "a layer from the list"
key ctrl+l
eventually "Ctrl+L leads to the list" "$edge $((panel + 20)) 40 300 2" 1
second() { [ "$(colors_in $((panel + 36)) 134 120 28)" -gt 1 ] && echo yes || echo no; }
eventually "which has a second" second yes
xdotool mousemove 1100 148 click 1 mousemove 640 300
eventually "a click chooses the second" "color_in $accent $((panel + 18)) 138 16 20" 1
step 4-layers

echo "metadata"
key ctrl+i
eventually "Ctrl+I leads to the search" "$edge $((panel + 20)) 40 300 2" 1
xdotool type --delay 5 lineOrder
alone() { [ "$(colors_in $((panel + 14)) 88 320 22)" -gt 1 ] && [ "$(colors_in $((panel + 14)) 112 320 200)" = 1 ] && echo yes || echo no; }
eventually "one entry is found" alone yes
step 5-metadata
key ctrl+c
key Escape Escape
eventually "Esc twice closes the panel" "colors_in 1236 4 40 28" 1

echo "a frame"
key ctrl+g
eventually "Ctrl+G leads to a field" "$edge 22 577 230 2" 1
step 6-goto
xdotool type 107
key Return
eventually "a number leads to the frame" "at_frame 107" yes

echo "saving"
save_page ctrl+s
step 7-save
key ctrl+a
xdotool type --delay 5 "$work/saved/"
key ctrl+v
key Return
eventually "what was copied from the metadata is the file's name" "saved lineOrder: increasing.png" 1
check "the picture has the frame's size" "$(convert "$work/saved/lineOrder: increasing.png" -format '%wx%h' info:)" 320x180

echo "the next version"
key Next
eventually "Page Down goes to it" title sh010_v002
eventually "at the same frame" "at_frame 107" yes
eventually "with the same work area" "color_at $(left_of 103) 606" "204,204,204"
save_page ctrl+shift+s
key Return
eventually "its picture is saved, under the frame's number" "saved sh010_v002 107.exr" 1
channels() { "$player" info "$work/saved/$1" | sed -n 's/.*channels (chlist): //p'; }
check "in the same layer" "$(channels "sh010_v002 107.exr")" "Z half"
step 8-version

echo "quitting, and going on"
stop_player ctrl+q
check "the state has the version" "$(keeps 'sh010_v002.####.exr" *,\?$' | sed 's/^[1-9].*/yes/')" yes
start_player --restore
eventually "--restore opens what was open" title sh010_v002
eventually "at its frame" "at_frame 107" yes
key End
eventually "with its work area" "at_frame 108" yes
save_page ctrl+shift+s
key Return
eventually "a picture of it is saved" "saved sh010_v002 108.exr" 1
check "with its layer" "$(channels "sh010_v002 108.exr")" "Z half"
step 9-restored
stop_player

echo "what is not there"
"$player" "$work/nosuch" >"$work/out" 2>"$work/err"
check "a shell is told by the status" $? 1
start_player --stay "$work/nosuch"
eventually "with --stay, as from the desktop, there is a button to open" "color_in $accent 1070 10 100 30" 1
eventually "and the reason" "color_in 255,134,122 12 692 20 26" 1
step 10-stay
stop_player

if grep -i 'error: \|runtime error\|sanitizer' "$work/err" >/dev/null; then
    bad "nothing else was complained about: $(cat "$work/err")"
fi
echo "all is well"
