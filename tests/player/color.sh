#!/bin/sh
# What `zoetrope snapshot` makes of colours, beside OpenImageIO's `oiiotool --ociodisplay`: within a step of 8 bits. And files that
# say the same in other primaries, which look the same; and what is wrong with a configuration or a table, which is said.
#   tests/player/color.sh path/to/zoetrope
set -eu
zoetrope=${1:?usage: color.sh ZOETROPE}
command -v oiiotool >/dev/null || { echo "skipped: no oiiotool"; exit 77; }
. "$(dirname "$0")/../support/checks.sh"
cd "$work"
unset OCIO

# same A B STEPS [TEXT]: two pictures differ by at most so many steps of 8 bits. Copies are kept, and compared
# at the end: one process for all takes a fifth of a second, as one for each does.
pairs=0
same() {
    pairs=$((pairs + 1))
    mkdir -p pairs
    cp "$1" "pairs/$pairs.a.${1##*.}"
    cp "$2" "pairs/$pairs.b.${2##*.}"
    echo "$1 and $2${4:+: $4}" >pairs/$pairs.text
    awk "BEGIN { print ($3 + 0.01) / 255 }" >pairs/$pairs.limit
}
compare_all() {
    set --
    for n in $(seq $pairs); do
        set -- "$@" pairs/$n.a.* pairs/$n.b.* --fail "$(cat pairs/$n.limit)" --warn 1 --diff --pop --pop
    done
    oiiotool -q "$@" >diff.txt 2>&1 && return
    for n in $(seq $pairs); do
        idiff -q -fail "$(cat pairs/$n.limit)" -warn 1 pairs/$n.a.* pairs/$n.b.* >diff.txt 2>&1 || {
            idiff pairs/$n.a.* pairs/$n.b.* | grep -i "max error" || true
            fail "$(cat pairs/$n.text)"
        }
    done
    [ $failures -gt 0 ] || fail "together they differ, and one by one they do not: $(cat diff.txt)"
}

snapshot() { "$zoetrope" snapshot "$@"; }

# ---- pictures: ramps, dark to bright, and saturated colours ----

oiiotool --pattern fill:topleft=0,0,0:topright=4,0,0.1:bottomleft=0,4,0:bottomright=0.5,0.5,16 400x300 3 -d half -o a.exr
oiiotool --pattern fill:topleft=0.001,0.001,0.001:topright=1,1,1:bottomleft=0.2,0.02,0.01:bottomright=0.01,0.1,0.3 400x300 3 -d half -o b.exr

# ---- primaries, without OpenColorIO ----

# CIE XYZ, with the white of Rec. 709 as R = G = B = 1. oiiotool has the matrix by columns.
oiiotool b.exr --ccmatrix 0.433887,0.212639,0.017750,0,0.376224,0.715169,0.109448,0,0.189889,0.0721923,0.872802,0,0,0,0,1 \
    -d half --attrib:type=float[8] chromaticities "1,0,0,1,0,0,0.3127,0.329" -o xyz.exr
"$zoetrope" info --json xyz.exr | grep -q '"chromaticities": \[' || fail "no chromaticities in the test's picture"
snapshot b.exr -o b.png
snapshot xyz.exr -o xyz.png
same b.png xyz.png 1 primaries

# ---- OpenColorIO ----

ocio=no
snapshot a.exr --ocio aces -o aces.png 2>err.txt && ocio=yes
if [ $ocio = no ]; then
    grep -q "not built in" err.txt || fail "without OpenColorIO: $(cat err.txt)"
else
    cat >config.ocio <<'END'
ocio_profile_version: 2
roles: {aces_interchange: ACES2065-1, default: ACEScg, scene_linear: ACEScg}
file_rules:
  - !<Rule> {name: Default, colorspace: default}
looks:
  - !<Look> {name: warm, process_space: ACEScg, transform: !<CDLTransform> {slope: [1.2, 1, 0.8], style: noclamp}}
displays:
  sRGB:
    - !<View> {name: ACES, view_transform: ACES, display_colorspace: sRGB Display}
    - !<View> {name: Plain, view_transform: Plain, display_colorspace: sRGB Display}
  Rec.709:
    - !<View> {name: ACES, view_transform: ACES, display_colorspace: Rec.709 Display}
view_transforms:
  - !<ViewTransform>
    name: ACES
    from_scene_reference: !<BuiltinTransform> {style: ACES-OUTPUT - ACES2065-1_to_CIE-XYZ-D65 - SDR-VIDEO_1.0}
  - !<ViewTransform>
    name: Plain
    from_scene_reference: !<BuiltinTransform> {style: UTILITY - ACES-AP0_to_CIE-XYZ-D65_BFD}
display_colorspaces:
  - !<ColorSpace> {name: CIE-XYZ-D65}
  - !<ColorSpace>
    name: sRGB Display
    from_display_reference: !<BuiltinTransform> {style: DISPLAY - CIE-XYZ-D65_to_sRGB}
  - !<ColorSpace>
    name: Rec.709 Display
    from_display_reference: !<BuiltinTransform> {style: DISPLAY - CIE-XYZ-D65_to_REC.1886-REC.709}
colorspaces:
  - !<ColorSpace> {name: ACES2065-1}
  - !<ColorSpace>
    name: ACEScg
    to_scene_reference: !<BuiltinTransform> {style: ACEScg_to_ACES2065-1}
  - !<ColorSpace>
    name: ACEScct
    to_scene_reference: !<BuiltinTransform> {style: ACEScct_to_ACES2065-1}
END
    for picture in a b; do
        for way in "ACEScg sRGB ACES" "ACEScg Rec.709 ACES" "ACEScg sRGB Plain" "ACEScct sRGB ACES"; do
            set -- $way
            # What ACEScct's curve makes of 16 no number holds.
            [ $picture$1 != aACEScct ] || continue
            oiiotool --colorconfig config.ocio $picture.exr --ociodisplay:from=$1 $2 $3 -d uint8 -o theirs.png
            snapshot $picture.exr --ocio config.ocio --input-space $1 --display $2 --view-transform $3 -o ours.png
            same ours.png theirs.png 1 "$picture $*"
        done
        oiiotool --colorconfig config.ocio $picture.exr --ociolook:from=ACEScg:to=ACEScg warm --ociodisplay:from=ACEScg sRGB ACES \
            -d uint8 -o theirs.png
        snapshot $picture.exr --ocio config.ocio --look warm -o ours.png
        same ours.png theirs.png 1 "$picture $*"
        # The environment's, and the built-in one, which is the same for this way.
        OCIO=config.ocio snapshot $picture.exr -o ours.png
        snapshot $picture.exr --ocio aces --input-space ACEScg -o theirs.png
        same ours.png theirs.png 0
        OCIO=config.ocio snapshot $picture.exr --ocio none -o ours.png
        snapshot $picture.exr -o theirs.png
        same ours.png theirs.png 0
    done
    # ---- what is wrong is said, with status 1 ----
    for wrong in "--ocio nowhere.ocio" "--ocio a.exr" "--ocio aces --display none-such" "--ocio aces --input-space none-such" \
        "--ocio aces --view-transform none-such" "--ocio aces --look none-such"; do
        status=0
        snapshot a.exr $wrong -o x.png 2>err.txt || status=$?
        [ $status = 1 ] && [ "$(wc -l <err.txt)" = 1 ] && [ ! -e x.png ] || fail "$wrong: status $status, $(cat err.txt)"
    done
fi

# ---- tables and lists ----

printf 'LUT_3D_SIZE 2\n0 0 0\n1 0 0\n0 1 0\n1 1 0\n0 0 1\n1 0 1\n0 1 1\n1 1 1\n' >same.cube
printf 'LUT_3D_SIZE 2\n0 0 0\n0 0 1\n0 1 0\n0 1 1\n1 0 0\n1 0 1\n1 1 0\n1 1 1\n' >swap.cube
snapshot b.exr -o plain.png
for space in linear display; do
    snapshot b.exr --lut same.cube --lut-space $space -o ours.png
    same ours.png plain.png 1
    snapshot b.exr --lut swap.cube --lut-space $space -o ours.png
    oiiotool plain.png --ch B,G,R -o theirs.png
    same ours.png theirs.png 1
done
printf '<ColorCorrection id="x"><SOPNode><Slope>2 2 2</Slope><Offset>0 0 0</Offset><Power>1 1 1</Power></SOPNode></ColorCorrection>' >one.cc
snapshot b.exr --cdl one.cc -o ours.png
snapshot b.exr --exposure 1 -o theirs.png
same ours.png theirs.png 1
sed 's/^1 0 0/1 nan 0/' same.cube >bad.cube
for wrong in "--lut bad.cube" "--lut nowhere.cube" "--cdl bad.cube" "--cdl one.cc --cdl-id y"; do
    status=0
    snapshot b.exr $wrong -o x.png 2>err.txt || status=$?
    [ $status = 1 ] && [ "$(wc -l <err.txt)" = 1 ] || fail "$wrong: status $status, $(cat err.txt)"
done
grep -q . err.txt
snapshot b.exr --lut bad.cube -o x.png 2>err.txt || true
grep -q 'bad.cube: line 3' err.txt || fail "no line: $(cat err.txt)"

compare_all
echo "$pairs pairs, $failures failed"
[ $failures = 0 ]
