# Fuzzing: tests/fuzz. The replay of the corpora is a test like any other; the fuzzers themselves
# need clang and are built with -DINFERLAB_FUZZ=ON (preset `fuzz`):
#
#     cmake --preset fuzz && ninja -C build-fuzz fuzz_yaml
#     build-fuzz/fuzz_yaml -max_total_time=600 NEW_INPUTS tests/fuzz/corpus/yaml
option(INFERLAB_FUZZ "build the libFuzzer programs of tests/fuzz; needs clang" OFF)

# Before any target is made: what all code is built with.
if(INFERLAB_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "INFERLAB_FUZZ: libFuzzer comes with clang (hint: cmake --preset fuzz)")
  endif()
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=fuzzer-no-link,address,undefined>
                      $<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize-recover=all>
                      $<$<COMPILE_LANGUAGE:CXX>:-fno-omit-frame-pointer>)
  add_link_options(-fsanitize=address,undefined)
endif()

# fuzz_NAME for each tests/fuzz/fuzz_NAME.cpp.
function(inferlab_fuzz_targets)
  # The HTTP face without its door to a whole cluster: half of the simulator need not be built.
  file(GLOB face CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sim/apiserver/*.cpp)
  list(FILTER face EXCLUDE REGEX "/run_door.cpp$")
  list(APPEND face ${CMAKE_SOURCE_DIR}/sim/node/shell_run.cpp)  # with its reader, in sim/api
  # Profiles of replicas, without the labs.
  foreach(name calibrate/profile_file calibrate/profile_tables spec/suggest spec/text_file
               spec/validate)
    list(APPEND face ${CMAKE_SOURCE_DIR}/labs/${name}.cpp)
  endforeach()
  list(APPEND face ${CMAKE_SOURCE_DIR}/sim/serving/step_profile.cpp
       ${CMAKE_SOURCE_DIR}/sim/serving/cost_model.cpp)
  # The engine's requests without the engine.
  foreach(name serve/api_request serve/api_prompt serve/api_chat serve/api_sampling
               serve/api_unsupported serve/api_types serve/json_reader model/sampler
               model/stable_math)
    list(APPEND face ${CMAKE_SOURCE_DIR}/engine/${name}.cpp)
  endforeach()
  add_library(inferlab_fuzz_face STATIC EXCLUDE_FROM_ALL ${face})
  target_link_libraries(inferlab_fuzz_face PUBLIC inferlab_sim_api inferlab_engine_structured PkgConfig::httplib OpenSSL::SSL
                        OpenSSL::Crypto)
  # These read what the labs read: all of it is built for them.
  set(of_labs fuzz_actions fuzz_batch fuzz_certificate fuzz_evals fuzz_gitops fuzz_lab_file
              fuzz_lint_manifest fuzz_program_args fuzz_promql_names fuzz_quiz fuzz_session
              fuzz_submission fuzz_yaml_edit)
  set(of_engine fuzz_config_json fuzz_gguf fuzz_safetensors fuzz_tokenizer)  # these need no simulator
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/fuzz_*.cpp)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} EXCLUDE_FROM_ALL ${source} ${CMAKE_SOURCE_DIR}/tests/fuzz/parts.cpp
                   ${CMAKE_SOURCE_DIR}/tests/fuzz/libfuzzer_main.cpp)
    target_compile_definitions(${name} PRIVATE INFERLAB_FUZZ_TARGET=${name})
    if(name MATCHES "^fuzz_(regex|schema)$")
      target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/structured_walk.cpp)
      target_link_libraries(${name} PRIVATE inferlab_engine_structured PkgConfig::re2)
    elseif(name IN_LIST of_engine)
      target_link_libraries(${name} PRIVATE inferlab_engine_model)
    elseif(name IN_LIST of_labs)
      target_link_libraries(${name} PRIVATE inferlab_labs)
    else()
      target_link_libraries(${name} PRIVATE inferlab_fuzz_face)
    endif()
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endforeach()
endfunction()
