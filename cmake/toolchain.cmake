# Language level, warnings, sanitizers, compiler cache and linker for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# -O2: the kernels name their own vector width, so -O3 only costs build time. Checks stay on in every
# build, so NDEBUG says nothing here.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")

set(INFERLAB_SANITIZE "" CACHE STRING "address or thread")
option(INFERLAB_WERROR "warnings are errors" ON)
option(INFERLAB_PCH "precompile the standard headers; off shows which #include a file forgot" ON)

find_program(INFERLAB_CCACHE ccache)
if(INFERLAB_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness is what ccache's manual asks for with precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      ${INFERLAB_CCACHE})
endif()
find_program(INFERLAB_MOLD mold)
if(INFERLAB_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(inferlab_options INTERFACE)
# fp-contract: a fused multiply-add would give other last bits on other machines.
target_compile_options(inferlab_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wdouble-promotion -Wundef -ffp-contract=off>)
# g++ 12 warns falsely inside its own headers: std::string (GCC bugs 105651, 105329),
# std::variant and std::vector built from an initializer list (105562, 105593, 105705).
target_compile_options(inferlab_options INTERFACE
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:
    -Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow
    -Wno-stringop-overread>)
if(INFERLAB_WERROR)
  target_compile_options(inferlab_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
target_include_directories(inferlab_options INTERFACE ${CMAKE_SOURCE_DIR})

if(INFERLAB_SANITIZE STREQUAL "address")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=address,undefined>
                      $<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize-recover=all>
                      $<$<COMPILE_LANGUAGE:CXX>:-fno-omit-frame-pointer>)
  add_link_options(-fsanitize=address,undefined)
elseif(INFERLAB_SANITIZE STREQUAL "thread")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=thread>
                      $<$<COMPILE_LANGUAGE:CXX>:-fno-omit-frame-pointer>)
  # g++ says that it cannot instrument std::atomic_thread_fence; nothing of ours uses it.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-tsan>)
  add_link_options(-fsanitize=thread)
endif()
