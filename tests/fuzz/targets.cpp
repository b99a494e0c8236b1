#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

constexpr FuzzTarget kTargets[] = {
    {"apply", fuzz_apply},       {"cel", fuzz_cel},     {"http", fuzz_http},
    {"json", fuzz_json},         {"patch", fuzz_patch}, {"protobuf", fuzz_protobuf},
    {"quantity", fuzz_quantity}, {"regex", fuzz_regex}, {"schema", fuzz_schema},
    {"selector", fuzz_selector}, {"shell", fuzz_shell}, {"yaml", fuzz_yaml},
};

}  // namespace

std::span<const FuzzTarget> fuzz_targets() {
  return kTargets;
}

}  // namespace inferlab::fuzz
