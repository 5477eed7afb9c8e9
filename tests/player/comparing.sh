#!/bin/bash
# Comparing and colour in a real window, with a real mouse and real keys: two sequences are flipped, wiped, subtracted, blended,
# seen side by side and as tiles; a configuration of OpenColorIO, a table and a CDL are found and used; scopes tell of it.
#
#   comparing.sh /path/to/zoetrope [FOLDER FOR SCREENSHOTS]
#
# Nothing is waited for by the clock: each step is seen in the window before the next one. Pictures are of one colour, so that a
# pixel says what is shown.
#
# Exit status: 0 all is well, 1 something is not, 77 skipped because a tool is absent.
#
# SPDX-License-Identifier: BSD-3-Clause
set -u

player=${1:?usage: comparing.sh /path/to/zoetrope [FOLDER]}
shots=${2:-}
. "$(dirname "$0")/window.sh"
if ! command -v oiiotool >/dev/null 2>&1; then
    echo "skipped: oiiotool is not installed"
    exit 77
fi
unset OCIO

# Each step stands on the one before.
bad() {
    echo "  FAULT $*"
    shoot
    keep fault
    exit 1
}
step() { keep "compare-$1"; }

# ---- three sequences of one colour each; the green of b is another one in each frame ----

folder="$work/shots"
mkdir -p "$folder"
for n in 1 2 3 4; do
    oiiotool --pattern constant:color=0.5,0.1,0.1 320x180 3 -d half -o "$folder/a.000$n.exr" \
        --pattern constant:color=0.1,0.0$((2 * n)),0.5 320x180 3 -d half -o "$folder/b.000$n.exr" \
        --pattern constant:color=0.1,0.5,0.1 320x180 3 -d half -o "$folder/c.000$n.exr" || exit 1
done
printf 'LUT_3D_SIZE 2\n0 0 0\n0 0 1\n0 1 0\n0 1 1\n1 0 0\n1 0 1\n1 1 0\n1 1 1\n' >"$folder/swap.cube"
cat >"$folder/show.ocio" <<'END'
ocio_profile_version: 2
roles: {default: Linear, scene_linear: Linear}
file_rules:
  - !<Rule> {name: Default, colorspace: default}
displays:
  Screen:
    - !<View> {name: Half, colorspace: Half}
    - !<View> {name: Double, colorspace: Double}
colorspaces:
  - !<ColorSpace> {name: Linear}
  - !<ColorSpace>
    name: Half
    from_scene_reference: !<MatrixTransform> {matrix: [0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 1]}
  - !<ColorSpace>
    name: Double
    from_scene_reference: !<MatrixTransform> {matrix: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]}
END

# ---- what is seen, as sRGB ----

a=188,89,89 b=89,39,188 b_next=89,56,188 c=89,188,89

# In the window of 1280x720 with the bars, pixels left and right of the middle; one beside the other, and as tiles.
left() { color_at 400 200; }
right() { color_at 900 200; }
both() { echo "$(left) $(right)"; }
drag() { # from to
    xdotool mousemove "$1" "$2" mousedown 1 mousemove $((($1 + $3) / 2)) $((($2 + $4) / 2)) mousemove "$3" "$4" mouseup 1
}
# The middle of A's cell where it is beside another one, and beside an open panel.

start_display
xdotool mousemove 640 640

echo "starting with two sequences"
start_player "$folder/a.####.exr" "$folder/c.####.exr" --compare "$folder/b.####.exr"
eventually "they are wiped: A on the left, B on the right" both "$a $b"
step 1-wipe

echo "flipping"
key Return
named() { [ "$(colors_in 12 546 57 26)" -gt 10 ] && echo yes; }
eventually "Return shows B alone" both "$b $b"
eventually "with its name" named yes
key Return
eventually "and again A alone" both "$a $a"
eventually "with its name, too" named yes

echo "the wipe's line"
key w
eventually "W wipes" both "$a $b"
drag 640 150 1000 150
eventually "the line is dragged" both "$a $a"
drag 1000 222 928 150
above_below() { echo "$(color_at 400 60) $(color_at 400 300)"; }
eventually "its handle turns it: A above, B below" above_below "$a $b"
step 2-turned

echo "values of both"
xdotool mousemove 700 300
values() { [ "$(colors_in 130 480 150 50)" -gt 2 ] && echo yes || echo no; }
eventually "stand in the picture's corner" values yes
xdotool mousemove 640 640

echo "difference and blend"
key d
eventually "D shows the difference" both "170,80,170 170,80,170"
key alt+Up
eventually "Alt+Up doubles it" both "231,111,231 231,111,231"
step 3-difference
key alt+Down
key u
eventually "U blends them" both "149,69,149 149,69,149"
step 4-blend

echo "beside each other"
beside() { echo "$(color_at 320 292) $(color_at 960 292)"; }
key shift+w
eventually "Shift+W shows them side by side" beside "$a $b"
key alt+Right
eventually "Alt+Right shows B a frame later" beside "$a $b_next"
step 5-side
key alt+0
eventually "Alt+0 brings it back" beside "$a $b"
tiles() { echo "$(color_at 320 145) $(color_at 960 145) $(color_at 320 440)"; }
key shift+u
eventually "Shift+U shows all that are open" tiles "$a $b $c"
step 6-tiles

echo "by mouse: the menu"
key alt+x
eventually "Alt+X ends it" both "$a $a"
key alt+c
menu() { [ "$(colors_in 669 397 140 18)" -gt 8 ] && echo yes || echo no; }
eventually "Alt+C opens the menu" menu yes
step menu
xdotool mousemove 740 406 click 1 mousemove 640 640
key Return
eventually "which says with what: B" both "$b $b"

echo "a configuration, by mouse"
key shift+w
eventually "side by side" beside "$a $b"
beside_panel() { echo "$(color_at 200 292) $(color_at 640 292)"; }
key ctrl+k
eventually "Ctrl+K opens the page beside it" beside_panel "$a $b"
has_page() { color_in "$accent" 1140 30 60 8; }
eventually "the page is there" has_page 1
browse() { # Y TITLE
    xdotool mousemove 1198 "$1" click 1
    eventually "its button leads to $2" "$edge 200 56 600 2" 1
    eventually "which has one file" "color_in $accent 118 115 16 18" 1
    # The list below it is empty.
    check "and no sequence" "$(colors_in 110 142 400 400)" 1
    step "browse-$2"
    xdotool mousemove 300 124 click --repeat 2 --delay 60 1 mousemove 640 640
}
if "$player" snapshot "$folder/a.0001.exr" --ocio aces -o "$work/x.png" 2>/dev/null; then
    browse 114 configurations
    eventually "a double click chooses it: its view halves the light" beside_panel "64,13,13 13,3,64"
    xdotool mousemove 1100 198 click 1
    views() { [ "$(colors_in 965 271 60 18)" -gt 8 ] && echo yes || echo no; }
    eventually "its views are in a menu" views yes
    step 7-views
    xdotool mousemove 1000 279 click 1 mousemove 640 640
    eventually "another one doubles it" beside_panel "255,51,51 51,10,255"
    step 8-ocio
    xdotool mousemove 1100 86 click 1
    configurations() { [ "$(colors_in 965 106 60 18)" -gt 8 ] && echo yes || echo no; }
    eventually "configurations are in a menu" configurations yes
    step 9-configurations
    xdotool mousemove 980 115 click 1 mousemove 640 640
    eventually "the first of which is none" beside_panel "$a $b"
fi

echo "a table and a CDL"
browse 174 tables
eventually "a table swaps red and blue" beside_panel "89,89,188 188,39,89"
step 10-table
drag 1002 402 900 402
grey() { color_at 200 292 | awk -F, '{ print ($1 == $2 && $2 == $3) }'; }
eventually "without saturation it is grey" grey 1
step 11-cdl

echo "scopes"
key ctrl+h
scope() { "$screen" "$now" sum 860 60 400 380; }
drawn() { [ "$(colors_in 860 60 400 380)" -gt 20 ] && echo yes || echo no; }
eventually "Ctrl+H draws them" drawn yes
step 12-scopes
key z
key shift+h
colored() { [ "$(grey)" = 0 ] && echo yes || echo no; }
eventually "false colours are on the picture" colored yes
toggled() { # EXPECTED
    key shift+h
    begin_waiting
    while shoot && [ "$(colored)" != "$1" ]; do
        wait_more || return
    done
}
# Looked at with and without, and again where a finer table of colours has arrived between the two.
unmoved() {
    local with without
    with=$(scope)
    toggled no
    without=$(scope)
    toggled yes
    [ "$with" = "$without" ] && echo yes || echo no
}
eventually "and not in the scopes" unmoved yes
step 13-false
key ctrl+h
key shift+h
key z

echo "several chosen at once"
key ctrl+o
eventually "Ctrl+O leads to a path" "$edge 200 56 600 2" 1
xdotool type --delay 5 "$folder/"
key Return
third() { [ "$(colors_in 110 163 400 18)" -gt 1 ] && echo yes || echo no; }
eventually "three sequences are listed" third yes
xdotool mousemove 300 172 click 1
xdotool keydown ctrl mousemove 300 148 click 1 keyup ctrl
selected() { echo "$(color_at 700 148) $(color_at 700 172)"; }
eventually "two are chosen" selected "38,74,110 38,74,110"
step several
xdotool mousemove 1134 684 click 1 mousemove 640 640
eventually "and opened: the first is shown" title b
key Next
eventually "Page Down shows the second" title c

stop_player
if [ -s "$work/err" ]; then
    bad "nothing was complained about: $(cat "$work/err")"
fi

# ---- what is wrong is said on stderr and in the status bar, and the picture stays ----

said() { color_in 255,134,122 12 692 1000 26; }
told() { grep -c "$1" "$work/err"; }

echo "another one that is larger, ends earlier and is deleted"
for n in 1 2; do
    oiiotool --pattern constant:color=0.1,0.5,0.1 640x360 3 -d half -o "$folder/d.000$n.exr" || exit 1
done
printf 'LUT_3D_SIZE 257\n' >"$work/large.cube"
printf 'LUT_3D_SIZE 2\n0 0 0\n1 nan 0\n' >"$work/nan.cube"
printf 'LUT_3D_SIZE 1\n0 0 0\n' >"$work/one.cube"
start_player --no-config "$folder/a.####.exr" --compare "$folder/d.####.exr" --lut "$work/large.cube"
eventually "a table of 257 nodes is not used, and the larger picture lies on the other" both "$a $c"
eventually "the status bar says why" said 1
check "and stderr" "$(told large.cube)" 1
key End
eventually "where the other one has no frame, the first is seen alone" both "$a $a"
check "and a label says so" "$(colors_in 1060 546 200 26 | awk '{ print ($1 > 8) }')" 1
step 14-ends
key Home
eventually "both are back" both "$a $c"
rm "$folder/d.0001.exr"
eventually "a deleted one leaves the first alone" both "$a $a"
stop_player

echo "files that are no good"
wrong() { # TEXT OPTIONS...
    local text=$1
    shift
    start_player --no-config "$@" "$folder/a.####.exr"
    eventually "$* is not used" both "$a $a"
    eventually "the status bar says why" said 1
    check "and stderr" "$(told "$text")" 1
    stop_player
}
wrong nan.cube --lut "$work/nan.cube"
wrong one.cube --lut "$work/one.cube"
wrong nowhere --compare "$folder/nowhere.####.exr"
if "$player" snapshot "$folder/a.0001.exr" --ocio aces -o "$work/x.png" 2>/dev/null; then
    wrong nowhere.ocio --ocio "$work/nowhere.ocio"
    wrong one.cube --ocio "$work/one.cube"
    echo "names that are not there"
    start_player --no-config --ocio "$folder/show.ocio" --display none --view-transform none "$folder/a.####.exr"
    eventually "leave the defaults" both "64,13,13 64,13,13"
    eventually "which the status bar says" said 1
    check "and stderr" "$(told 'no display "none", no view "none"')" 1
    key ctrl+k
    eventually "the page has them beside what is taken" "color_in 240,180,70 936 180 330 30" 1
    step 15-names
    stop_player
fi
echo "all is well"
