#include "color/aces_config.h"

const char zoe_aces_config[] = R"(ocio_profile_version: 2
name: aces
description: ACES 1.0 of built-in transforms
roles:
  aces_interchange: ACES2065-1
  cie_xyz_d65_interchange: CIE-XYZ-D65
  default: Linear Rec.709
  scene_linear: ACEScg
  color_timing: ACEScct
  data: Raw
file_rules:
  - !<Rule> {name: Default, colorspace: default}
displays:
  sRGB:
    - !<View> {name: ACES 1.0 SDR, view_transform: ACES 1.0 SDR, display_colorspace: sRGB Display}
    - !<View> {name: Un-tone-mapped, view_transform: Un-tone-mapped,
               display_colorspace: sRGB Display}
    - !<View> {name: Raw, colorspace: Raw}
  Rec.709:
    - !<View> {name: ACES 1.0 SDR, view_transform: ACES 1.0 SDR,
               display_colorspace: Rec.709 Display}
    - !<View> {name: Un-tone-mapped, view_transform: Un-tone-mapped,
               display_colorspace: Rec.709 Display}
    - !<View> {name: Raw, colorspace: Raw}
  P3-D65:
    - !<View> {name: ACES 1.0 SDR, view_transform: ACES 1.0 SDR, display_colorspace: P3-D65 Display}
    - !<View> {name: Un-tone-mapped, view_transform: Un-tone-mapped,
               display_colorspace: P3-D65 Display}
    - !<View> {name: Raw, colorspace: Raw}
view_transforms:
  - !<ViewTransform>
    name: ACES 1.0 SDR
    from_scene_reference: !<BuiltinTransform>
      {style: ACES-OUTPUT - ACES2065-1_to_CIE-XYZ-D65 - SDR-VIDEO_1.0}
  - !<ViewTransform>
    name: Un-tone-mapped
    from_scene_reference: !<BuiltinTransform> {style: UTILITY - ACES-AP0_to_CIE-XYZ-D65_BFD}
display_colorspaces:
  - !<ColorSpace> {name: CIE-XYZ-D65, encoding: display-linear}
  - !<ColorSpace>
    name: sRGB Display
    from_display_reference: !<BuiltinTransform> {style: DISPLAY - CIE-XYZ-D65_to_sRGB}
  - !<ColorSpace>
    name: Rec.709 Display
    from_display_reference: !<BuiltinTransform> {style: DISPLAY - CIE-XYZ-D65_to_REC.1886-REC.709}
  - !<ColorSpace>
    name: P3-D65 Display
    from_display_reference: !<BuiltinTransform> {style: DISPLAY - CIE-XYZ-D65_to_G2.6-P3-D65}
colorspaces:
  - !<ColorSpace> {name: ACES2065-1, encoding: scene-linear}
  - !<ColorSpace>
    name: ACEScg
    encoding: scene-linear
    to_scene_reference: !<BuiltinTransform> {style: ACEScg_to_ACES2065-1}
  - !<ColorSpace>
    name: ACEScct
    encoding: log
    to_scene_reference: !<BuiltinTransform> {style: ACEScct_to_ACES2065-1}
  - !<ColorSpace>
    name: Linear Rec.709
    encoding: scene-linear
    from_scene_reference: !<GroupTransform>
      children:
        - !<BuiltinTransform> {style: ACEScg_to_ACES2065-1, direction: inverse}
        - !<BuiltinTransform> {style: UTILITY - ACES-AP1_to_LINEAR-REC709_BFD}
  - !<ColorSpace> {name: Raw, encoding: data, isdata: true}
)";
