// Endpoints: the addresses behind a Service, as clients of old read them.
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/endpoints_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {
    {"Name", "string", "name"}, {"Endpoints", "string", ""}, {"Age", "string", ""}};

// The first three of all address:port pairs.
std::string addresses(const Value& object) {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> pairs;
  std::size_t total = 0;
  const auto add = [&](const Value& address, std::string port) {
    if (++total <= kShown) pairs.push_back(address["ip"].str() + std::move(port));
  };
  for (const Value& subset : object["subsets"].items()) {
    for (const Value& address : subset["addresses"].items()) {
      if (subset["ports"].empty()) add(address, "");
    }
    for (const Value& port : subset["ports"].items()) {
      for (const Value& address : subset["addresses"].items()) {
        add(address, ":" + std::to_string(port["port"].as_int()));
      }
    }
  }
  if (pairs.empty()) return "<none>";
  std::string out;
  for (const std::string& pair : pairs) out += (out.empty() ? "" : ",") + pair;
  if (total > kShown) out += " + " + std::to_string(total - kShown) + " more...";
  return out;
}

std::vector<Value> cells(const Value& object, Time now) {
  return {object["metadata"]["name"], addresses(object), age_of(object, now)};
}

}  // namespace

const Kind kEndpoints = {.group = "",
                         .version = "v1",
                         .kind = "Endpoints",
                         .plural = "endpoints",
                         .singular = "endpoints",
                         .short_names = {"ep"},
                         .categories = {},
                         .verbs = all_verbs(),
                         .subresources = {},
                         .schema = &types::kEndpoints,
                         .create_on_update = true,
                         .validate = validate_endpoints,
                         .columns = kColumns,
                         .cells = cells};

}  // namespace inferlab::sim::kinds
