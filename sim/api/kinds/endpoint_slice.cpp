// EndpointSlice: a part of the addresses behind a Service, with their conditions.
#include "sim/api/defaults/fill.h"
#include "sim/api/kinds/age.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/kinds/verbs.h"
#include "sim/api/types/types.h"
#include "sim/api/validation/endpoints_validation.h"

namespace inferlab::sim::kinds {
namespace {

constexpr PrintColumn kColumns[] = {{"Name", "string", "name"},
                                    {"AddressType", "string", ""},
                                    {"Ports", "string", ""},
                                    {"Endpoints", "string", ""},
                                    {"Age", "string", ""}};

// The first three of a list of texts.
std::string some_of(const std::vector<std::string>& all, const char* none) {
  constexpr std::size_t kShown = 3;
  if (all.empty()) return none;
  std::string out;
  for (std::size_t i = 0; i < all.size() && i < kShown; ++i) out += (i == 0 ? "" : ",") + all[i];
  if (all.size() > kShown) out += " + " + std::to_string(all.size() - kShown) + " more...";
  return out;
}

std::vector<Value> cells(const Value& object, Time now) {
  std::vector<std::string> ports;
  for (const Value& port : object["ports"].items()) {
    ports.push_back(port.has("port") ? std::to_string(port["port"].as_int()) : "*");
  }
  std::vector<std::string> addresses;
  for (const Value& endpoint : object["endpoints"].items()) {
    for (const Value& address : endpoint["addresses"].items()) addresses.push_back(address.str());
  }
  return {object["metadata"]["name"], object["addressType"], some_of(ports, "<unset>"),
          some_of(addresses, "<unset>"), age_of(object, now)};
}

Value set_defaults(Value object) {
  const Value ports = each_item(object["ports"], [](const Value& port) {
    return filled(port, {{"name", ""}, {"protocol", "TCP"}});
  });
  return ports.is_null() || same_document(ports, object["ports"]) ? object
                                                                  : object.with("ports", ports);
}

}  // namespace

const Kind kEndpointSlice = {.group = "discovery.k8s.io",
                             .version = "v1",
                             .kind = "EndpointSlice",
                             .plural = "endpointslices",
                             .singular = "endpointslice",
                             .short_names = {},
                             .categories = {},
                             .verbs = all_verbs(),
                             .subresources = {},
                             .schema = &types::kEndpointSlice,
                             .counts_generation = true,
                             .create_on_update = true,
                             .set_defaults = set_defaults,
                             .validate = validate_endpoint_slice,
                             .columns = kColumns,
                             .cells = cells};

}  // namespace inferlab::sim::kinds
