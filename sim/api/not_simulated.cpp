#include "sim/api/not_simulated.h"

#include <algorithm>
#include <span>

namespace inferlab::sim {
namespace {

// Paths within a PodSpec; "[]" stands for each item of a list. Who builds one takes its row out.
constexpr std::string_view kPaths[] = {
    "activeDeadlineSeconds",
    "readinessGates",
};

// Kinds that are kept and shown, and that something on the nodes would obey: nothing here does. Who
// builds that takes the row out.
constexpr std::string_view kNodeKinds[] = {"Ingress", "NetworkPolicy"};

bool contains(std::span<const std::string_view> kinds, std::string_view kind) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

void find(const Value& at, std::string_view path, const std::string& place,
          std::vector<std::string>& found) {
  if (path.empty()) {
    if (!at.empty() && !(at.is_int() && at.as_int() == 0)) {
      found.push_back(place + ": is not simulated yet");
    }
    return;
  }
  const std::size_t end = path.find('.');
  std::string_view step = path.substr(0, end);
  const std::string_view rest =
      end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  const bool each = step.ends_with("[]");
  if (each) step.remove_suffix(2);
  const Value& next = at[step];
  const std::string name = place + "." + std::string(step);
  if (!each) return find(next, rest, name, found);
  std::size_t index = 0;
  for (const Value& item : next.items()) {
    find(item, rest, name + "[" + std::to_string(index++) + "]", found);
  }
}

}  // namespace

std::vector<std::string> not_simulated(const Kind& kind, const Value& object, bool nodes) {
  std::vector<std::string> found;
  if (!nodes) return found;
  if (!kind.custom && contains(kNodeKinds, kind.kind)) {
    found.push_back("kind " + std::string(kind.kind) + ": is not simulated yet");
  }
  const bool is_pod = kind.kind == "Pod";
  const Value& spec = is_pod ? object["spec"] : object["spec"]["template"]["spec"];
  if (!spec.is_object()) return found;
  for (const std::string_view path : kPaths) {
    find(spec, path, is_pod ? "spec" : "spec.template.spec", found);
  }
  return found;
}

}  // namespace inferlab::sim
