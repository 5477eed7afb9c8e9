#!/bin/sh
# What rooms.sh is there to catch, each alone in a small tree.
# Usage: rooms_test.sh
set -eu

tools=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# plant: the tree without a fault.
plant() {
  rm -rf "$work/tree"
  mkdir -p "$work/tree/tests/tools" "$work/tree/include/zoetrope" && cd "$work/tree"
  mkdir -p engine/base engine/core player/model player/ui tests/support tests/unit attic
  cp "$tools/rooms.txt" tests/tools
  printf '| 0 | `status.h` | codes |\n| 1 | `want.h` | wants |\n' >README.md
  put include/zoetrope/status.h '<stdint.h>'
  put include/zoetrope/want.h '<zoetrope/status.h>'
  put engine/base/os.h '<zoetrope/want.h>'
  put engine/base/os.c '"base/os.h"'
  put engine/core/engine.h '"base/os.h"'
  put player/model/session.h '<zoetrope/want.h>'
  put player/ui/window.c '"model/session.h"' '<SDL.h>'
  put tests/support/stage.h '"core/engine.h"'
  put tests/unit/test_os.c '"support/stage.h"'
}
put() { # FILE INCLUDED...
  file=$1
  shift
  : >"$file"
  for name in "$@"; do echo "#include $name" >>"$file"; done
}

plant
sh "$tools/rooms.sh" . || { echo "a tree without a fault is refused"; exit 1; }

# catches TEXT FILE INCLUDED [FILE INCLUDED]...: with those files the tree is refused, and it is said why.
catches() {
  text=$1
  shift
  plant
  while [ $# -gt 0 ]; do
    put "$1" "$2"
    shift 2
  done
  ! sh "$tools/rooms.sh" . >"$work/out" || { echo "not caught: $text"; exit 1; }
  grep -qF "$text" "$work/out" || { echo "'$text' is not in:"; cat "$work/out"; exit 1; }
}
catches 'upwards: engine/base/os.c -> engine/core/engine.h' engine/base/os.c '"core/engine.h"'
catches 'upwards: tests/support/stage.c -> tests/unit/clock.h' tests/support/stage.c '"unit/clock.h"' tests/unit/clock.h '<time.h>'
catches 'circle: engine/core/engine engine/core/watch' engine/core/engine.c '"core/watch.h"' engine/core/watch.h '"core/engine.h"'
catches 'nowhere: player/ui/window.c -> base/os.h' player/ui/window.c '"base/os.h"'
catches 'a private header in <>: player/ui/window.c -> engine/base/os.h' player/ui/window.c '<base/os.h>'
catches 'not the path of a header below its tree: player/ui/window.c' player/ui/window.c '"../../engine/base/os.h"'
catches 'not the path of a header below its tree: tests/unit/test_os.c' tests/unit/test_os.c '"base/os.c"'
catches 'neither "" nor <>: engine/base/os.c -> HEADER' engine/base/os.c HEADER
catches 'to do without: player/model/session.h -> SDL_ttf.h' player/model/session.h '<SDL_ttf.h>'
catches 'not of a lower tier: include/zoetrope/status.h -> zoetrope/want.h' include/zoetrope/status.h '<zoetrope/want.h>'
catches 'in no room or tier: include/zoetrope/new.h' include/zoetrope/new.h '<stdint.h>'
catches 'in no room or tier: engine/loose.c' engine/loose.c '<stdint.h>'
catches 'in no room or tier: attic/old.c' attic/old.c '<stdint.h>'
echo "every fault is caught"
