# What makes a fault that an attacker found harder to use, in all that is built. scripts/check-hardening
# reads from the binaries that it is there; ctest runs it.
#
#   carbon_sides                           for whom a library that the plugin links is built: "carbon",
#                                          the programs and the tests, and "slurmctld", the plugin, unless
#                                          it may have assertions too. The targets are SIDE_core and so on.
#   carbon_without_assertions(TARGET)      for what is to run in slurmctld
#
# An assertion of libstdc++ ends the process: better than to go on in scarbond and in tests, but never
# right in slurmctld, which is Slurm's and not ours to end.
include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)
include(CheckLinkerFlag)
include(CheckPIESupported)

option(CARBON_PLUGIN_ASSERTIONS
       "Build the plugin with the assertions of libstdc++ too: for tests, not to be installed" OFF)

set(carbon_sides carbon)
if(NOT CARBON_PLUGIN_ASSERTIONS)
  list(APPEND carbon_sides slurmctld)
endif()
add_compile_definitions(
  $<$<NOT:$<BOOL:$<TARGET_PROPERTY:CARBON_WITHOUT_ASSERTIONS>>>:_GLIBCXX_ASSERTIONS>)

# The options go behind those of a distribution that asks for assertions in whatever it builds. Without
# optimisation, newer compilers assert by themselves; without NDEBUG, the headers of Abseil do.
function(carbon_without_assertions target)
  set_target_properties(${target} PROPERTIES CARBON_WITHOUT_ASSERTIONS ON)
  target_compile_options(${target} PRIVATE -U_GLIBCXX_ASSERTIONS -D_GLIBCXX_NO_ASSERTIONS -UNDEBUG
    -DNDEBUG)
endfunction()

# Of each machine those that its compiler and linker know.
foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection
    -mbranch-protection=standard)
  string(MAKE_C_IDENTIFIER "CARBON_HAS${flag}" known)
  check_cxx_compiler_flag(${flag} ${known})
  if(${known})
    add_compile_options(${flag})
  endif()
endforeach()
foreach(flag relro now noexecstack)
  check_linker_flag(CXX "-Wl,-z,${flag}" CARBON_HAS_z_${flag})
  if(CARBON_HAS_z_${flag})
    add_link_options("-Wl,-z,${flag}")
  endif()
endforeach()
check_pie_supported(LANGUAGES C CXX)

# It needs optimisation, and hides calls from the sanitizers. 3 also knows sizes that are not constant; an
# older C library takes it for 2 and warns.
set(CMAKE_REQUIRED_FLAGS "-O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
check_cxx_source_compiles("#include <string.h>
  int main() { return static_cast<int>(__builtin_dynamic_object_size(\"\", 0)) * 0; }"
  CARBON_HAS_FORTIFY_3)
unset(CMAKE_REQUIRED_FLAGS)
string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
set(CARBON_FORTIFIED OFF)
foreach(language C CXX)
  set(flags "${CMAKE_${language}_FLAGS} ${CMAKE_${language}_FLAGS_${type}}")
  if(flags MATCHES "-O([1-3sgz]|fast)" AND NOT flags MATCHES "-fsanitize=" AND NOT CARBON_BUILD_FUZZERS)
    set(CARBON_FORTIFIED ON)
    add_compile_options($<$<COMPILE_LANGUAGE:${language}>:-U_FORTIFY_SOURCE>
      $<$<COMPILE_LANGUAGE:${language}>:-D_FORTIFY_SOURCE=$<IF:$<BOOL:${CARBON_HAS_FORTIFY_3}>,3,2>>)
  endif()
endforeach()
