// Bodies in Kubernetes' protobuf form.
#include <string>

#include "engine/base/check.h"
#include "sim/api/json.h"
#include "sim/apiserver/kube_protobuf.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_protobuf(std::string_view bytes) {
  const auto value = sim::decode_kube_protobuf(bytes);
  if (!value) {
    INFERLAB_CHECK(!value.error().message.empty());
    return;
  }
  INFERLAB_CHECK(value->is_object());
  INFERLAB_CHECK((*value)["kind"].is_string());
  INFERLAB_CHECK(sim::parse_json(sim::to_json(*value)).has_value());
}

}  // namespace inferlab::fuzz
