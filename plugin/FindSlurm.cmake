# Finds one installed Slurm: its headers, libslurm, plugin folder and commands together.
#
#   -DSLURM_PREFIX=/opt/slurm              the folder that this Slurm was installed into. Default: the
#                                          Slurm whose scontrol is first in PATH, else the one in /usr.
#   -DCARBON_SLURM_PLUGIN_DIR=/some/dir    installs the plugin there, not into Slurm's plugin folder.
#
# Sets Slurm_VERSION, Slurm_PREFIX, Slurm_INCLUDE_DIR, Slurm_LIBRARY, Slurm_SONAME, Slurm_PLUGIN_DIR,
# Slurm_BIN_DIR and Slurm_SBIN_DIR, and defines the targets slurm::headers and slurm::libslurm. The
# commands may be missing, as on a machine that only builds; the other parts are required. All parts
# must be of one release, to the last number: otherwise this is a fatal error that names both.
# Nothing found is cached: a build tree follows a change of SLURM_PREFIX or of the Slurm in it.
set(SLURM_PREFIX "" CACHE PATH
    "The folder that Slurm was installed into; empty: the Slurm first in PATH, else /usr")
set(CARBON_SLURM_PLUGIN_DIR "" CACHE PATH
    "Where the plugin is installed; empty: Slurm's own plugin folder")

set(slurm_choice "Choose one Slurm with -DSLURM_PREFIX=/the/folder/it/was/installed/into.")

# Choose the Slurm.
if(SLURM_PREFIX)
  set(Slurm_PREFIX "${SLURM_PREFIX}")
  set(slurm_reason "SLURM_PREFIX")
else()
  set(Slurm_PREFIX /usr)
  set(slurm_reason "the default")
  unset(slurm_scontrol)
  find_program(slurm_scontrol scontrol NO_CACHE
    NO_PACKAGE_ROOT_PATH NO_CMAKE_PATH NO_CMAKE_ENVIRONMENT_PATH NO_CMAKE_SYSTEM_PATH)
  if(slurm_scontrol)
    # A link in PATH may point to a command that was installed elsewhere.
    foreach(slurm_program "${slurm_scontrol}" REALPATH)
      if(slurm_program STREQUAL REALPATH)
        file(REAL_PATH "${slurm_scontrol}" slurm_program)
      endif()
      cmake_path(GET slurm_program PARENT_PATH Slurm_PREFIX)
      cmake_path(GET Slurm_PREFIX PARENT_PATH Slurm_PREFIX)
      if(EXISTS "${Slurm_PREFIX}/include/slurm/slurm.h")
        break()
      endif()
    endforeach()
    set(slurm_reason "${slurm_scontrol} is first in PATH")
  endif()
endif()
cmake_path(NORMAL_PATH Slurm_PREFIX)

# Its parts. Debian keeps libraries in a folder for the architecture, and Slurm's plugins in slurm-wlm.
if(NOT IS_DIRECTORY "${Slurm_PREFIX}")
  message(FATAL_ERROR "${Slurm_PREFIX} (${slurm_reason}) is no folder. ${slurm_choice}")
endif()
set(Slurm_INCLUDE_DIR "${Slurm_PREFIX}/include")
foreach(slurm_header slurm.h slurm_version.h)
  if(NOT EXISTS "${Slurm_INCLUDE_DIR}/slurm/${slurm_header}")
    message(FATAL_ERROR "Slurm in ${Slurm_PREFIX} (${slurm_reason}) has no headers: "
      "${Slurm_INCLUDE_DIR}/slurm/${slurm_header} does not exist. Install them. ${slurm_choice}")
  endif()
endforeach()
set(slurm_folders)
if(CMAKE_LIBRARY_ARCHITECTURE)
  list(APPEND slurm_folders "${Slurm_PREFIX}/lib/${CMAKE_LIBRARY_ARCHITECTURE}")
endif()
list(APPEND slurm_folders "${Slurm_PREFIX}/lib64" "${Slurm_PREFIX}/lib")
unset(Slurm_LIBRARY)
find_library(Slurm_LIBRARY libslurm.so PATHS ${slurm_folders} NO_CACHE NO_DEFAULT_PATH)
if(NOT Slurm_LIBRARY)
  list(JOIN slurm_folders ", " slurm_folders)
  message(FATAL_ERROR "Slurm in ${Slurm_PREFIX} (${slurm_reason}) has no libslurm.so in "
    "${slurm_folders}. Install it. ${slurm_choice}")
endif()
file(REAL_PATH "${Slurm_LIBRARY}" slurm_library_file)
# The name by which the loader searches it: libslurm.so.38 for libslurm.so.38.0.0.
cmake_path(GET slurm_library_file FILENAME Slurm_SONAME)
string(REGEX REPLACE "^(libslurm\\.so\\.[0-9]+).*" "\\1" Slurm_SONAME "${Slurm_SONAME}")
set(Slurm_BIN_DIR "${Slurm_PREFIX}/bin")
set(Slurm_SBIN_DIR "${Slurm_PREFIX}/sbin")

# Slurm's own plugins are next to the library that its commands share.
cmake_path(GET Slurm_LIBRARY PARENT_PATH slurm_library_folder)
set(Slurm_PLUGIN_DIR)
foreach(slurm_folder IN LISTS slurm_library_folder slurm_folders)
  foreach(slurm_name slurm-wlm slurm)
    if(NOT Slurm_PLUGIN_DIR AND EXISTS "${slurm_folder}/${slurm_name}/select_cons_tres.so")
      set(Slurm_PLUGIN_DIR "${slurm_folder}/${slurm_name}")
    endif()
  endforeach()
endforeach()
# The default if only the build's requirements are installed.
if(NOT Slurm_PLUGIN_DIR AND Slurm_PREFIX STREQUAL "/usr" AND EXISTS /etc/debian_version)
  set(Slurm_PLUGIN_DIR "${slurm_library_folder}/slurm-wlm")
elseif(NOT Slurm_PLUGIN_DIR)
  set(Slurm_PLUGIN_DIR "${slurm_library_folder}/slurm")
endif()

# The release of each part.
set(slurm_parts)
function(slurm_add_part release name path)
  if(release MATCHES "([0-9][0-9]\\.[0-9][0-9]\\.[0-9]+)")
    list(APPEND slurm_parts "${CMAKE_MATCH_1}|${name}|${path}")
    set(slurm_parts "${slurm_parts}" PARENT_SCOPE)
  else()
    message(STATUS "The release of ${path} is not known")
  endif()
endfunction()

set(slurm_number 0)
file(STRINGS "${Slurm_INCLUDE_DIR}/slurm/slurm_version.h" slurm_lines
  REGEX "^#define[ \t]+SLURM_VERSION_NUMBER[ \t]+0x[0-9a-fA-F]+")
if(slurm_lines MATCHES "(0x[0-9a-fA-F]+)")
  set(slurm_number ${CMAKE_MATCH_1})
endif()
math(EXPR slurm_major "(${slurm_number} >> 16) & 255")
math(EXPR slurm_minor "(${slurm_number} >> 8) & 255")
math(EXPR slurm_micro "${slurm_number} & 255")
if(slurm_minor LESS 10)
  set(slurm_minor "0${slurm_minor}")
endif()
set(Slurm_VERSION "${slurm_major}.${slurm_minor}.${slurm_micro}")
slurm_add_part("${Slurm_VERSION}" headers "${Slurm_INCLUDE_DIR}/slurm")
# The library contains its release as a string. A letter may precede it ("A25.11.7"), and paths may look
# similar.
file(STRINGS "${slurm_library_file}" slurm_lines
  REGEX "(^|[^-./ ])[0-9][0-9]\\.[0-9][0-9]\\.[0-9]+(-[0-9a-z]+)?$" LIMIT_COUNT 1)
slurm_add_part("${slurm_lines}" libslurm "${slurm_library_file}")
# Without a slurm.conf scontrol asks the network for one, even for its own release.
file(WRITE "${CMAKE_BINARY_DIR}/CMakeFiles/slurm.conf" "ClusterName=none\nSlurmctldHost=localhost\n")
foreach(slurm_program "${Slurm_BIN_DIR}/scontrol" "${Slurm_SBIN_DIR}/slurmctld")
  if(EXISTS "${slurm_program}" AND NOT CMAKE_CROSSCOMPILING)
    cmake_path(GET slurm_program FILENAME slurm_name)
    unset(slurm_words)
    execute_process(
      COMMAND "${CMAKE_COMMAND}" -E env "SLURM_CONF=${CMAKE_BINARY_DIR}/CMakeFiles/slurm.conf"
        "${slurm_program}" -V
      OUTPUT_VARIABLE slurm_words ERROR_QUIET TIMEOUT 10)
    slurm_add_part("${slurm_words}" "${slurm_name}" "${slurm_program}")
  endif()
endforeach()

set(slurm_mixed FALSE)
set(slurm_table "")
foreach(slurm_part IN LISTS slurm_parts)
  string(REPLACE "|" ";" slurm_part "${slurm_part}")
  list(POP_FRONT slurm_part slurm_release slurm_name slurm_path)
  string(APPEND slurm_table "\n  ${slurm_release}  ${slurm_name}  ${slurm_path}")
  if(NOT slurm_release STREQUAL Slurm_VERSION)
    set(slurm_mixed TRUE)
  endif()
endforeach()
if(slurm_mixed)
  message(FATAL_ERROR "Different releases of Slurm are mixed in ${Slurm_PREFIX} (${slurm_reason}):"
    "${slurm_table}\nslurmctld loads a plugin of its own release only. ${slurm_choice}")
endif()

if(NOT TARGET slurm::headers)
  add_library(slurm::headers INTERFACE IMPORTED)
  add_library(slurm::libslurm SHARED IMPORTED)
endif()
set_target_properties(slurm::headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${Slurm_INCLUDE_DIR}")
set_target_properties(slurm::libslurm PROPERTIES
  IMPORTED_LOCATION "${Slurm_LIBRARY}" IMPORTED_SONAME "${Slurm_SONAME}"
  INTERFACE_LINK_LIBRARIES slurm::headers)
# The next build notices an upgrade of this Slurm.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  "${Slurm_INCLUDE_DIR}/slurm/slurm_version.h" "${slurm_library_file}")

message(STATUS "Slurm ${Slurm_VERSION} in ${Slurm_PREFIX} (${slurm_reason})")
message(STATUS "  headers:  ${Slurm_INCLUDE_DIR}/slurm")
message(STATUS "  libslurm: ${slurm_library_file}")
message(STATUS "  plugins:  ${Slurm_PLUGIN_DIR}")
if(CARBON_SLURM_PLUGIN_DIR)
  message(STATUS "  job_submit_carbon.so will be in ${CARBON_SLURM_PLUGIN_DIR}")
endif()
message(STATUS "  commands: ${Slurm_BIN_DIR}")
message(STATUS "  daemons:  ${Slurm_SBIN_DIR}")
set(Slurm_FOUND TRUE)
