#include "sim/api/validation/meta_validation.h"

#include "sim/api/validation/names.h"

namespace inferlab::sim {
namespace {

NameErrors name_errors(const Kind& kind, std::string_view name) {
  if (kind.kind == "Service") return check_dns1035_label(name);
  if (kind.kind == "Namespace") return check_dns1123_label(name);
  if (kind.check_name != nullptr) return kind.check_name(name);
  return check_dns1123_subdomain(name);
}

void validate_owners(const Value& owners, const FieldPath& path, FieldErrors& errors) {
  const Value* controller = nullptr;
  std::size_t index = 0;
  for (const Value& owner : owners.items()) {
    const FieldPath at = path.index(index++);
    if (owner["apiVersion"].empty()) {
      errors.push_back(invalid_value(at / "apiVersion", Value(""), "version must not be empty"));
    }
    if (owner["kind"].empty())
      errors.push_back(invalid_value(at / "kind", Value(""), "must not be empty"));
    if (owner["name"].empty())
      errors.push_back(invalid_value(at / "name", Value(""), "must not be empty"));
    if (owner["uid"].empty())
      errors.push_back(invalid_value(at / "uid", Value(""), "must not be empty"));
    if (!owner["controller"].as_bool()) continue;
    if (controller != nullptr) {
      errors.push_back(invalid_value(
          path, owners,
          "Only one reference can have Controller set to true. Found \"true\" in references for " +
              (*controller)["kind"].str() + "/" + (*controller)["name"].str() + " and " +
              owner["kind"].str() + "/" + owner["name"].str()));
    }
    controller = &owner;
  }
}

void validate_finalizers(const Value& finalizers, const FieldPath& path, FieldErrors& errors) {
  bool orphan = false;
  bool foreground = false;
  std::size_t index = 0;
  for (const Value& item : finalizers.items()) {
    const FieldPath at = path.index(index++);
    const std::string_view name = item.as_string();
    orphan = orphan || name == "orphan";
    foreground = foreground || name == "foregroundDeletion";
    for (const std::string& why : check_qualified_name(name))
      errors.push_back(invalid_value(at, item, why));
  }
  if (orphan && foreground) {
    errors.push_back(invalid_value(path, finalizers,
                                   "finalizer orphan and foregroundDeletion cannot be both set"));
  }
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
  validate_finalizers(meta["finalizers"], path / "finalizers", errors);
  if (old.is_null()) return;
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
