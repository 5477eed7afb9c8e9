# A real window: starts the player under Xvfb, presses keys and looks at screenshots. For scripts that
# source this file with `player` set to the program, and `shots` to a folder for screenshots or "".
#
# Leaves the script (77) where a tool is absent; works in a new folder, "$work/saved", which goes at the
# end. `failures` counts what was not as it should be.
#
# SPDX-License-Identifier: BSD-3-Clause

# How many seconds a condition is looked at until it is given up, on machines that have other things to do.
patience=100

for tool in Xvfb xdotool convert; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "skipped: $tool is not installed"
        exit 77
    fi
done
if command -v magick >/dev/null 2>&1; then
    convert() { magick "$@"; }
fi
# tests/support/screen.c
screen=${SCREEN:-$(dirname "$player")/../tests/screen}
if [ ! -x "$screen" ]; then
    echo "skipped: $screen is not built, which needs libx11-dev"
    exit 77
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/zoetrope-player-XXXXXX") || exit 1
mkdir -p "$work/saved" ${shots:+"$shots"}
# What the player saves goes into the folder it was started in.
player=$(realpath "$player")
screen=$(realpath "$screen")
shots=${shots:+$(realpath "$shots")}
cd "$work/saved" || exit 1
xvfb_pid='' player_pid='' failures=0

clean_up() {
    [ -n "$player_pid" ] && kill "$player_pid" 2>/dev/null
    [ -n "$xvfb_pid" ] && kill "$xvfb_pid" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# ---- saying ----

good() { echo "  ok    $*"; }
bad() {
    echo "  FAULT $*"
    failures=$((failures + 1))
    shoot
    keep "fault-$failures"
}
# check TEXT FOUND EXPECTED
check() {
    if [ "$2" = "$3" ]; then good "$1"; else bad "$1: found '$2', expected '$3'"; fi
}
# Waits for what is tried again until the patience is over: `begin_waiting; until ...; do wait_more || break; done`
begin_waiting() { waiting_until=$((SECONDS + patience)); }
wait_more() {
    sleep 0.05
    [ "$SECONDS" -le "$waiting_until" ]
}
# eventually TEXT FUNCTION EXPECTED: calls the function until it prints what is expected.
eventually() {
    local found=''
    begin_waiting
    while :; do
        shoot
        found=$($2)
        if [ "$found" = "$3" ]; then
            good "$1"
            return 0
        fi
        wait_more || break
    done
    bad "$1: found '$found', expected '$3'"
    return 1
}
# Waits until what a function prints stays for a second, and prints that.
steady() {
    local found='' before='' same=0
    begin_waiting
    while [ "$same" -lt 10 ] && wait_more; do
        sleep 0.05
        shoot
        found=$($1)
        if [ "$found" = "$before" ]; then same=$((same + 1)); else same=0; fi
        before=$found
    done
    echo "$found"
}

# ---- seeing ----

green=80,200,120 red=200,60,60 accent=120,190,255
now="$work/now.ppm"

shoot() { "$screen" shoot "$now"; }
# keep NAME: what was seen last, for who gave a folder for it.
keep() { [ -z "$shots" ] || convert "$now" "$shots/$1.png"; }

color_at() { "$screen" "$now" color "$1" "$2"; }
# 1 if a pixel of the rectangle has exactly this colour, else 0: color_in COLOR X Y WIDTH HEIGHT
color_in() { "$screen" "$now" has "$@"; }
# How many colours a rectangle has: 1 where nothing is drawn.
colors_in() { "$screen" "$now" colors "$@"; }
# Words that open a field: it has the keyboard when its edge is of the accent.
edge="color_in $accent"
title() { xdotool getwindowname "$window" | sed 's/ .*//'; }

# Function keys by their codes: newer releases of xdotool hold Alt down with their names.
key() {
    case $1 in
    F1) set -- 67 ;;
    F11) set -- 95 ;;
    esac
    xdotool key --clearmodifiers "$@"
}

# ---- start ----

# try_display NUMBER: whether a server has started there.
try_display() {
    : >"$work/display"
    exec 3>"$work/display"
    # -r: a key does not repeat, however late a busy machine lets go of it. -noreset: a server without
    # windows does not begin anew, and refuse the next program meanwhile.
    Xvfb ":$1" -r -noreset -displayfd 3 -screen 0 1280x720x24 -nolisten tcp >/dev/null 2>&1 &
    xvfb_pid=$!
    exec 3>&-
    begin_waiting
    until [ "$(wc -l <"$work/display")" -gt 0 ]; do
        kill -0 "$xvfb_pid" 2>/dev/null && wait_more || return 1
    done
}

# A number that is asked for is locked by its server until that has gone. One that servers choose for
# themselves may be that of another test, whose server is just ending and takes the new one's socket away.
start_display() {
    local number=$((100 + $$ % 10000)) i
    for ((i = 0; i < 20; i++)); do
        if try_display $((number + i)); then
            export DISPLAY=":$((number + i))"
            return
        fi
    done
    echo "skipped: Xvfb does not start here"
    exit 77
}

# Where the player's window is, with the keyboard in it. Asked again until the window is found, as a search
# that meets a window just coming or going finds nothing, or ends.
window_ready() {
    window=$(timeout 5 xdotool search --onlyvisible --pid "$player_pid" 2>/dev/null | tail -n 1)
    [ -n "$window" ] && timeout 5 xdotool windowmove "$window" 0 0 windowfocus "$window" 2>/dev/null &&
        has_keyboard
}
has_keyboard() { [ "$(timeout 5 xdotool getwindowfocus -f 2>/dev/null)" = "$window" ]; }
# The bars at the bottom are drawn: a window without them may be exchanged for another one, for OpenGL.
is_drawn() { shoot && [ "$(colors_in 0 668 1280 52)" -gt 2 ]; }

start_player() {
    "$player" --size 1280x720 --ui-scale 1 --cache-percent 60 "$@" >"$work/out" 2>"$work/err" &
    player_pid=$!
    begin_waiting
    until window_ready && is_drawn && has_keyboard; do
        if ! wait_more || ! kill -0 "$player_pid" 2>/dev/null; then
            bad "the player opens a window: $(tail -n 3 "$work/err")"
            exit 1
        fi
    done
}

stop_player() { # stop_player [KEY]
    key "${1:-q}"
    begin_waiting
    while kill -0 "$player_pid" 2>/dev/null; do
        wait_more || break
    done
    if kill -0 "$player_pid" 2>/dev/null; then
        bad "${1:-q} quits"
        kill "$player_pid"
    fi
    wait "$player_pid"
    check "${1:-q} quits with status 0" "$?" 0
    player_pid=''
}

# save_page KEY: opens it. Where the picture is not there yet the player says so in the status bar; it is asked again.
save_page() {
    local tries
    for ((tries = 0; tries < 2 * patience; tries++)); do
        key "$1"
        begin_waiting
        until shoot && [ "$($edge 340 348 600 2)" = 1 ]; do
            if ! wait_more; then bad "$1 asks for a name" && return 1; fi
            [ "$(color_in 255,134,122 12 692 20 26)" = 1 ] && sleep 0.5 && continue 2
        done
        good "$1 asks for a name"
        return 0
    done
    bad "$1 asks for a name: the picture does not come"
}

export XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache"
export SDL_VIDEODRIVER=x11 LC_ALL=C
# Two clicks are one double click, however long a busy machine takes from the first to the second.
export SDL_MOUSE_DOUBLE_CLICK_TIME=20000
unset GDK_SCALE WAYLAND_DISPLAY
# Under AddressSanitizer: what the window system's libraries keep is not the player's to free, and a
# graphics driver that is unloaded before the leaks are looked for has no name left to suppress.
if grep -q __asan_init "$player"; then
    printf 'leak:%s\n' libdbus libX11 libfontconfig >"$work/lsan"
    export LSAN_OPTIONS="suppressions=$work/lsan:print_suppressions=0"
    export SDL_RENDER_DRIVER=software SDL_FRAMEBUFFER_ACCELERATION=0
fi
