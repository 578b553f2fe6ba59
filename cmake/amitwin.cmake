# Flags and helpers of the whole tree.

find_program(CCACHE ccache)
if(CCACHE)
  # A second clone finds the objects of the first, precompiled headers (tests) included.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

# x86-64-v3 and no contraction: the same bytes on every such machine (docs/architecture.md).
add_compile_options(-Wall -Wextra -Werror -Wshadow -Wvla -fno-math-errno -ffp-contract=off -g1)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-march=x86-64-v3)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2")  # assertions stay: no NDEBUG
set(CMAKE_C_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_DEBUG "-O1")
set(CMAKE_C_FLAGS_DEBUG "-O1")
option(AMITWIN_DEBUGGER "For a debugger: all symbols, and functions that `amitwin debug` can stop in" OFF)
if(AMITWIN_DEBUGGER)
  add_compile_options(-g -fno-omit-frame-pointer -fpatchable-function-entry=1)
endif()
if(AMITWIN_SANITIZE)
  # Firmware has no RTTI, which the check of vtable pointers needs.
  add_compile_options(-fsanitize=${AMITWIN_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${AMITWIN_SANITIZE})
endif()
# Under sanitizers hosted code and tests leave out the checks of each pointer before it is used: they
# are a third of compiling it, what they find most AddressSanitizer ends at, too, and x86-64 reads at
# any address. Firmware and protocol, which run on a microcontroller as well, and fuzzers keep them.
set(AMITWIN_HOSTED_CHECKS)
if(AMITWIN_SANITIZE MATCHES "undefined" AND NOT AMITWIN_FUZZ)
  set(AMITWIN_HOSTED_CHECKS -fno-sanitize=null,alignment,object-size)
endif()

# Includes are written from the root of the tree: "protocol/bytes.hpp".
include_directories(${CMAKE_SOURCE_DIR})

# What hosted code includes anyway is parsed once: three quarters of compiling many a file was the
# standard library. Files still include what they use. NOT_PRECOMPILED: for a library with headers
# of its own, or where g++ 12 finds overruns in strings that are none, or dies (over the vectors of
# models_afe). `quick`: for what is not optimised under sanitizers, as a precompiled header serves
# one level of optimisation only.
foreach(speed optimised quick)
  add_library(precompiled_${speed} OBJECT EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp)
  target_compile_options(precompiled_${speed} PRIVATE -fpch-preprocess ${AMITWIN_HOSTED_CHECKS})
  target_precompile_headers(precompiled_${speed} PRIVATE
    <algorithm> <array> <charconv> <cmath> <cstdint> <cstring> <functional> <limits> <map> <memory>
    <optional> <set> <span> <string> <string_view> <utility> <variant> <vector>)
endforeach()
target_compile_options(precompiled_quick PRIVATE $<$<CONFIG:Debug>:-O0>)

# Half of compiling a hosted file or a test is the headers it shares with its neighbours, so a few of
# one target are compiled as one. OFF for work on one file. Firmware stays in files: laws look at its
# objects, and tests put another in an object's place.
option(AMITWIN_JOINED "Compile several hosted files of a target as one" ON)
function(amitwin_join name)
  if(AMITWIN_JOINED)  # a class of one file may have members that are of that file alone
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)
  endif()
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${AMITWIN_JOINED} UNITY_BUILD_BATCH_SIZE 5)
endfunction()

# amitwin_library(NAME [NOT_PRECOMPILED] SOURCES ... USES targets...)  USES is the link line that holds the folder
# rules of docs/architecture.md.
function(amitwin_library name)
  cmake_parse_arguments(ARG "FREESTANDING;NOT_PRECOMPILED" "" "SOURCES;USES" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(precompiled)
  if(folder MATCHES "^(net|hes-stub|sim|models|dcu/app|plc-channel|protocol/hosted)(/|$)")
    set(precompiled optimised)
    target_compile_options(${name} PRIVATE ${AMITWIN_HOSTED_CHECKS})
    amitwin_join(${name})
  endif()
  # Under sanitizers and for a debugger: hosted code computes little, its compiling counts for more;
  # but for what reads files and answers, which fuzzers run by the thousand.
  if(folder MATCHES "^(net|hes-stub|sim|protocol/hosted)(/|$)" AND
     NOT folder MATCHES "^sim/(reader|scenario)$")
    target_compile_options(${name} PRIVATE $<$<CONFIG:Debug>:-O0>)
    set(precompiled quick)
  endif()
  if(precompiled AND NOT ARG_NOT_PRECOMPILED)
    target_precompile_headers(${name} REUSE_FROM precompiled_${precompiled})
    target_compile_options(${name} PRIVATE -fpch-preprocess)  # ccache reads them so
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_USES})
  if(ARG_FREESTANDING)  # firmware: no exceptions, no RTTI, no guards for static locals
    target_compile_options(${name} PRIVATE
      $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti -fno-threadsafe-statics>)
  endif()
endfunction()

# amitwin_test(NAME [SANITIZED] [LONG] SOURCES ... USES targets... [LABELS ...] [TIMEOUT seconds]): one
# GoogleTest executable, one ctest. SANITIZED ones also run in the sanitizer preset: target
# sanitized_tests, label sanitized. LONG ones begin first, so that none is left alone at the end.
add_custom_target(sanitized_tests)
find_package(GTest REQUIRED)
function(amitwin_test name)
  cmake_parse_arguments(ARG "SANITIZED;LONG" "TIMEOUT" "SOURCES;USES;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_USES} GTest::gtest GTest::gmock GTest::gtest_main)
  amitwin_reuse_precompiled(${name})
  amitwin_join(${name})
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  if(ARG_SANITIZED)
    list(APPEND ARG_LABELS sanitized)
    add_dependencies(sanitized_tests ${name})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}")
  if(ARG_LONG)
    set_tests_properties(${name} PROPERTIES COST 1)
  endif()
  if(ARG_TIMEOUT)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
  endif()
endfunction()
