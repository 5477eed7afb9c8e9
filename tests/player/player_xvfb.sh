#!/bin/bash
# The player in a real window: starts it under Xvfb, presses real keys, drags a real mouse, and looks
# at screenshots of what a person would see.
#
#   player_xvfb.sh /path/to/zoetrope [FOLDER FOR SCREENSHOTS]
#
# Exit status: 0 all is well, 1 something is not, 77 skipped because a tool is absent.
#
# SPDX-License-Identifier: BSD-3-Clause
set -u

player=${1:?usage: player_xvfb.sh /path/to/zoetrope [FOLDER]}
shots=${2:-}
. "$(dirname "$0")/window.sh"

# ---- seeing ----

# What is looked at: all of the window, or less where that is smaller.
width=1280 height=720
# The box around all pixels of exactly that colour in the lowest rows: WIDTH HEIGHT X Y; "none".
box_of() { "$screen" "$now" box "$1" $width $height "$2"; }
part() { # part NUMBER WORDS...
    local n=$1
    shift
    set -- $*
    echo "${!n:-none}"
}
brightness() { "$screen" "$now" light 200 430 300 100; }

indicator_height() { part 2 "$(box_of $green 116)"; }
indicator_width() { part 1 "$(box_of $green 116)"; }
error_height() { part 2 "$(box_of $red 116)"; }

# The frame under the playhead's marker, 0-based: the marker is what is accent under the indicator.
playhead() {
    set -- $(box_of $accent 94)
    if [ "$1" = none ]; then echo none; else echo $((($3 + $1 / 2 - 12) * frames / 1256)); fi
}

frames=24
sequence="$work/a sequence [1]"
"$player" generate --size 640x360 --frames $frames --first 101 --name shot --alpha "$sequence" \
    >/dev/null || exit 1
rm "$sequence/shot.0113.exr"
head -c 300 "$sequence/shot.0117.exr" >"$work/cut" && mv "$work/cut" "$sequence/shot.0117.exr"
start_display

# ---- the load indicator ----

echo "load indicator"
start_player "$sequence/shot.####.exr"
eventually "loaded frames are green, in a strip of 4 pixels" indicator_height 4
eventually "the strip is as long as the sequence" indicator_width 1256
eventually "the damaged frame is red, in the same strip" error_height 4
set -- $(box_of $green 116)
row=$((720 - 116 + $4 + 2))
check "frame 101 is exactly (80,200,120)" "$(color_at 20 $row)" "80,200,120"
check "frame 117 is exactly (200,60,60)" "$(color_at $((12 + 1256 * 33 / 48)) $row)" "200,60,60"
gap=$(color_at $((12 + 1256 * 25 / 48)) $row)
check "frame 113 is a gap in a neutral grey" "${gap%%,*},${gap%%,*},${gap%%,*}" "$gap"
keep indicator

# ---- keys ----

echo "playhead and work area"
key Home
eventually "Home goes to the first frame" playhead 0
key Right Right Right Right
eventually "four times Right goes to the fifth" playhead 4
key b
key shift+Right
eventually "Shift+Right goes ten further" playhead 14
key Left Left Left Left Left n
eventually "five times Left goes back" playhead 9
key space
seen='' moved=''
begin_waiting
for ((i = 0; i < 8 || ${#moved} == 0; i++)); do
    shoot
    at=$(playhead)
    case $at in
    4 | 5 | 6 | 7 | 8 | 9) seen="$seen $at" ;;
    *) seen="$seen outside:$at" ;;
    esac
    [ "$at" = "${seen:1:1}" ] || moved=yes
    # Not in step with the loop, which takes a quarter of a second.
    sleep "0.$((10 + 3 * (i % 8)))"
    [ "$SECONDS" -le "$waiting_until" ] || break
done
key space
case $seen in
*outside*) bad "playback stays in the work area: $seen" ;;
*) good "playback stays in the work area:$seen" ;;
esac
check "playback moves" "$moved" yes
key End
eventually "End goes to the end of the work area" playhead 9
key ctrl+b End
eventually "Ctrl+B clears it" playhead 23

# ---- mouse ----

echo "scrubbing"
ruler=$((row - 14))
xdotool mousemove 300 $ruler mousedown 1
eventually "a click in the ruler moves the playhead" playhead $(((300 - 12) * frames / 1256))
for x in 400 500 600 700 800 900; do
    xdotool mousemove $x $ruler
done
eventually "dragging takes it along" playhead $(((900 - 12) * frames / 1256))
xdotool mouseup 1
# The left handle, to the edge between the 6th and the 7th frame.
xdotool mousemove 13 $((ruler + 6)) mousedown 1 mousemove 100 $((ruler + 6))
xdotool mousemove $((12 + 1256 * 6 / frames)) $((ruler + 6)) mouseup 1
key Home
eventually "a dragged handle moves the work area" playhead 6
key ctrl+b
xdotool mousemove 640 300

echo "picture"
key Home
eventually "back at the first frame" playhead 0
before=$(steady brightness)
xdotool keydown e mousemove 500 200 mousedown 1 mousemove 600 200 mousemove 700 200 mouseup 1 keyup e
brighter() { [ "$(brightness)" -gt $((before + 30)) ] && echo yes; }
eventually "E+drag to the right makes the picture brighter" brighter yes
key shift+e
eventually "Shift+E brings it back" brightness "$before"
key g
is_grey() { [ "$("$screen" "$now" spread 200 430 300 100)" = 0 ] && echo grey || echo colour; }
eventually "G shows green as grey" is_grey grey
key g
eventually "again: colour" is_grey colour

# ---- by mouse ----

# Rows above the window's bottom: two of the status bar, 24 points each and 4 more, then 36 of buttons.
buttons=$((720 - 52 - 18))
button() { xdotool mousemove $((500 + $1 * 28 + 14)) $buttons click 1; } # 0: the first of ten
echo "by mouse"
key Home
eventually "at the first frame" playhead 0
button 6
button 6
eventually "a button steps on" playhead 2
button 7
eventually "a button goes to the last frame" playhead 23
button 2
eventually "a button steps back" playhead 22
button 5
moves() { [ "$(playhead)" != 22 ] && echo yes; }
eventually "a button plays" moves yes
button 5
key Home
eventually "and stops: Home goes to the first frame" playhead 0
xdotool mousemove 400 200 mousedown 1 mousemove 450 200 mousemove 520 200 mouseup 1
dragged() { [ "$(playhead)" -gt 3 ] && echo yes; }
eventually "a drag on the picture scrubs" dragged yes
key Home 1
fitted() { [ "$(color_at 200 300)" = "26,26,26" ] && echo no || echo yes; }
eventually "1 shows pixel for pixel" fitted no
# High enough in the window that all of the menu is below.
xdotool mousemove 600 40 click 3
menu() { color_at 640 60; }
eventually "a right click opens a menu" menu "46,46,46"
keep menu
# Its first item.
xdotool mousemove 640 57 click 1
eventually "the first item of the picture's menu fits" fitted yes
key 1
eventually "1 again" fitted no
xdotool mousemove 600 200 click --repeat 2 --delay 60 1
eventually "a double click fits" fitted yes
key Escape Escape
sleep 0.3
kill -0 "$player_pid" 2>/dev/null && good "Esc does not quit" || bad "Esc does not quit"
xdotool mousemove 640 300

# ---- the frame: its layers, its metadata, another one, a file of it ----

echo "pages of the frame"
beside() { color_at 400 20; }
field() { $edge 22 577 230 2; }
key Home ctrl+g
eventually "Ctrl+G leads to a field" field 1
xdotool type 105
key Return
eventually "Ctrl+G and a number go to a frame" playhead 4
key ctrl+g
eventually "Ctrl+G again" field 1
xdotool type +3
key Return
eventually "+3 goes three frames on" playhead 7
xdotool mousemove 30 $buttons click 1
eventually "so does a click at the frame's number" field 1
xdotool type 999
key Return
sleep 0.3
shoot
keep goto
check "a frame that is not there leads nowhere" "$(playhead)" 7
key Escape
key Left
eventually "and Esc leaves it" playhead 6
xdotool mousemove 640 300
key ctrl+l
eventually "Ctrl+L shows the layers" beside "26,26,26"
eventually "with the one that is seen" "color_in $accent 842 98 16 20" 1
keep layers
key Return
key Left
eventually "after a choice the keys are the player's" playhead 5
key ctrl+i
eventually "Ctrl+I leads to the metadata's search" "$edge 844 40 300 2" 1
xdotool type frames
sleep 0.5
shoot
keep metadata
key Escape
key Left
eventually "Esc leaves the search" playhead 4
key Escape
filled() { [ "$(beside)" = "26,26,26" ] && echo no || echo yes; }
eventually "and Esc again closes the panel" filled yes
saved() { ls "$work/saved" | tr '\n' ' '; }
save_page ctrl+s
keep save
key Return
eventually "Enter saves under the one that is proposed" saved "shot 105.png "
save_page ctrl+s
key Return
eventually "again, under another name, and no file is replaced" saved "shot 105 (2).png shot 105.png "
check "it has the picture's size" "$(convert "$work/saved/shot 105.png" -format '%wx%h' info:)" 640x360
save_page ctrl+shift+s
key Return
eventually "and saves an EXR" saved "shot 105 (2).png shot 105.exr shot 105.png "

# ---- window ----

echo "window"
bars() { [ "$(box_of $green 116)" = none ] && echo hidden || echo shown; }
key h
eventually "H hides the bars" bars hidden
key h
eventually "H shows them again" bars shown
xdotool windowsize "$window" 900 600
small_width() { width=900 height=600 indicator_width; }
eventually "the timeline follows the window" small_width 876
xdotool windowsize "$window" 1280 720
eventually "and back" indicator_width 1256
key F11
eventually "F11 hides the bars" bars hidden
key F11
eventually "F11 again shows them" indicator_width 1256
key F1
eventually "F1 shows the keys" "color_at 435 72" "38,38,38"
keep keys
key Escape

# ---- settings ----

echo "settings"
key comma
# The picture makes room: fitted beside the panel it no longer reaches the window's top.
top() { color_at 400 20; }
eventually "the picture is fitted beside the settings" top "26,26,26"
keep settings
# Nothing has the keyboard: arrows step frames.
key Home Right Right
eventually "arrows step frames beside the settings" playhead 2
# Past the tabs and the button that closes to the first slider.
key Tab Tab Tab
sleep 0.3
key Left Left Left Left
saved_percent() {
    sed -n 's/.*"cache_percent": *\([0-9]*\).*/\1/p' "$XDG_CONFIG_HOME/zoetrope/settings.json" 2>/dev/null
}
eventually "the slider goes from 60 to 40 percent and is saved" saved_percent 40
key Escape Escape
covered() { [ "$(top)" = "26,26,26" ] && echo no || echo yes; }
eventually "without them it fills its area again" covered yes
key shift+c
eventually "the cache fills again after Shift+C" indicator_width 1256
stop_player
if grep -i 'error: \|runtime error\|sanitizer' "$work/err" >/dev/null; then
    bad "nothing but frames was complained about: $(cat "$work/err")"
fi

echo "broken settings"
printf '{\n  "cache_percent": nonsense\n}\n' >"$XDG_CONFIG_HOME/zoetrope/settings.json"
start_player "$sequence/shot.####.exr"
eventually "the player starts all the same" indicator_height 4
check "the broken file is kept" "$(head -n 1 "$XDG_CONFIG_HOME/zoetrope/settings.json.broken")" "{"
case $(cat "$work/err") in
*'settings.json: line 2, column '*) good "its line and column are named" ;;
*) bad "its line and column are named: $(head -n 3 "$work/err")" ;;
esac
stop_player

# ---- opening and coming back ----

echo "opening"
rm -rf "$XDG_STATE_HOME" "$XDG_CACHE_HOME"
start_player
blank() { color_at 100 100; }
eventually "without arguments the window opens" blank "26,26,26"
keep start-empty
key ctrl+o
eventually "Ctrl+O shows the open page" "color_at 640 20" "38,38,38"
eventually "and leads to a path" "$edge 200 56 600 2" 1
xdotool type --delay 5 "$sequence/"
key Return
eventually "a typed folder is listed: a sequence" "color_in $accent 118 115 16 18" 1
keep open
# The path again, all of it selected.
xdotool type --delay 5 "$sequence/shot.####.exr"
key Return
eventually "a typed path is opened" indicator_width 1256
key space
eventually "and plays" moves yes
key space
key Home Right Right Right
eventually "the playhead is at the fourth frame" playhead 3
key b shift+Right n
eventually "ten further" playhead 13
stop_player
recent="$XDG_STATE_HOME/zoetrope/recent.json"
check "it is remembered" "$(grep -c 'shot.####.exr' "$recent" | sed 's/^[1-9].*/yes/')" yes
check "with a thumbnail" "$(ls "$XDG_CACHE_HOME/zoetrope/thumbnails" | wc -l)" 1

# Logging out ends it so.
rm "$XDG_CACHE_HOME/zoetrope/thumbnails"/*
start_player --restore
eventually "what was open comes back" playhead 13
kill -TERM "$player_pid"
wait "$player_pid"
check "a signal ends it as Q does" $? 0
player_pid=''
check "with a thumbnail too" "$(ls "$XDG_CACHE_HOME/zoetrope/thumbnails" | wc -l)" 1

start_player
eventually "without arguments, again" blank "26,26,26"
listed() { [ "$(colors_in 180 120 300 60)" -gt 4 ] && echo yes; }
eventually "what was opened is listed" listed yes
keep start
xdotool mousemove 200 150 click 1
eventually "a click on a recent sequence opens it where it was left" playhead 13
key Home
eventually "with its work area" playhead 3
stop_player

start_player --restore
eventually "--restore does the same" playhead 3
key End
eventually "to the end of the work area" playhead 13
key 1
eventually "pixel for pixel" fitted no
written() { tr -d ' \n' <"$recent" | grep -c '"frame":114,"zoom":1[.,]'; }
eventually "what is remembered is written while the program runs" written 1
kill -9 "$player_pid"
wait "$player_pid" 2>/dev/null
start_player --restore
eventually "killed, it comes back at its frame" playhead 13
eventually "and at its zoom" fitted no
key f
eventually "until it is fitted again" fitted yes
stop_player

# ---- files that are still being made ----

echo "files that change"
made="$work/made" later="$work/later"
"$player" generate --size 640x360 --frames 10 --first 1 --name shot "$made" >/dev/null || exit 1
"$player" generate --size 640x360 --frames 12 --first 1 --name shot --seed 5 "$later" >/dev/null || exit 1
frames=10
# What the picture is, as a number; and what the strip has of the middle of frame $1.
picture() { "$screen" "$now" sum 290 20 700 300; }
picture_is_new() { [ "$(picture)" = "$before" ] && echo no || echo yes; }
strip_at() {
    local row=$((720 - 116 + $(part 4 "$(box_of $green 116)") + 2))
    color_at $((12 + 1256 * ($1 * 2 - 1) / (2 * frames))) $row
}
frame_5() { strip_at 5; }
frame_8() { strip_at 8; }
frame_12() { strip_at 12; }
is_gap() {
    case $1 in
    80,200,120 | 200,60,60 | none) echo no ;;
    *) [ "${1%%,*},${1%%,*},${1%%,*}" = "$1" ] && echo yes || echo no ;;
    esac
}
frame_8_is_gap() { is_gap "$(frame_8)"; }
start_player "$made/shot.####.exr" --frame 3
eventually "all frames are loaded" indicator_width 1256
before=$(steady picture)
cp "$later/shot.0003.exr" "$made/shot.0003.exr"
eventually "the frame on screen is another one when its file is" picture_is_new yes
rm "$made/shot.0008.exr"
eventually "a frame whose file is removed is a gap" frame_8_is_gap yes
head -c 500 "$later/shot.0008.exr" >"$made/shot.0008.exr"
eventually "a file that does not get far is an error" frame_8 "200,60,60"
tail -c +501 "$later/shot.0008.exr" >>"$made/shot.0008.exr"
eventually "and a frame when it is whole" frame_8 "80,200,120"
frames=12
cp "$later/shot.0011.exr" "$later/shot.0012.exr" "$made"
eventually "new frames lengthen the sequence" frame_12 "80,200,120"
key space
plays() {
    local at
    at=$(playhead)
    sleep 0.13
    shoot
    [ "$(playhead)" != "$at" ] && echo yes
}
eventually "it plays" plays yes
rm "$made/shot.0005.exr"
frame_5_is_gap() { is_gap "$(frame_5)"; }
eventually "while playing a frame goes" frame_5_is_gap yes
cp "$later/shot.0005.exr" "$made"
eventually "and comes back" frame_5 "80,200,120"
eventually "it plays all the while" plays yes
key space
stop_player
start_player --watch off "$made/shot.####.exr" --frame 3
eventually "unwatched, all frames are loaded" indicator_width 1256
rm "$made/shot.0008.exr"
sleep 2.5
shoot
check "what is not watched stays as it was read" "$(frame_8)" "80,200,120"
key ctrl+r
eventually "until Ctrl+R" frame_8_is_gap yes
stop_player

if [ "$failures" -gt 0 ]; then
    echo "$failures faults"
    exit 1
fi
echo "all is well"
