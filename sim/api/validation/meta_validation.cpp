#include "sim/api/validation/meta_validation.h"

#include "sim/api/validation/go_text.h"
#include "sim/api/validation/names.h"

namespace inferlab::sim {
namespace {

NameErrors name_errors(const Kind& kind, std::string_view name) {
  if (kind.kind == "Service") return check_dns1035_label(name);
  if (kind.kind == "Namespace") return check_dns1123_label(name);
  if (kind.check_name != nullptr) return kind.check_name(name);
  return check_dns1123_subdomain(name);
}

void validate_owner(const Value& owner, const FieldPath& path, FieldErrors& errors) {
  const auto need = [&](const char* field, const char* why) {
    if (owner[field].empty()) errors.push_back(invalid_value(path / field, Value(""), why));
  };
  need("apiVersion", "version must not be empty");
  need("kind", "kind must not be empty");
  need("name", "name must not be empty");
  need("uid", "uid must not be empty");
  // Events are too many, and gone too soon.
  if (owner["apiVersion"].as_string() == "v1" && owner["kind"].as_string() == "Event") {
    errors.push_back(invalid_raw(path, go_owner_reference(owner),
                                 "/v1, Kind=Event is disallowed from being an owner"));
  }
}

void validate_owners(const Value& owners, const FieldPath& path, FieldErrors& errors) {
  std::string controller;
  for (const Value& owner : owners.items()) {
    validate_owner(owner, path, errors);
    if (!owner["controller"].as_bool()) continue;
    const std::string called = owner["kind"].str() + "/" + owner["name"].str();
    if (controller.empty()) {
      controller = called;
      continue;
    }
    std::string all = "[]v1.OwnerReference{";
    for (const Value& one : owners.items())
      all += (all.back() == '{' ? "" : ", ") + go_owner_reference(one);
    errors.push_back(invalid_raw(
        path, all + "}",
        "Only one reference can have Controller set to true. Found \"true\" in references for " +
            controller + " and " + called));
  }
}

void validate_new_finalizers(const Value& finalizers, const FieldPath& path, FieldErrors& errors) {
  bool orphan = false;
  bool foreground = false;
  for (const Value& item : finalizers.items()) {
    const std::string_view name = item.as_string();
    orphan = orphan || name == "orphan";
    foreground = foreground || name == "foregroundDeletion";
    for (const std::string& why : check_qualified_name(name))
      errors.push_back(invalid_value(path, item, why));
  }
  if (orphan && foreground) {
    errors.push_back(invalid_raw(path, go_strings(finalizers),
                                 "finalizer orphan and foregroundDeletion cannot be both set"));
  }
}

// Names without a domain are Kubernetes' own. Custom resources and a few groups are not held to it.
// Source: Kubernetes 1.32, pkg/apis/core/validation, validateKubeFinalizerName.
void validate_finalizer_domains(const Kind& kind, const Value& finalizers, const FieldPath& path,
                                FieldErrors& errors) {
  const bool free = kind.custom || kind.group == "coordination.k8s.io" ||
                    kind.group == "apiextensions.k8s.io" ||
                    kind.group == "admissionregistration.k8s.io";
  if (free) return;
  std::size_t index = 0;
  for (const Value& item : finalizers.items()) {
    const FieldPath at = path.index(index++);
    const std::string_view name = item.as_string();
    const bool known = name.find('/') != std::string_view::npos || name == "kubernetes" ||
                       name == "orphan" || name == "foregroundDeletion";
    if (known) continue;
    errors.push_back(invalid_value(
        at, item, "name is neither a standard finalizer name nor is it fully qualified"));
  }
}

// Only a DELETE says that an object goes, and when.
void validate_kept_deletion(const Value& now, const Value& before, const FieldPath& path,
                            FieldErrors& errors) {
  constexpr std::string_view kImmutable = "field is immutable";
  const Value& time = now["deletionTimestamp"];
  if (time != before["deletionTimestamp"]) {
    // "2020-01-01T00:00:00Z" as Go prints a time.
    std::string text = time.str();
    if (const std::size_t t = text.find('T'); t != std::string::npos) text[t] = ' ';
    if (text.ends_with('Z')) text.replace(text.size() - 1, 1, " +0000 UTC");
    errors.push_back(invalid_raw(path / "deletionTimestamp", text, kImmutable));
  }
  const Value& grace = now["deletionGracePeriodSeconds"];
  if (grace != before["deletionGracePeriodSeconds"])
    errors.push_back(invalid_value(path / "deletionGracePeriodSeconds", grace, kImmutable));
}

}  // namespace

void validate_labels(const Value& labels, const FieldPath& path, FieldErrors& errors) {
  for (const Value::Member& label : labels.members()) {
    for (const std::string& why : check_qualified_name(label.key)) {
      errors.push_back(invalid_value(path, Value(label.key), why));
    }
    for (const std::string& why : check_label_value(label.value.as_string())) {
      errors.push_back(invalid_value(path, label.value, why));
    }
  }
}

void validate_annotations(const Value& annotations, const FieldPath& path, FieldErrors& errors) {
  constexpr std::size_t kMaxBytes = std::size_t{256} << 10;
  std::size_t total = 0;
  for (const Value::Member& annotation : annotations.members()) {
    std::string key = annotation.key;
    for (char& c : key) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    for (const std::string& why : check_qualified_name(key)) {
      errors.push_back(invalid_value(path, Value(annotation.key), why));
    }
    total += annotation.key.size() + annotation.value.size();
  }
  if (total > kMaxBytes) errors.push_back(too_long_field(path, kMaxBytes));
}

void validate_label_selector(const Value& selector, const FieldPath& path, FieldErrors& errors) {
  validate_labels(selector["matchLabels"], path / "matchLabels", errors);
  const FieldPath list = path / "matchExpressions";
  std::size_t index = 0;
  for (const Value& item : selector["matchExpressions"].items()) {
    const FieldPath at = list.index(index++);
    const std::string_view op = item["operator"].as_string();
    const bool wants_values = op == "In" || op == "NotIn";
    if (wants_values && item["values"].empty()) {
      errors.push_back(
          required(at / "values", "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if ((op == "Exists" || op == "DoesNotExist") && !item["values"].empty()) {
      errors.push_back(forbidden_field(
          at / "values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    } else if (!wants_values && op != "Exists" && op != "DoesNotExist") {
      errors.push_back(invalid_value(at / "operator", Value(op), "not a valid selector operator"));
    }
    for (const std::string& why : check_qualified_name(item["key"].as_string())) {
      errors.push_back(invalid_value(at / "key", Value(item["key"].as_string()), why));
    }
    const FieldPath values = at / "values";
    std::size_t value_index = 0;
    for (const Value& value : item["values"].items()) {
      for (const std::string& why : check_label_value(value.as_string())) {
        errors.push_back(invalid_value(values.index(value_index), value, why));
      }
      ++value_index;
    }
  }
}

void validate_metadata(const Kind& kind, const Value& object, const Value& old,
                       FieldErrors& errors) {
  const Value& meta = object["metadata"];
  const FieldPath path("metadata");
  if (old.is_null()) {
    if (const std::string_view prefix = meta["generateName"].as_string(); !prefix.empty()) {
      // What follows it is made of letters and digits: a prefix may end with a dash.
      const std::string probe =
          std::string(prefix.substr(0, prefix.size() - (prefix.back() == '-' ? 1 : 0))) + "a";
      for (const std::string& why : name_errors(kind, probe)) {
        errors.push_back(invalid_value(path / "generateName", meta["generateName"], why));
      }
    }
    const std::string_view name = meta["name"].as_string();
    if (name.empty()) {
      errors.push_back(required(path / "name", "name or generateName is required"));
    } else {
      for (const std::string& why : name_errors(kind, name)) {
        errors.push_back(invalid_value(path / "name", meta["name"], why));
      }
    }
  }
  validate_labels(meta["labels"], path / "labels", errors);
  validate_annotations(meta["annotations"], path / "annotations", errors);
  validate_owners(meta["ownerReferences"], path / "ownerReferences", errors);
  const FieldPath finalizers = path / "finalizers";
  if (old.is_null()) validate_new_finalizers(meta["finalizers"], finalizers, errors);
  validate_finalizer_domains(kind, meta["finalizers"], finalizers, errors);
  if (old.is_null()) return;
  validate_kept_deletion(meta, old["metadata"], path, errors);
  if (old["metadata"].has("deletionTimestamp")) {
    std::string added;
    for (const Value& finalizer : meta["finalizers"].items()) {
      bool had = false;
      for (const Value& before : old["metadata"]["finalizers"].items())
        had = had || before == finalizer;
      if (!had) added += (added.empty() ? "\"" : ", \"") + finalizer.str() + "\"";
    }
    if (!added.empty()) {
      errors.push_back(
          forbidden_field(path / "finalizers",
                          "no new finalizers can be added if the object is being deleted, "
                          "found new finalizers []string{" +
                              added + "}"));
    }
  }
}

}  // namespace inferlab::sim
