#!/bin/sh
# Installs into an empty folder, which is not the configured prefix; builds the README's example against what was installed, with
# pkg-config and with CMake, shared and static, and runs it; moves all of it, and does so again.
# Usage: install.sh BUILD_DIR SOURCE_DIR
set -eu

build=${1:?usage: install.sh BUILD_DIR SOURCE_DIR} source=${2:?usage: install.sh BUILD_DIR SOURCE_DIR}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

cmake --install "$build" --prefix "$work/first" >"$work/install.log"
for file in bin/zoetrope libexec/zoetrope-decoder include/zoetrope/zoetrope.h share/man/man1/zoetrope.1 share/applications/zoetrope.desktop \
  share/icons/hicolor/scalable/apps/zoetrope.svg; do
  [ -e "$work/first/$file" ] || fail "not installed: $file"
done
# What other builds read is true on other machines.
for path in "$(cd "$build" && pwd)" "$(cd "$source" && pwd)" "$work"; do
  for file in $(find "$work/first" -name '*.cmake' -o -name '*.pc'); do
    ! grep -HnF "$path/" "$file" || fail "an absolute path in $file"
  done
done

# The README's only block of C.
mkdir "$work/example"
sed -n '/^```c$/,/^```$/p' "$source/README.md" | sed '1d;$d' >"$work/example/example.c"
[ -s "$work/example/example.c" ] || fail "no example in README.md"
cat >"$work/example/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.18)
project(example LANGUAGES C)
find_package(zoetrope REQUIRED)
foreach(kind shared static)
  add_executable(example_${kind} example.c)
  target_link_libraries(example_${kind} PRIVATE zoetrope::${kind})
endforeach()
END

"$work/first/bin/zoetrope" generate --size 64x48 --frames 3 --name shot "$work/shots" >/dev/null

# run LIB PROGRAM: the example loads all three frames.
run() {
  LD_LIBRARY_PATH="$1" "$2" "$work/shots/shot.####.exr" >"$work/out" || fail "$2 failed: $(cat "$work/out")"
  [ "$(grep -c ': OK' "$work/out")" -eq 3 ] || fail "$2 printed: $(cat "$work/out")"
}

# use PREFIX: builds and runs the example with what is installed there.
use() {
  lib=$(dirname "$(find "$1" -name libzoetrope.a)")
  built=$(mktemp -d "$work/built-XXXXXX")
  export PKG_CONFIG_PATH="$lib/pkgconfig"
  # shellcheck disable=SC2046 # lists of flags
  cc -std=c11 -Wall -Werror "$work/example/example.c" -o "$built/pc_shared" $(pkg-config --cflags --libs zoetrope)
  # shellcheck disable=SC2046
  cc -std=c11 -Wall -Werror "$work/example/example.c" -o "$built/pc_static" \
    $(pkg-config --static --cflags --libs zoetrope | sed 's/-lzoetrope\>/-l:libzoetrope.a/')
  unset PKG_CONFIG_PATH
  cmake -S "$work/example" -B "$built" -G Ninja -DCMAKE_PREFIX_PATH="$1" >"$work/log" 2>&1 || fail "$(cat "$work/log")"
  cmake --build "$built" >"$work/log" || fail "$(cat "$work/log")"
  for kind in pc_shared example_shared; do run "$lib" "$built/$kind"; done
  for kind in pc_static example_static; do run /nowhere "$built/$kind"; done
  # The decoder is found from where the program stands.
  "$1/bin/zoetrope" play --headless --isolation on --fps 0 "$work/shots" >"$work/out" 2>&1 ||
    grep -q 'built without libseccomp' "$work/out" || fail "decoding in other processes: $(cat "$work/out")"
}

use "$work/first"
mv "$work/first" "$work/second"
use "$work/second"

# Folders that are given as absolute paths stay what they are.
cmake -S "$source" -B "$work/absolute" -G Ninja -DZOETROPE_PLAYER=OFF -DZOETROPE_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/opt/z \
  -DCMAKE_INSTALL_LIBDIR=/opt/lib64 >"$work/log" 2>&1 || fail "$(cat "$work/log")"
for pair in prefix=/opt/z libdir=/opt/lib64 includedir=/opt/z/include; do
  found=$(PKG_CONFIG_PATH="$work/absolute" pkg-config --variable="${pair%%=*}" zoetrope)
  [ "$found" = "${pair#*=}" ] || fail "with an absolute libdir, ${pair%%=*} is $found instead of ${pair#*=}"
done
echo "installed, compiled and run, also after a move: pkg-config and CMake, shared and static"
