# A real window: starts the player under Xvfb, presses keys and looks at screenshots. For scripts that
# source this file with `player` set to the program, and `shots` to a folder for screenshots or "".
#
# Leaves the script (77) where a tool is absent; works in a new folder, "$work/saved", which goes at the
# end. `failures` counts what was not as it should be.
#
# SPDX-License-Identifier: BSD-3-Clause

# How often a condition is looked at, 0.2 s and a screenshot's time apart, before it is given up: half a
# minute, for machines that have other things to do.
patience=100

for tool in Xvfb xdotool import convert; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "skipped: $tool is not installed"
        exit 77
    fi
done
if command -v magick >/dev/null 2>&1; then
    convert() { magick "$@"; }
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/zoetrope-player-XXXXXX") || exit 1
shots=${shots:-$work}
mkdir -p "$shots" "$work/saved"
# What the player saves goes into the folder it was started in.
player=$(realpath "$player")
shots=$(realpath "$shots")
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
    import -window root "$shots/fault-$failures.png" 2>/dev/null
}
# check TEXT FOUND EXPECTED
check() {
    if [ "$2" = "$3" ]; then good "$1"; else bad "$1: found '$2', expected '$3'"; fi
}
# eventually TEXT FUNCTION EXPECTED: calls the function until it prints what is expected.
eventually() {
    local found='' i
    for ((i = 0; i < patience; i++)); do
        shoot
        found=$($2)
        if [ "$found" = "$3" ]; then
            good "$1"
            return 0
        fi
        sleep 0.2
    done
    bad "$1: found '$found', expected '$3'"
    return 1
}

# ---- seeing ----

green='rgb(80,200,120)' red='rgb(200,60,60)' accent='rgb(120,190,255)'
now="$work/now.png"

shoot() { import -window root "$now"; }

color_at() { convert "$now" -format "%[fx:int(255*p{$1,$2}.r+.5)],%[fx:int(255*p{$1,$2}.g+.5)],%[fx:int(255*p{$1,$2}.b+.5)]" info:; }

# 1 if a pixel of the rectangle has exactly this colour, else 0: color_in COLOR X Y WIDTH HEIGHT
color_in() {
    convert "$now" -crop "$4x$5+$2+$3" +repage -alpha off -fill '#010101' +opaque "$1" -fill white \
        -opaque "$1" -fill black -opaque '#010101' -format '%[fx:mean>0]' info:
}
# How many colours a rectangle has: 1 where nothing is drawn.
colors_in() { convert "$now" -crop "$3x$4+$1+$2" +repage -alpha off -format '%k' info:; }
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

start_display() {
    exec 3>"$work/display"
    # -r: a key does not repeat, however late a busy machine lets go of it.
    Xvfb -r -displayfd 3 -screen 0 1280x720x24 -nolisten tcp >/dev/null 2>&1 &
    xvfb_pid=$!
    exec 3>&-
    local i
    for ((i = 0; i < patience; i++)); do
        [ -s "$work/display" ] && break
        sleep 0.2
    done
    if [ ! -s "$work/display" ]; then
        echo "skipped: Xvfb does not start here"
        exit 77
    fi
    DISPLAY=:$(tr -d '\n' <"$work/display")
    export DISPLAY
}

# Where the player's window is, with the keyboard in it. Asked again until the window is found, as a search
# that meets a window just coming or going finds nothing, or ends.
window_ready() {
    window=$(timeout 5 xdotool search --onlyvisible --pid "$player_pid" 2>/dev/null | tail -n 1)
    [ -n "$window" ] && timeout 5 xdotool windowmove "$window" 0 0 windowfocus "$window" 2>/dev/null &&
        [ "$(timeout 5 xdotool getwindowfocus -f 2>/dev/null)" = "$window" ]
}

start_player() {
    "$player" --size 1280x720 --ui-scale 1 --cache-percent 60 "$@" >"$work/out" 2>"$work/err" &
    player_pid=$!
    local i
    for ((i = 0; i < patience; i++)); do
        window_ready && break
        sleep 0.2
    done
    if [ "$i" = "$patience" ]; then
        bad "the player opens a window: $(tail -n 3 "$work/err")"
        exit 1
    fi
    sleep 0.3
}

stop_player() { # stop_player [KEY]
    key "${1:-q}"
    local i
    for ((i = 0; i < patience; i++)); do
        kill -0 "$player_pid" 2>/dev/null || break
        sleep 0.2
    done
    if kill -0 "$player_pid" 2>/dev/null; then
        bad "${1:-q} quits"
        kill "$player_pid"
    fi
    wait "$player_pid"
    check "${1:-q} quits with status 0" "$?" 0
    player_pid=''
}

export XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache"
export SDL_VIDEODRIVER=x11 LC_ALL=C
unset GDK_SCALE WAYLAND_DISPLAY
# Under AddressSanitizer: what the window system's libraries keep is not the player's to free, and a
# graphics driver that is unloaded before the leaks are looked for has no name left to suppress.
if grep -q __asan_init "$player"; then
    printf 'leak:%s\n' libdbus libX11 libfontconfig >"$work/lsan"
    export LSAN_OPTIONS="suppressions=$work/lsan:print_suppressions=0"
    export SDL_RENDER_DRIVER=software SDL_FRAMEBUFFER_ACCELERATION=0
fi
