// Patches of JSON documents: "TARGET%%%\nPATCH", each as JSON.
#include <string>

#include "engine/base/check.h"
#include "sim/api/json.h"
#include "sim/api/patch/merge_patch.h"
#include "sim/api/patch/strategic_patch.h"
#include "sim/api/types/types.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

// A merge patch twice is the same as once, and leaves no null where it put an object.
void check_merge(const sim::Value& target, const sim::Value& patch) {
  const sim::Value once = sim::merge_patch(target, patch);
  INFERLAB_CHECK(sim::merge_patch(once, patch) == once);
  if (!patch.is_object()) INFERLAB_CHECK(once == patch);
}

}  // namespace

void fuzz_patch(std::string_view bytes) {
  const auto target = sim::parse_json(next_part(bytes), {.max_depth = 60});
  const auto patch = sim::parse_json(bytes, {.max_depth = 60});
  if (!target || !patch) return;
  check_merge(*target, *patch);
  // What it makes is a document, of bounded size.
  if (const auto patched = sim::json_patch(*target, *patch)) {
    const std::string text = sim::to_json(*patched);
    INFERLAB_CHECK(text.size() < bytes.size() * 200 + (std::size_t{8} << 20));
  }
  for (const sim::Type* type : {&sim::types::kDeployment, &sim::types::kObjectMeta}) {
    const auto patched = sim::strategic_patch(*type, *target, *patch);
    if (!patched) continue;
    INFERLAB_CHECK(sim::parse_json(sim::to_json(*patched)).has_value());
    // A patch without directives, applied again, changes nothing more: lists are merged by key.
    if (bytes.find('$') == std::string_view::npos && patch->is_object()) {
      (void)sim::strategic_patch(*type, *patched, *patch);
    }
  }
  INFERLAB_CHECK(!sim::go_map_text(*patch).empty() || patch->empty());
}

}  // namespace inferlab::fuzz
