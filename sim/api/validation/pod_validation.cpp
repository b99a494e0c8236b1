#include "sim/api/validation/pod_validation.h"

#include <algorithm>

#include "sim/api/go_space.h"
#include "sim/api/json.h"
#include "sim/api/validation/go_text.h"
#include "sim/api/validation/pod_spec_validation.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kImmutable =
    "pod updates may not change fields other than "
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
    "`spec.tolerations` (only additions to existing "
    "tolerations),`spec.terminationGracePeriodSeconds` "
    "(allow it to be set to 1 if it was previously negative)";

// The images of `old` in the containers of `object`: false when containers came or went.
bool restore_images(const char* list, const Value& object, const Value& old, Value& munged,
                    FieldErrors& errors) {
  const Value::Array& now = object[list].items();
  const Value::Array& before = old[list].items();
  const FieldPath spec("spec");
  const FieldPath path = spec / list;
  if (now.size() != before.size()) {
    errors.push_back(forbidden_field(path, "pod updates may not add or remove containers"));
    return false;
  }
  Value::Array items = now;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const FieldPath at = path.index(i);
    if (now[i]["image"].empty()) errors.push_back(required(at / "image"));
    validate_trimmed_image(now[i], at, errors);
    if (items[i]["image"] != before[i]["image"])
      items[i] = items[i].with("image", before[i]["image"]);
  }
  if (!items.empty()) munged = munged.with(list, Value::array(std::move(items)));
  return true;
}

// Without the one field that may change of a toleration.
Value without_seconds(const Value& toleration) {
  return toleration.without("tolerationSeconds");
}

void check_tolerations(const Value& now, const Value& before, FieldErrors& errors) {
  const FieldPath spec("spec");
  const FieldPath path = spec / "tolerations";
  for (const Value& old : before.items()) {
    const bool kept =
        std::any_of(now.items().begin(), now.items().end(), [&](const Value& toleration) {
          return without_seconds(toleration) == without_seconds(old);
        });
    if (!kept) {
      errors.push_back(forbidden_field(
          path, "existing toleration can not be modified except its tolerationSeconds"));
      return;
    }
  }
  validate_tolerations(now, path, errors);  // once more
}

void check_gates(const Value& now, const Value& before, FieldErrors& errors) {
  const FieldPath spec("spec");
  const FieldPath gates = spec / "schedulingGates";
  std::size_t index = 0;
  for (const Value& gate : now.items()) {
    const FieldPath at = gates.index(index++);
    const Value::Array& old = before.items();
    if (std::find(old.begin(), old.end(), gate) != old.end()) continue;
    errors.push_back(forbidden_field(
        at / "name",
        "only deletion is allowed, but found new scheduling gate '" + gate["name"].str() + "'"));
  }
}

// False when no more is told of this update.
bool check_deadline(const Value& now, const Value& before, FieldErrors& errors) {
  const FieldPath spec("spec");
  const FieldPath path = spec / "activeDeadlineSeconds";
  if (now.is_null()) {
    if (!before.is_null()) {
      errors.push_back(invalid_value(path, Value("null"),
                                     "must not update from a positive integer to nil value"));
    }
    return true;
  }
  constexpr std::int64_t kMost = 2147483647;
  if (now.as_int() < 0 || now.as_int() > kMost) {
    errors.push_back(invalid_value(path, now, "must be between 0 and 2147483647, inclusive"));
    return false;
  }
  if (!before.is_null() && now.as_int() > before.as_int()) {
    errors.push_back(invalid_value(path, now, "must be less than or equal to previous value"));
    return false;
  }
  return true;
}

// Before a Pod is released to the scheduler, where it may run can still be narrowed.
void check_node_selector(const Value& now, const Value& before, FieldErrors& errors) {
  const FieldPath spec("spec");
  for (const Value::Member& label : before.members()) {
    if (now[label.key] == label.value) continue;
    errors.push_back(
        invalid_raw(spec / "nodeSelector", go_string_map(now),
                    "only additions to spec.nodeSelector are allowed (no mutations or deletions)"));
    return;
  }
}

bool begins_with(const Value& list, const Value& start) {
  const Value::Array& all = list.items();
  const Value::Array& first = start.items();
  return all.size() >= first.size() && std::equal(first.begin(), first.end(), all.begin());
}

bool only_adds(const Value& term, const Value& before) {
  const auto none = [](const Value& one) {
    return one["matchExpressions"].empty() && one["matchFields"].empty();
  };
  // A term without requirements selects no node: any would widen it.
  if (none(before)) return none(term);
  return begins_with(term["matchExpressions"], before["matchExpressions"]) &&
         begins_with(term["matchFields"], before["matchFields"]);
}

void check_node_affinity(const Value& now, const Value& before, FieldErrors& errors) {
  constexpr const char* kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
  const Value& terms = now[kRequired]["nodeSelectorTerms"];
  const Value& had = before[kRequired]["nodeSelectorTerms"];
  const FieldPath spec("spec");
  const FieldPath affinity = spec / "affinity";
  const FieldPath node_affinity = affinity / "nodeAffinity";
  const FieldPath must = node_affinity / kRequired;
  const FieldPath path = must / "nodeSelectorTerms";
  if (!had.empty() && terms.size() != had.size()) {
    errors.push_back(
        invalid_raw(path, go_node_selector_terms(terms),
                    "no additions/deletions to non-empty NodeSelectorTerms list are allowed"));
    return;
  }
  for (std::size_t i = 0; i < had.size(); ++i) {
    if (only_adds(terms[i], had[i])) continue;
    errors.push_back(invalid_raw(path.index(i), go_node_selector_term(terms[i]),
                                 "only additions are allowed (no mutations or deletions)"));
  }
}

// Node affinity may change, affinity to Pods may not: `munged` gets that of `old` back.
void check_affinity(const Value& old, Value& munged, FieldErrors& errors) {
  const Value now = munged["affinity"];
  const Value& before = old["affinity"];
  const Value& had = before["nodeAffinity"];
  if (now["nodeAffinity"] == had) return;
  check_node_affinity(now["nodeAffinity"], had, errors);
  const bool alone = !now.has("podAffinity") && !now.has("podAntiAffinity");
  if (before.is_null() && alone) {
    munged = munged.without("affinity");
  } else {
    munged = had.is_null() ? munged.without_path({"affinity", "nodeAffinity"})
                           : munged.with_path({"affinity", "nodeAffinity"}, had);
  }
}

// What changed, a line for each field: "-" before, "+" after.
std::string difference(const Value& before, const Value& after) {
  std::string out = "  core.PodSpec{\n";
  const auto line = [&](const char* sign, const std::string& key, const Value& value) {
    if (!value.is_null()) out += std::string(sign) + " \t" + key + ": " + to_json(value) + ",\n";
  };
  std::vector<std::string> keys;
  for (const Value& side : {before, after}) {
    for (const Value::Member& member : side.members()) keys.push_back(member.key);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  for (const std::string& key : keys) {
    if (before[key] == after[key]) continue;
    line("-", key, before[key]);
    line("+", key, after[key]);
  }
  return out + "  }\n";
}

void validate_update(const Value& object, const Value& old, FieldErrors& errors) {
  const FieldPath path("spec");
  Value munged = object;
  for (const char* list : {"containers", "initContainers"}) {
    if (!restore_images(list, object, old, munged, errors)) return;
  }
  if (!check_deadline(object["activeDeadlineSeconds"], old["activeDeadlineSeconds"], errors))
    return;
  check_tolerations(object["tolerations"], old["tolerations"], errors);
  check_gates(object["schedulingGates"], old["schedulingGates"], errors);
  const auto same = [&](const char* field) {
    munged = old.has(field) ? munged.with(field, old[field]) : munged.without(field);
  };
  same("activeDeadlineSeconds");
  same("tolerations");
  same("schedulingGates");
  if (old["terminationGracePeriodSeconds"].as_int() < 0 &&
      object["terminationGracePeriodSeconds"].as_int() == 1) {
    same("terminationGracePeriodSeconds");
  }
  if (!old["schedulingGates"].empty()) {
    check_node_selector(object["nodeSelector"], old["nodeSelector"], errors);
    same("nodeSelector");
    check_affinity(old, munged, errors);
  }
  if (munged != old) {
    errors.push_back(
        forbidden_field(path, std::string(kImmutable) + "\n" + difference(old, munged)));
  }
}

// Without a ServiceAccount there is nobody whose token it could be.
void forbid_account_tokens(const Value& volumes, FieldErrors& errors) {
  const FieldPath spec("spec");
  const FieldPath path = spec / "volumes";
  std::size_t index = 0;
  for (const Value& volume : volumes.items()) {
    const FieldPath at = path.index(index++);
    const FieldPath projected = at / "projected";
    const FieldPath sources = projected / "sources";
    std::size_t source_index = 0;
    for (const Value& source : volume["projected"]["sources"].items()) {
      const FieldPath here = sources.index(source_index++);
      if (!source.has("serviceAccountToken")) continue;
      errors.push_back(forbidden_field(here / "serviceAccountToken",
                                       "must not be specified when serviceAccountName is not set"));
    }
  }
}

}  // namespace

void validate_trimmed_image(const Value& container, const FieldPath& path, FieldErrors& errors) {
  const std::string image = container["image"].str();
  if (go_trimmed(image) == image) return;
  errors.push_back(invalid_value(path / "image", container["image"],
                                 "must not have leading or trailing whitespace"));
}

void validate_pod(const Value& object, const Value& old, FieldErrors& errors) {
  const Value& spec = object["spec"];
  const FieldPath metadata("metadata");
  FieldErrors before;
  validate_pod_annotations(old["metadata"]["annotations"], metadata / "annotations", before);
  // Who was let in with a wrong one may keep it.
  if (before.empty())
    validate_pod_annotations(object["metadata"]["annotations"], metadata / "annotations", errors);
  // What was sound stays so: a status, or a label, does not make it otherwise.
  if (!old.is_null() && spec == old["spec"]) return;
  validate_pod_spec(spec, "spec", PodSpecOf::kPod, errors);
  if (spec["serviceAccountName"].empty()) forbid_account_tokens(spec["volumes"], errors);
  for (const char* list : {"containers", "initContainers"}) {
    const FieldPath path("spec");
    const FieldPath containers = path / list;
    std::size_t index = 0;
    for (const Value& container : spec[list].items())
      validate_trimmed_image(container, containers.index(index++), errors);
  }
  if (!old.is_null()) {
    validate_update(spec, old["spec"], errors);
    return;
  }
  if (!spec["ephemeralContainers"].empty())
    errors.push_back(forbidden_field("spec.ephemeralContainers", "cannot be set on create"));
  if (!spec["nodeName"].empty() && !spec["schedulingGates"].empty()) {
    errors.push_back(forbidden_field("spec.nodeName",
                                     "cannot be set until all schedulingGates have been cleared"));
  }
}

}  // namespace inferlab::sim
