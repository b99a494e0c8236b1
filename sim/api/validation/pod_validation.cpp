#include "sim/api/validation/pod_validation.h"

#include <algorithm>

#include "sim/api/json.h"
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
bool restore_images(const char* list, const Value& object, const Value& old, Value& munged) {
  const Value::Array& now = object[list].items();
  const Value::Array& before = old[list].items();
  if (now.size() != before.size()) return false;
  Value::Array items = now;
  for (std::size_t i = 0; i < items.size(); ++i) {
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
  for (const Value& old : before.items()) {
    const bool kept =
        std::any_of(now.items().begin(), now.items().end(), [&](const Value& toleration) {
          return without_seconds(toleration) == without_seconds(old);
        });
    if (!kept) {
      const FieldPath spec("spec");
      errors.push_back(
          forbidden_field(spec / "tolerations",
                          "existing toleration can not be modified except its tolerationSeconds"));
      return;
    }
  }
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

void check_deadline(const Value& now, const Value& before, FieldErrors& errors) {
  if (before.is_null() || now == before) return;
  const FieldPath spec("spec");
  if (now.is_null()) {
    errors.push_back(invalid_raw(spec / "activeDeadlineSeconds", "null",
                                 "must not update from a positive integer to nil value"));
  } else if (now.as_int() > before.as_int()) {
    errors.push_back(invalid_value(spec / "activeDeadlineSeconds", now,
                                   "must be less than or equal to previous value"));
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
    if (!restore_images(list, object, old, munged)) {
      errors.push_back(
          forbidden_field(path / list, "pod updates may not add or remove containers"));
      return;
    }
  }
  check_deadline(object["activeDeadlineSeconds"], old["activeDeadlineSeconds"], errors);
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
    // Before it is released to the scheduler, where a Pod may run can still be narrowed.
    same("nodeSelector");
    same("affinity");
  }
  if (munged != old) {
    errors.push_back(
        forbidden_field(path, std::string(kImmutable) + "\n" + difference(old, munged)));
  }
}

}  // namespace

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
  validate_pod_spec(spec, "spec", errors);
  if (!old.is_null()) {
    validate_update(spec, old["spec"], errors);
    return;
  }
  if (!spec["nodeName"].empty() && !spec["schedulingGates"].empty()) {
    errors.push_back(forbidden_field("spec.nodeName",
                                     "cannot be set until all schedulingGates have been cleared"));
  }
}

}  // namespace inferlab::sim
