#include "labs/lint/claims.h"

#include <fmt/format.h>

namespace inferlab::labs::lint {

std::vector<Claim> claims_of(const Bundle& bundle) {
  std::vector<Claim> out;
  for (const Object& object : bundle.objects()) {
    if (object.kind == "PersistentVolumeClaim") {
      out.push_back({&object, "spec", object.value["spec"]});
    } else if (object.kind == "StatefulSet") {
      const sim::Value& templates = object.value["spec"]["volumeClaimTemplates"];
      for (std::size_t i = 0; i < templates.size(); ++i) {
        out.push_back(
            {&object, fmt::format("spec.volumeClaimTemplates[{}].spec", i), templates[i]["spec"]});
      }
    }
  }
  return out;
}

}  // namespace inferlab::labs::lint
