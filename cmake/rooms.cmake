# One library per room of the map, one test program per room, and the targets that keep them tidy.
set_property(GLOBAL PROPERTY INFERLAB_ROOMS "")

function(inferlab_target_name out folder)
  string(REPLACE "/" "_" name "${folder}")
  set(${out} "inferlab_${name}" PARENT_SCOPE)
endfunction()

# What nearly every file includes, compiled once for the rooms and once for the tests: without it a
# third of the build's time goes into reading the same headers again.
function(inferlab_precompiled name options)
  add_library(${name} OBJECT ${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp)
  target_link_libraries(${name} PRIVATE ${options} fmt::fmt)
  target_precompile_headers(${name} PRIVATE
    <algorithm> <chrono> <cstdint> <functional> <map> <memory> <optional> <string> <string_view>
    <utility> <variant> <vector> <fmt/format.h> ${ARGN})
endfunction()

function(inferlab_use_precompiled target name)
  if(INFERLAB_PCH)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()

if(INFERLAB_PCH)
  inferlab_precompiled(inferlab_precompiled_rooms inferlab_options)
endif()

# inferlab_room(FOLDER [PURE] [USES rooms…] [PACKAGES targets…])
# All sources under FOLDER are its own, so that a new plugin, controller or check is one file (and
# its row in the room's table). PURE marks what must give the same bits on every machine.
function(inferlab_room folder)
  cmake_parse_arguments(ROOM "PURE" "" "USES;PACKAGES" ${ARGN})
  inferlab_target_name(target ${folder})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  set(cuda_sources "")
  if(INFERLAB_HAVE_CUDA)
    file(GLOB_RECURSE cuda_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cu)
  else()
    list(FILTER sources EXCLUDE REGEX "/cuda/")
  endif()
  if(sources)
    add_library(${target} STATIC ${sources} ${cuda_sources})
    inferlab_use_precompiled(${target} inferlab_precompiled_rooms)
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_link_libraries(${target} ${scope} inferlab_options Threads::Threads ${ROOM_PACKAGES})
  foreach(used ${ROOM_USES})
    inferlab_target_name(used_target ${used})
    target_link_libraries(${target} ${scope} ${used_target})
  endforeach()
  if(cuda_sources)
    # fmad: the compiler would fuse here and not there, and rows would differ in their last bits
    # from one kernel to another; what is to be fused says so.
    target_link_libraries(${target} PUBLIC CUDA::cudart_static)
    target_compile_definitions(${target} PRIVATE INFERLAB_HAVE_CUDA=1)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall>
                           $<$<COMPILE_LANGUAGE:CUDA>:-fmad=false>)
  elseif(sources)
    target_compile_definitions(${target} PRIVATE INFERLAB_HAVE_CUDA=0)
  endif()
  if(ROOM_PURE)
    set_property(TARGET ${target} PROPERTY INFERLAB_PURE ON)
  endif()
  set_property(GLOBAL APPEND PROPERTY INFERLAB_ROOMS ${folder})
endfunction()

function(inferlab_program name main)
  cmake_parse_arguments(PROGRAM "" "" "USES" ${ARGN})
  if(NOT EXISTS ${CMAKE_SOURCE_DIR}/${main})
    return()
  endif()
  add_executable(${name} ${main})
  target_link_libraries(${name} PRIVATE inferlab_options)
  foreach(used ${PROGRAM_USES})
    inferlab_target_name(used_target ${used})
    target_link_libraries(${name} PRIVATE ${used_target})
  endforeach()
endfunction()

# tests/FOLDER/*.cpp becomes the test program test_FOLDER, linked with the room of the same name.
# tests/support is shared by all of them.
function(inferlab_tests)
  include(Catch)
  # A test's own code need not be fast, but must be built often.
  add_library(inferlab_test_options INTERFACE)
  target_compile_options(inferlab_test_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-O1>)
  target_link_libraries(inferlab_test_options INTERFACE inferlab_options Catch2::Catch2)
  if(INFERLAB_PCH)
    inferlab_precompiled(inferlab_precompiled_tests inferlab_test_options <catch2/catch.hpp>)
  endif()
  file(GLOB support_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/support/*.cpp)
  add_library(inferlab_test_support STATIC ${support_sources})
  target_link_libraries(inferlab_test_support PUBLIC inferlab_options inferlab_engine_base inferlab_test_options)
  target_compile_definitions(inferlab_test_support PUBLIC
    INFERLAB_SOURCE_DIR="${CMAKE_SOURCE_DIR}" INFERLAB_PROGRAM="${CMAKE_BINARY_DIR}/inferlab")
  get_property(rooms GLOBAL PROPERTY INFERLAB_ROOMS)
  foreach(room ${rooms} fuzz program tidy)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${room}/*.cpp)
    if(NOT INFERLAB_HAVE_CUDA)
      list(FILTER sources EXCLUDE REGEX "/cuda/")
    endif()
    if(NOT sources)
      continue()
    endif()
    list(FILTER sources EXCLUDE REGEX "/libfuzzer_main.cpp$")
    string(REPLACE "/" "_" name "${room}")
    add_executable(test_${name} ${sources})
    target_link_libraries(test_${name} PRIVATE inferlab_test_support)
    inferlab_use_precompiled(test_${name} inferlab_precompiled_tests)
    if(room IN_LIST rooms)
      inferlab_target_name(target ${room})
      target_link_libraries(test_${name} PRIVATE ${target})
    else()
      inferlab_target_name(target labs)
      target_link_libraries(test_${name} PRIVATE ${target})
    endif()
    if(room STREQUAL "program" AND TARGET inferlab)
      add_dependencies(test_${name} inferlab)
    endif()
    catch_discover_tests(test_${name} TEST_PREFIX "${name}: " DISCOVERY_MODE PRE_TEST
                         PROPERTIES LABELS "${room}" TIMEOUT 300 SKIP_REGULAR_EXPRESSION "SKIPPED:")
  endforeach()
  # What takes minutes, hidden from the discovery: only `ctest -C long` (./test --all) runs it.
  foreach(folder fuzz program engine/serve)
    string(REPLACE "/" "_" name "${folder}")
    add_test(NAME "${name}: long" CONFIGURATIONS long COMMAND test_${name} "[long]")
    set_tests_properties("${name}: long" PROPERTIES LABELS "${folder}" TIMEOUT 1800)
  endforeach()
  add_subdirectory(${CMAKE_SOURCE_DIR}/tests/extension ${CMAKE_BINARY_DIR}/extension)
  add_subdirectory(${CMAKE_SOURCE_DIR}/tests/emulated_cuda ${CMAKE_BINARY_DIR}/emulated_cuda)
endfunction()

# `format` and `tidy`, as build targets.
function(inferlab_tidy_targets)
  file(GLOB_RECURSE ours CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/engine/*.cpp ${CMAKE_SOURCE_DIR}/engine/*.h ${CMAKE_SOURCE_DIR}/engine/*.cu
    ${CMAKE_SOURCE_DIR}/sim/*.cpp ${CMAKE_SOURCE_DIR}/sim/*.h
    ${CMAKE_SOURCE_DIR}/labs/*.cpp ${CMAKE_SOURCE_DIR}/labs/*.h
    ${CMAKE_SOURCE_DIR}/ui/*.cpp ${CMAKE_SOURCE_DIR}/ui/*.h
    ${CMAKE_SOURCE_DIR}/tests/*.cpp ${CMAKE_SOURCE_DIR}/tests/*.h ${CMAKE_SOURCE_DIR}/main.cpp)
  find_program(INFERLAB_CLANG_FORMAT clang-format)
  if(INFERLAB_CLANG_FORMAT)
    # By a list: a command of a thousand names would be printed whole when it fails.
    set(list ${CMAKE_BINARY_DIR}/formatted_files.txt)
    string(REPLACE ";" "\n" lines "${ours}")
    file(WRITE ${list} "${lines}\n")
    add_custom_target(format COMMAND ${INFERLAB_CLANG_FORMAT} -i --files=${list} VERBATIM)
    add_custom_target(format_check
      COMMAND ${INFERLAB_CLANG_FORMAT} --dry-run --Werror --files=${list} VERBATIM)
  endif()
  find_program(INFERLAB_RUN_CLANG_TIDY run-clang-tidy)
  if(INFERLAB_RUN_CLANG_TIDY)
    add_custom_target(tidy COMMAND ${INFERLAB_RUN_CLANG_TIDY} -quiet -p ${CMAKE_BINARY_DIR}
                      "${CMAKE_SOURCE_DIR}/(engine|sim|labs|ui)/.*\\.cpp$" VERBATIM)
  endif()
endfunction()
