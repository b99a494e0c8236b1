#include "labs/spec/lab_kinds.h"

#include "sim/api/kind.h"

namespace inferlab::labs {

std::vector<LabKind> kinds_of_lab(const LabSpec& lab) {
  using sim::Value;
  std::vector<LabKind> out;
  for (const sim::Kind* kind : sim::KindTable::builtin().all()) {
    if (kind->stored_as != nullptr) continue;
    out.push_back(
        {std::string(kind->kind), kind->api_version(), kind->resource(), kind->namespaced});
  }
  for (const sim::AddOnSpec& add_on : lab.cluster.add_ons) {
    for (const Value& object : add_on.objects) {
      if (object["kind"].as_string() != "CustomResourceDefinition") continue;
      const Value& spec = object["spec"];
      const std::string group = spec["group"].str();
      for (const Value& version : spec["versions"].items()) {
        if (!version["storage"].as_bool()) continue;
        out.push_back({.kind = spec["names"]["kind"].str(),
                       .api_version = group + "/" + version["name"].str(),
                       .resource = spec["names"]["plural"].str() + "." + group,
                       .namespaced = spec["scope"].as_string() != "Cluster"});
      }
    }
  }
  return out;
}

}  // namespace inferlab::labs
