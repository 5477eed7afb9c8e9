#!/bin/sh
# From a fresh Debian 12 to a playing sequence, or to passing tests.
#
#   sh assets/quickstart.sh play     installs what is needed, builds, generates a sequence and plays it: in a window, or
#                                    without one and with statistics where there is no display
#   sh assets/quickstart.sh install  installs what building and testing need
#   sh assets/quickstart.sh test     installs what is needed, builds with warnings as errors, and runs the tests
#
# ZOETROPE_BUILD: the build folder (default: build, or build-test). ZOETROPE_JOBS: compile jobs (default: all cores).
set -eu

cd "$(dirname "$0")/.."

build_packages="gcc g++ cmake ninja-build pkg-config libopenexr-dev libsdl2-dev libsdl2-ttf-dev libfontconfig-dev
libhwloc-dev libseccomp-dev libdeflate-dev libjansson-dev libpng-dev libexpat1-dev libcurl4-openssl-dev libxxhash-dev
libopencolorio-dev fonts-dejavu-core"
test_packages="libcmocka-dev openexr openimageio-tools xvfb xauth xdotool libx11-dev imagemagick python3 nginx-light openssl procps"

# Installs what is missing of the named packages; asks nobody when nothing is.
install() {
  missing=
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  as_root=
  if [ "$(id -u)" -ne 0 ]; then as_root=sudo; fi
  echo "Installing:$missing"
  $as_root apt-get update -qq
  # shellcheck disable=SC2086 # a list of words
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

jobs=${ZOETROPE_JOBS:-$(nproc)}

case "${1:-}" in
play)
  build=${ZOETROPE_BUILD:-build}
  # shellcheck disable=SC2086
  install $build_packages
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DZOETROPE_TESTS=OFF
  cmake --build "$build" -j "$jobs"
  demo="$build/demo"
  [ -e "$demo/demo.0048.exr" ] ||
    "$build/player/zoetrope" generate --size 1920x1080 --frames 48 --name demo "$demo"
  if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$build/player/zoetrope" play --play "$demo/demo.####.exr"
  fi
  exec "$build/player/zoetrope" play --headless --loops 3 "$demo/demo.####.exr"
  ;;
install)
  # shellcheck disable=SC2086
  install $build_packages $test_packages
  ;;
test)
  build=${ZOETROPE_BUILD:-build-test}
  # shellcheck disable=SC2086
  install $build_packages $test_packages
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DZOETROPE_CHECKS=ON -DZOETROPE_WERROR=ON
  cmake --build "$build" -j "$jobs"
  # Twice as many as there are cores: many tests wait, for windows and for servers that are slow on purpose.
  ctest --test-dir "$build" --output-on-failure -j $((jobs * 2))
  ;;
*)
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
  ;;
esac
