// LimitRanger: what Pods and claims do not say is filled in, and what they say is held against the
// bounds of each LimitRange of their namespace.
// Source: Kubernetes documentation, "Limit Ranges"; the texts are those of Kubernetes 1.32.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sim/api/admission/rules.h"
#include "sim/api/pod_resources.h"

namespace inferlab::sim::admission {
namespace {

constexpr std::string_view kAnnotation = "kubernetes.io/limit-ranger";

std::vector<ObjectPtr> limit_ranges(const Admission& admission) {
  return admission.call.store().list("limitranges", admission.call.request.ns);
}

// The members of `defaults` that `amounts` lacks are added; their names come back.
std::string fill(Value& amounts, const Value& defaults) {
  std::string added;
  for (const Value::Member& one : defaults.members()) {
    if (amounts.has(one.key)) continue;
    amounts = amounts.with(one.key, one.value);
    added += (added.empty() ? "" : ", ") + one.key;
  }
  return added;
}

struct Defaults {
  Value requests = Value::object(), limits = Value::object();
};
Defaults container_defaults(const Value& limit_range) {
  Defaults out;
  for (const Value& item : limit_range["spec"]["limits"].items()) {
    if (item["type"].as_string() != "Container") continue;
    for (const Value::Member& one : item["defaultRequest"].members())
      out.requests = out.requests.with(one.key, one.value);
    for (const Value::Member& one : item["default"].members())
      out.limits = out.limits.with(one.key, one.value);
  }
  return out;
}

// What was filled in, in words, is put on the Pod.
Value with_defaults(Value pod, const Value& limit_range) {
  const Defaults defaults = container_defaults(limit_range);
  std::string notes;
  const auto note = [&notes](const std::string& added, const char* what, const char* list,
                             const Value& name) {
    if (added.empty()) return;
    const char* const whose =
        list == std::string_view("containers") ? "container" : "init container";
    notes += fmt::format("{}{} {} for {} {}", notes.empty() ? "" : "; ", added, what, whose,
                         name.as_string());
  };
  for (const char* list : {"containers", "initContainers"}) {
    Value::Array containers = pod["spec"][list].items();
    if (containers.empty()) continue;
    for (Value& container : containers) {
      for (const char* field : {"requests", "limits"}) {
        const bool requests = field == std::string_view("requests");
        Value amounts = container["resources"][field];
        const std::string added = fill(amounts, requests ? defaults.requests : defaults.limits);
        if (added.empty()) continue;
        container = container.with_path({"resources", field}, amounts);
        note(added, requests ? "request" : "limit", list, container["name"]);
      }
    }
    pod = pod.with_path({"spec", list}, Value::array(std::move(containers)));
  }
  if (notes.empty()) return pod;
  return pod.with_path({"metadata", "annotations", kAnnotation},
                       Value("LimitRanger plugin set: " + notes));
}

// The bounds of one item, for one thing that is bounded.
class Bounds {
 public:
  Bounds(const Value& item, const Resources& requests, const Resources& limits,
         std::vector<std::string>& faults)
      : item_(item), requests_(requests), limits_(limits), faults_(faults) {}

  void check_pod_or_container() {
    check_min();
    for (const auto& [name, most] : resources_from(item_["max"])) {
      const Quantity* limit = find(limits_, name);
      const Quantity* request = find(requests_, name);
      if (limit == nullptr) {
        add("maximum {} usage per {} is {}.  No limit is specified", name, most.str());
      } else if (*limit > most) {
        add("maximum {} usage per {} is {}, but limit is " + limit->str(), name, most.str());
      } else if (request != nullptr && *request > most) {
        add("maximum {} usage per {} is {}, but request is " + request->str(), name, most.str());
      }
    }
    check_ratio();
  }

  void check_claim() {
    check_min();
    for (const auto& [name, most] : resources_from(item_["max"])) {
      const Quantity* request = find(requests_, name);
      if (request == nullptr) {
        add("maximum {} usage per {} is {}.  No request is specified", name, most.str());
      } else if (*request > most) {
        add("maximum {} usage per {} is {}, but request is " + request->str(), name, most.str());
      }
    }
  }

 private:
  static const Quantity* find(const Resources& amounts, const std::string& name) {
    const auto found = amounts.find(name);
    return found == amounts.end() ? nullptr : &found->second;
  }

  // `form` with the name of the resource, of what is bounded, and the bound.
  void add(const std::string& form, const std::string& name, const std::string& bound) {
    faults_.push_back(fmt::format(fmt::runtime(form), name, item_["type"].as_string(), bound));
  }

  void check_min() {
    for (const auto& [name, least] : resources_from(item_["min"])) {
      const Quantity* request = find(requests_, name);
      const Quantity* limit = find(limits_, name);
      if (request == nullptr) {
        add("minimum {} usage per {} is {}.  No request is specified", name, least.str());
      } else if (*request < least) {
        add("minimum {} usage per {} is {}, but request is " + request->str(), name, least.str());
      } else if (limit != nullptr && *limit < least) {
        add("minimum {} usage per {} is {}, but limit is " + limit->str(), name, least.str());
      }
    }
  }

  void check_ratio() {
    for (const auto& [name, most] : resources_from(item_["maxLimitRequestRatio"])) {
      const Quantity* request = find(requests_, name);
      const Quantity* limit = find(limits_, name);
      const std::string form = "{} max limit to request ratio per {} is {}, but ";
      if (request == nullptr || *request == Quantity()) {
        add(form + "no request is specified or request is 0", name, most.str());
      } else if (limit == nullptr || *limit == Quantity()) {
        add(form + "no limit is specified or limit is 0", name, most.str());
      } else if (const double ratio =
                     static_cast<double>(limit->milli()) / static_cast<double>(request->milli());
                 ratio * 1000 > static_cast<double>(most.milli())) {
        add(form + fmt::format("provided ratio is {:f}", ratio), name, most.str());
      }
    }
  }

  const Value& item_;
  const Resources& requests_;
  const Resources& limits_;
  std::vector<std::string>& faults_;
};

void check_pod(const Value& item, const Value& pod, std::vector<std::string>& faults) {
  const std::string_view type = item["type"].as_string();
  const Value& spec = pod["spec"];
  if (type == "Pod") {
    const Resources requests = pod_resources(spec, "requests");
    const Resources limits = pod_resources(spec, "limits");
    Bounds(item, requests, limits, faults).check_pod_or_container();
  }
  if (type != "Container") return;
  for (const char* list : {"containers", "initContainers"}) {
    for (const Value& container : spec[list].items()) {
      const Resources requests = resources_from(container["resources"]["requests"]);
      const Resources limits = resources_from(container["resources"]["limits"]);
      Bounds(item, requests, limits, faults).check_pod_or_container();
    }
  }
}

void check_claim(const Value& item, const Value& claim, std::vector<std::string>& faults) {
  if (item["type"].as_string() != "PersistentVolumeClaim") return;
  const Resources requests = resources_from(claim["spec"]["resources"]["requests"]);
  Bounds(item, requests, {}, faults).check_claim();
}

// Several faults as Go joins them, each once.
std::string joined(const std::vector<std::string>& faults) {
  std::vector<std::string> seen;
  std::string out;
  for (const std::string& fault : faults) {
    if (std::find(seen.begin(), seen.end(), fault) != seen.end()) continue;
    seen.push_back(fault);
    out += (out.empty() ? "" : ", ") + fault;
  }
  return seen.size() > 1 ? "[" + out + "]" : out;
}

}  // namespace

std::optional<ApiResponse> fill_limits(Admission& admission) {
  if (!admission.creates_pod()) return std::nullopt;
  for (const ObjectPtr& limit_range : limit_ranges(admission))
    admission.object = with_defaults(admission.object, limit_range->document);
  return std::nullopt;
}

std::optional<ApiResponse> check_limits(Admission& admission) {
  const bool claim = admission.is("", "PersistentVolumeClaim");
  if (!claim && !admission.creates_pod()) return std::nullopt;
  for (const ObjectPtr& limit_range : limit_ranges(admission)) {
    std::vector<std::string> faults;
    for (const Value& item : limit_range->document["spec"]["limits"].items())
      (claim ? check_claim : check_pod)(item, admission.object, faults);
    if (!faults.empty()) return admission.refuse(joined(faults));
  }
  return std::nullopt;
}

}  // namespace inferlab::sim::admission
