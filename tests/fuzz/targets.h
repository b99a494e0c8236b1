#pragma once

#include <span>
#include <string_view>

/// What reads bytes from strangers. Each target is one file with one function, and one row in
/// targets.cpp; the function checks (INFERLAB_CHECK) what must hold whatever the bytes are.
///
/// With -DINFERLAB_FUZZ=ON (clang, preset `fuzz`) each becomes the libFuzzer program fuzz_NAME; in
/// every build test_fuzz gives them the files of tests/fuzz/corpus/NAME.
namespace inferlab::fuzz {

void fuzz_actions(std::string_view bytes);
void fuzz_adapter(std::string_view bytes);
void fuzz_adapter_config(std::string_view bytes);
void fuzz_api_request(std::string_view bytes);
void fuzz_apply(std::string_view bytes);
void fuzz_batch(std::string_view bytes);
void fuzz_cel(std::string_view bytes);
void fuzz_certificate(std::string_view bytes);
void fuzz_config_json(std::string_view bytes);
void fuzz_evals(std::string_view bytes);
void fuzz_gguf(std::string_view bytes);
void fuzz_gitops(std::string_view bytes);
void fuzz_http(std::string_view bytes);
void fuzz_json(std::string_view bytes);
void fuzz_lab_file(std::string_view bytes);
void fuzz_lint_manifest(std::string_view bytes);
void fuzz_patch(std::string_view bytes);
void fuzz_profile(std::string_view bytes);
void fuzz_program_args(std::string_view bytes);
void fuzz_promql_names(std::string_view bytes);
void fuzz_protobuf(std::string_view bytes);
void fuzz_quantity(std::string_view bytes);
void fuzz_quiz(std::string_view bytes);
void fuzz_regex(std::string_view bytes);
void fuzz_schema(std::string_view bytes);
void fuzz_safetensors(std::string_view bytes);
void fuzz_selector(std::string_view bytes);
void fuzz_session(std::string_view bytes);
void fuzz_shell(std::string_view bytes);
void fuzz_submission(std::string_view bytes);
void fuzz_tokenizer(std::string_view bytes);
void fuzz_yaml(std::string_view bytes);
void fuzz_yaml_edit(std::string_view bytes);

struct FuzzTarget {
  std::string_view name;
  void (*run)(std::string_view bytes);
  int times_as_long = 1;  // as most of the others: so many times fewer inputs are made for it
};
std::span<const FuzzTarget> fuzz_targets();

/// The part of `bytes` before the line "%%%", which is taken off: how an input of several parts is
/// written. The last part is what is left.
std::string_view next_part(std::string_view& bytes);

}  // namespace inferlab::fuzz
