#include "sim/api/kinds/pod_template_cells.h"

#include "sim/api/selector.h"

namespace inferlab::sim {
namespace {

std::string joined(const Value& pod_template, const char* member) {
  std::string out;
  for (const Value& container : pod_template["spec"]["containers"].items()) {
    if (!out.empty()) out += ",";
    out += container[member].as_string();
  }
  return out;
}

}  // namespace

std::string container_names(const Value& pod_template) {
  return joined(pod_template, "name");
}
std::string container_images(const Value& pod_template) {
  return joined(pod_template, "image");
}

std::string selector_text(const Value& selector) {
  if (selector.is_null()) return "<none>";
  const std::string out = LabelSelector::from_object(selector).str();
  return out.empty() ? "<none>" : out;
}

}  // namespace inferlab::sim
