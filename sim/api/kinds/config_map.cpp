// ConfigMap: text and bytes that Pods mount or read into their environment.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/config_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {
    {"Name", "string", "name"}, {"Data", "string", ""}, {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  const auto entries = object["data"].size() + object["binaryData"].size();
  return {object["metadata"]["name"], static_cast<std::int64_t>(entries), age_of(object, now)};
}

}  // namespace

const Kind kConfigMap = {.group = "",
                         .version = "v1",
                         .kind = "ConfigMap",
                         .plural = "configmaps",
                         .singular = "configmap",
                         .short_names = {"cm"},
                         .categories = {},
                         .verbs = all_verbs(),
                         .subresources = {},
                         .schema = &types::kConfigMap,
                         .validate = validate_config_map,
                         .columns = kColumns,
                         .cells = cells};

}  // namespace inferlab::sim::kinds
