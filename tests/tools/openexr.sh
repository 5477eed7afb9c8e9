#!/bin/sh
# Configures with an OpenEXR in a place of its own, made here: headers and library come from there alone, whether CMake or
# pkg-config is told of it, and configuring fails where they are of different versions.
# Usage: openexr.sh SOURCE_DIR OPENEXR_CORE_LIBRARY INCLUDE_DIR:...
set -eu

usage='usage: openexr.sh SOURCE_DIR OPENEXR_CORE_LIBRARY INCLUDE_DIR:...'
source=${1:?$usage} library=${2:?$usage} folders=${3:?$usage}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

others= # Imath's, for example, which OpenEXR's headers may need
for folder in $(echo "$folders" | tr : ' '); do
  if [ -e "$folder/openexr.h" ]; then include=$folder; else others="$others;$folder"; fi
done
[ -n "${include:-}" ] || fail "no openexr.h in $folders"

prefix=$work/other
mkdir -p "$prefix/include" "$prefix/lib/cmake/OpenEXR" "$prefix/lib/pkgconfig"
cp -L "$library" "$prefix/lib/libOther.so"
cp -rL "$include" "$prefix/include/OpenEXR"
version=$(sed -n 's/^#define OPENEXR_VERSION_STRING "\(.*\)"/\1/p' "$include/OpenEXRConfig.h")
cat >"$prefix/lib/cmake/OpenEXR/OpenEXRConfig.cmake" <<END
add_library(OpenEXR::OpenEXRCore SHARED IMPORTED)
set_target_properties(OpenEXR::OpenEXRCore PROPERTIES IMPORTED_LOCATION $prefix/lib/libOther.so IMPORTED_NO_SONAME ON
  INTERFACE_INCLUDE_DIRECTORIES "$prefix/include/OpenEXR$others" INTERFACE_COMPILE_FEATURES cxx_std_11)
END
cat >"$prefix/lib/cmake/OpenEXR/OpenEXRConfigVersion.cmake" <<END
set(PACKAGE_VERSION $version)
set(PACKAGE_VERSION_COMPATIBLE TRUE)
END
printf 'prefix=%s\nName: OpenEXR\nDescription: a copy\nVersion: %s\n' "$prefix" "$version" >"$prefix/lib/pkgconfig/OpenEXR.pc"

# configure NAME OPTIONS...
configure() {
  build=$work/$1
  shift
  cmake -S "$source" -B "$build" -G Ninja -DZOETROPE_PLAYER=OFF -DZOETROPE_TESTS=OFF "$@" >"$work/log" 2>&1
}

# takes_it: the engine is compiled and linked with that one, and with no other.
takes_it() {
  grep -qF "$prefix/include/OpenEXR" "$build/build.ninja" && grep -qF "$prefix/lib/libOther.so" "$build/build.ninja" ||
    fail "$build does not use the OpenEXR that it was told of"
  ! grep -F -e 'libOpenEXR' -e "$include" "$build/build.ninja" || fail "$build uses another OpenEXR too"
}

configure cmake -DCMAKE_PREFIX_PATH="$prefix" || fail "$(cat "$work/log")"
takes_it
PKG_CONFIG_PATH="$prefix/lib/pkgconfig" configure pkg-config || fail "$(cat "$work/log")"
takes_it

sed -i 's/^\(#define OPENEXR_VERSION_PATCH\) .*/\1 99/' "$prefix/include/OpenEXR/OpenEXRConfig.h"
! configure mixed -DCMAKE_PREFIX_PATH="$prefix" || fail "headers of another version were accepted"
tr -s ' \n' ' ' <"$work/log" | grep -q "the headers are of .*99, the library is $version" || fail "not said why: $(cat "$work/log")"
echo "taken from one place: CMAKE_PREFIX_PATH, PKG_CONFIG_PATH; refused: headers of another version"
