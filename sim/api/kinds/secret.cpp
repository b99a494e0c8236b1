// Secret: as ConfigMap, for what must not be shown.
#include "sim/api/base64.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/config_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"Type", "string", ""},
                                    {"Data", "string", ""},
                                    {"Age", "string", ""}};

std::vector<Value> cells(const Value& object, Time now) {
  return {object["metadata"]["name"], object["type"],
          static_cast<std::int64_t>(object["data"].size()), age_of(object, now)};
}

// stringData is for writing only: it goes into data, over what is there.
Value set_defaults(Value object) {
  const Value plain = object["stringData"];
  if (!plain.is_null()) {
    Value data = object["data"];
    for (const Value::Member& member : plain.members()) {
      data = data.with(member.key, Value(to_base64(member.value.as_string())));
    }
    object = object.without("stringData").with("data", std::move(data));
  }
  return object["type"].empty() ? object.with("type", "Opaque") : object;
}

std::vector<std::pair<std::string, std::string>> selectable_fields(const Value& object) {
  return {{"type", object["type"].str()}};
}

}  // namespace

const Kind kSecret = {.group = "",
                      .version = "v1",
                      .kind = "Secret",
                      .plural = "secrets",
                      .singular = "secret",
                      .short_names = {},
                      .categories = {},
                      .verbs = all_verbs(),
                      .subresources = {},
                      .schema = &types::kSecret,
                      .set_defaults = set_defaults,
                      .validate = validate_secret,
                      .columns = kColumns,
                      .cells = cells,
                      .selectable_fields = selectable_fields};

}  // namespace inferlab::sim::kinds
