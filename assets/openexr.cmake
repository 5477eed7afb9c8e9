# zoe_find_openexr(): OpenEXR >= 3.1 by its own CMake package, which names headers and libraries of one installation together:
# OpenEXR::OpenEXRCore is the C library, OpenEXR::OpenEXR the C++ one. Where pkg-config is told of an OpenEXR in another place
# (PKG_CONFIG_PATH), that one is taken; CMAKE_PREFIX_PATH and OpenEXR_DIR go before.
#
# Sets OPENEXR_SERIES and OPENEXR_SERIES_END: versions in [3.1, 3.2) share one ABI, for example.
macro(zoe_find_openexr)
  pkg_get_variable(openexr_prefix OpenEXR prefix)
  # No version here: a package of 4.0 would not answer to 3.1.
  find_package(OpenEXR CONFIG REQUIRED HINTS ${openexr_prefix})
  if(OpenEXR_VERSION VERSION_LESS 3.1)
    message(FATAL_ERROR "OpenEXR ${OpenEXR_VERSION} in ${OpenEXR_DIR} is older than 3.1")
  endif()
  message(STATUS "OpenEXR ${OpenEXR_VERSION}: ${OpenEXR_DIR}")
  set(OPENEXR_SERIES ${OpenEXR_VERSION_MAJOR}.${OpenEXR_VERSION_MINOR})
  math(EXPR OPENEXR_SERIES_END "${OpenEXR_VERSION_MINOR} + 1")
  set(OPENEXR_SERIES_END ${OpenEXR_VERSION_MAJOR}.${OPENEXR_SERIES_END})
  if(NOT CMAKE_CROSSCOMPILING)
    zoe_check_openexr()
  endif()
endmacro()

# Headers and library have different structs where their versions differ, and nothing says so when they are linked or run.
function(zoe_check_openexr)
  set(program ${CMAKE_CURRENT_BINARY_DIR}/openexr_versions.c)
  file(WRITE ${program} [[
#include <stdio.h>
#include <openexr.h>
int main(void)
{
    int major, minor, patch;
    const char *extra;
    exr_get_library_version(&major, &minor, &patch, &extra);
    printf("the headers are of %d.%d.%d, the library is %d.%d.%d", OPENEXR_VERSION_MAJOR, OPENEXR_VERSION_MINOR,
           OPENEXR_VERSION_PATCH, major, minor, patch);
    return major != OPENEXR_VERSION_MAJOR || minor != OPENEXR_VERSION_MINOR || patch != OPENEXR_VERSION_PATCH;
}
]])
  try_run(differ compiles ${CMAKE_CURRENT_BINARY_DIR} ${program} LINK_LIBRARIES OpenEXR::OpenEXRCore
    COMPILE_OUTPUT_VARIABLE compiler_said RUN_OUTPUT_VARIABLE versions)
  if(NOT compiles)
    message(FATAL_ERROR "A program with OpenEXR (${OpenEXR_DIR}) cannot be built:\n${compiler_said}")
  elseif(NOT differ EQUAL 0)
    message(FATAL_ERROR "OpenEXR (${OpenEXR_DIR}) cannot be used: ${versions} (${differ})")
  endif()
endfunction()
