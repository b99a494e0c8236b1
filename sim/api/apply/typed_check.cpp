// check_typed: is a configuration one that the schema knows?
#include <set>

#include "sim/api/apply/typed.h"
#include "sim/api/decode.h"
#include "sim/api/json.h"

namespace inferlab::sim {
namespace {

class Checker {
 public:
  std::vector<std::string> faults;

  void object(const Type& type, const Value& value, const std::string& path) {
    for (const Value::Member& member : value.members()) {
      const Field* found = type.find(member.key);
      const std::string at = path + "." + member.key;
      if (found == nullptr) {
        faults.push_back(at + ": field not declared in schema");
      } else if (!member.value.is_null()) {
        field(*found, member.value, at);
      }
    }
  }

 private:
  void expected(const std::string& path, std::string_view what, const Value& value) {
    const std::string given = value.is_string()   ? "string"
                              : value.is_bool()   ? "boolean"
                              : value.is_number() ? "number"
                              : value.is_array()  ? "list"
                                                  : "map";
    faults.push_back(path + ": expected " + std::string(what) + ", got " + given);
  }

  void scalar(FieldType type, const Value& value, const std::string& path) {
    switch (type) {
      case FieldType::kInt32:
      case FieldType::kInt64:
      case FieldType::kNumber:
        if (!value.is_number()) expected(path, "numeric (int or float)", value);
        return;
      case FieldType::kBool:
        if (!value.is_bool()) expected(path, "boolean", value);
        return;
      case FieldType::kString:
      case FieldType::kBytes:
      case FieldType::kTime:
      case FieldType::kMicroTime:
        if (!value.is_string()) expected(path, "string", value);
        return;
      default:
        return;  // a quantity, an int or string, or anything at all
    }
  }

  void element(const Field& field, const Value& value, const std::string& path) {
    if (value.is_null()) return;
    if (field.object == nullptr) {
      scalar(field.element, value, path);
    } else if (!value.is_object()) {
      expected(path, "map", value);
    } else {
      object(*field.object, value, path);
    }
  }

  void field(const Field& field, const Value& value, const std::string& path) {
    if (field.type == FieldType::kObject) {
      if (!value.is_object()) return expected(path, "map", value);
      return object(*field.object, value, path);
    }
    if (field.type == FieldType::kMap) {
      if (!value.is_object()) return expected(path, "map", value);
      for (const Value::Member& member : value.members())
        element(field, member.value, path + "." + member.key);
      return;
    }
    if (field.type != FieldType::kList) return scalar(field.type, value, path);
    if (!value.is_array()) return expected(path, "list", value);
    std::set<std::string> seen;
    std::size_t index = 0;
    for (const Value& item : value.items()) {
      const std::size_t position = index++;
      std::string at = path + "[" + std::to_string(position) + "]";
      if (field.list_type == "map" && item.is_object()) {
        const std::string keys = keys_of(field, item, path, position);
        if (keys.empty()) continue;
        at = path + keys;
        if (!seen.insert(keys).second) {
          faults.push_back(path + ": duplicate entries for key " + keys);
          continue;
        }
      }
      element(field, item, at);
    }
  }

  // "[name=\"main\"]"; empty, with a fault noted, when the item does not say its key.
  std::string keys_of(const Field& field, const Value& item, const std::string& path,
                      std::size_t position) {
    std::string out;
    std::string_view rest = field.list_map_keys;
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      const std::string_view name = rest.substr(0, comma);
      const Field* key = field.object->find(name);
      const Value fallback = key != nullptr ? default_of(*key) : Value();
      const Value& value = item.has(name) ? item[name] : fallback;
      if (value.is_null() || (!item.has(name) && value.empty())) {
        faults.push_back(path + ": element " + std::to_string(position) +
                         ": associative list with keys has an element that omits key field \"" +
                         std::string(name) + "\" (and doesn't have default value)");
        return {};
      }
      out += (out.empty() ? "[" : ",") + std::string(name) + "=" + to_json(value);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
    return out + "]";
  }
};

}  // namespace

Result<void> check_typed(const Type& type, const Value& object) {
  Checker checker;
  checker.object(type, object, "");
  if (checker.faults.empty()) return {};
  std::string text = checker.faults.size() == 1 ? checker.faults.front() : "errors:";
  if (checker.faults.size() > 1) {
    for (const std::string& fault : checker.faults) text += "\n  " + fault;
  }
  return Error{ErrorKind::kInvalid, std::move(text)};
}

}  // namespace inferlab::sim
