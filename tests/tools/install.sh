#!/bin/sh
# Installs into an empty folder, builds the README's example against what was installed, with pkg-config and with CMake, and runs it.
# Usage: install.sh BUILD_DIR SOURCE_DIR
set -eu

build=${1:?usage: install.sh BUILD_DIR SOURCE_DIR} source=${2:?usage: install.sh BUILD_DIR SOURCE_DIR}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/usr

cmake --install "$build" --prefix "$prefix" >"$work/install.log"
lib=$(dirname "$(find "$prefix" -name libzoetrope.a)")
for file in bin/zoetrope include/zoetrope/zoetrope.h share/man/man1/zoetrope.1 share/applications/zoetrope.desktop \
  share/icons/hicolor/scalable/apps/zoetrope.svg; do
  [ -e "$prefix/$file" ] || { echo "not installed: $file"; exit 1; }
done

# The README's only block of C.
sed -n '/^```c$/,/^```$/p' "$source/README.md" | sed '1d;$d' >"$work/example.c"
[ -s "$work/example.c" ] || { echo "no example in README.md"; exit 1; }

"$prefix/bin/zoetrope" generate --size 64x48 --frames 3 --name shot "$work/shots" >/dev/null

# The prefix in the .pc file is the configured one; pkg-config is told where it is now.
flags=$(PKG_CONFIG_PATH="$lib/pkgconfig" pkg-config --define-variable=prefix="$prefix" --cflags --libs zoetrope)
# shellcheck disable=SC2086 # a list of flags
cc -std=c11 -Wall -Werror "$work/example.c" -o "$work/example" $flags -Wl,-rpath,"$lib"
"$work/example" "$work/shots/shot.####.exr" >"$work/out"
[ "$(grep -c ': OK' "$work/out")" -eq 3 ] || { echo "the example printed:"; cat "$work/out"; exit 1; }

cat >"$work/CMakeLists.txt" <<'EOF'
cmake_minimum_required(VERSION 3.18)
project(example LANGUAGES C)
find_package(zoetrope REQUIRED)
foreach(kind shared static)
  add_executable(example_${kind} example.c)
  target_link_libraries(example_${kind} PRIVATE zoetrope::${kind})
endforeach()
EOF
cmake -S "$work" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >"$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
cmake --build "$work/build" >"$work/make.log" || { cat "$work/make.log"; exit 1; }
for kind in shared static; do
  LD_LIBRARY_PATH="$lib" "$work/build/example_$kind" "$work/shots/shot.####.exr" >"$work/out"
  [ "$(grep -c ': OK' "$work/out")" -eq 3 ] || { echo "example_$kind printed:"; cat "$work/out"; exit 1; }
done
echo "installed, compiled and run: pkg-config, CMake shared and static"
