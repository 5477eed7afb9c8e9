#!/bin/sh
# Decoding speed beside what others run on: OpenEXR's C++ InputFile and OpenImageIO's ImageCache, on the same 4K files, with the
# same number of threads, in turns.
#
#   sh tests/bench/peers.sh ZOETROPE PEERS_DIR [WORK_DIR]
#
# ZOETROPE   the built program
# PEERS_DIR  holds peer_openexr.cpp, peer_oiio.cpp and make_corpus.sh
# WORK_DIR   for the peers' programs and the files, some 900 MB (default: a folder under TMPDIR); kept for the next run
#
# THREADS (default 1 2), ROUNDS (default 3), REPEAT (frames are decoded this often a run, default 10), KINDS (default: all)
#
# Prints frames a second, medians over the rounds, and the ratio to the fastest peer. Where the system's OpenEXR is an old one
# (before 3.3, as in Debian 12 and 13) the newest one's rate is the system's times a factor, measured once on another machine, where
# that is more than 1. From 3.4 on HTJ2K is measured too. Exits 77 when something that it needs is not there.
set -eu

zoetrope=${1:?usage: peers.sh ZOETROPE PEERS_DIR [WORK_DIR]}
peers=${2:?usage: peers.sh ZOETROPE PEERS_DIR [WORK_DIR]}
work=${3:-${TMPDIR:-/tmp}/zoetrope-peers}
rounds=${ROUNDS:-3} repeat=${REPEAT:-10}
[ -x "$zoetrope" ] || { echo "no program at $zoetrope"; exit 77; }
[ -f "$peers/peer_openexr.cpp" ] || { echo "no peers in $peers"; exit 77; }
mkdir -p "$work"

flags=$(pkg-config --cflags --libs OpenEXR) || { echo "libopenexr-dev is not installed"; exit 77; }
version=$(pkg-config --modversion OpenEXR)
# shellcheck disable=SC2086 # a list of flags
[ -x "$work/peer_openexr" ] || g++ -O3 -std=c++17 "$peers/peer_openexr.cpp" -o "$work/peer_openexr" $flags -lpthread
[ -x "$work/peer_oiio" ] ||
  g++ -O3 -std=c++17 "$peers/peer_oiio.cpp" -o "$work/peer_oiio" -lOpenImageIO -lOpenImageIO_Util -lpthread 2>"$work/oiio.log" ||
  echo "without OpenImageIO, see $work/oiio.log (its development files are needed)" >&2
[ -f "$work/corpus/plate_tiled.0002.exr" ] || sh "$peers/make_corpus.sh" "$work/corpus" 2

htj2k=
if pkg-config --atleast-version 3.4 OpenEXR; then
  htj2k='plate_htj2k256 cg_htj2k256 plate_htj2k32 cg_htj2k32'
  for kind in $htj2k; do
    for n in 0001 0002; do
      [ -f "$work/corpus/$kind.$n.exr" ] ||
        oiiotool "$work/corpus/${kind%_*}_none.$n.exr" --scanline -d half --compression "${kind#*_}" -o "$work/corpus/$kind.$n.exr"
    done
  done
fi

# The newest release's rate / 3.1.5's, where it is the faster.
newest() {
  if pkg-config --atleast-version 3.3 OpenEXR; then
    echo 1
    return
  fi
  case $1 in
  plate_zip) echo 1.38 ;; cg_zip) echo 2.33 ;; plate_zips) echo 1.42 ;; cg_zips) echo 1.44 ;; cg_piz) echo 1.19 ;;
  plate_pxr24 | cg_pxr24) echo 1.39 ;; plate_tiled) echo 1.95 ;; *) echo 1 ;;
  esac
}

median() { sort -n | awk '{v[NR]=$1} END {print (NR % 2) ? v[(NR+1)/2] : (v[NR/2] + v[NR/2+1]) / 2}'; }

kinds=${KINDS:-"plate_zip cg_zip plate_zips cg_zips plate_piz cg_piz plate_rle cg_rle plate_pxr24 cg_pxr24 plate_b44 cg_b44
plate_none cg_none plate_dwaa cg_dwaa plate_dwab cg_dwab plate_tiled $htj2k"}
echo "OpenEXR $version"
printf '%-13s %7s %9s %9s %9s %9s %7s\n' kind threads zoetrope OpenEXR newest OIIO ratio
for threads in ${THREADS:-1 2}; do
  : >"$work/ratios"
  for kind in $kinds; do
    : >"$work/a"; : >"$work/b"; : >"$work/c"
    # OpenImageIO 3 keeps more than it is allowed: under eight names no picture is in its cache any more.
    mkdir -p "$work/names"
    for n in 1 2 3 4 5 6 7 8; do
      ln -sf "../corpus/$kind.000$((n % 2 + 1)).exr" "$work/names/$kind.000$n.exr"
    done
    i=0
    while [ "$i" -lt "$rounds" ]; do
      "$zoetrope" bench decode --json --workers "$threads" --repeat "$repeat" "$work/corpus/$kind.####.exr" |
        sed -n 's/^ *"fps": \([0-9.]*\),*$/\1/p' >>"$work/a"
      "$work/peer_openexr" frame "$threads" "$repeat" "$work/corpus/$kind".*.exr | awk '{print $1}' >>"$work/b"
      [ ! -x "$work/peer_oiio" ] ||
        "$work/peer_oiio" "$threads" "$(((repeat + 3) / 4))" 64 "$work/names/$kind".*.exr | awk '{print $1}' >>"$work/c"
      i=$((i + 1))
    done
    echo "$kind $threads $(median <"$work/a") $(median <"$work/b") $(newest "$kind") $( [ -s "$work/c" ] && median <"$work/c" || echo 0)" |
      awk -v ratios="$work/ratios" '{
        new = $4 * $5; best = $4 > new ? $4 : new; if ($6 > best) best = $6
        printf "%-13s %7d %9.1f %9.1f %9.1f %9.1f %6.2fx\n", $1, $2, $3, $4, new, $6, $3 / best
        print $3 / best >> ratios }'
  done
  awk '{s += log($1)} END {printf "%d thread(s), geometric mean of all: %.2fx\n", '"$threads"', exp(s / NR)}' "$work/ratios"
done
