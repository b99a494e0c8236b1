#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

constexpr FuzzTarget kTargets[] = {
    {"actions", fuzz_actions},
    {"adapter", fuzz_adapter},
    {"adapter_config", fuzz_adapter_config},
    {"api_request", fuzz_api_request},
    {"apply", fuzz_apply},
    {"batch", fuzz_batch},
    {"cel", fuzz_cel},
    {"certificate", fuzz_certificate},
    {"config_json", fuzz_config_json},
    {"evals", fuzz_evals},
    {"gguf", fuzz_gguf},
    {"gitops", fuzz_gitops},
    {"http", fuzz_http},
    {"json", fuzz_json},
    {"lab_file", fuzz_lab_file, 2},
    {"lint_manifest", fuzz_lint_manifest, 10},
    {"patch", fuzz_patch},
    {"profile", fuzz_profile},
    {"program_args", fuzz_program_args},
    {"promql_names", fuzz_promql_names},
    {"protobuf", fuzz_protobuf},
    {"quantity", fuzz_quantity},
    {"quiz", fuzz_quiz},
    {"regex", fuzz_regex},
    {"safetensors", fuzz_safetensors},
    {"schema", fuzz_schema},
    {"selector", fuzz_selector},
    {"session", fuzz_session},
    {"shell", fuzz_shell},
    {"submission", fuzz_submission, 20},
    {"tokenizer", fuzz_tokenizer},
    {"yaml", fuzz_yaml},
    {"yaml_edit", fuzz_yaml_edit},
};

}  // namespace

std::span<const FuzzTarget> fuzz_targets() {
  return kTargets;
}

}  // namespace inferlab::fuzz
