#include "sim/api/apply/managed_fields.h"

#include <algorithm>

#include "sim/api/apply/typed.h"
#include "sim/api/json.h"

namespace inferlab::sim {

std::string FieldManager::printed() const {
  std::string out = to_json(Value(name));
  if (!subresource.empty()) out += " with subresource " + to_json(Value(subresource));
  return applies ? out : out + " using " + api_version;
}

std::vector<FieldManager> managers_of(const Value& object) {
  std::vector<FieldManager> out;
  for (const Value& entry : object["metadata"]["managedFields"].items()) {
    out.push_back({entry["manager"].str(), entry["operation"].as_string() == "Apply",
                   entry["apiVersion"].str(), entry["subresource"].str(), entry["time"].str(),
                   FieldSet::from_value(entry["fieldsV1"])});
  }
  return out;
}

Value with_managers(const Value& object, std::vector<FieldManager> managers) {
  std::erase_if(managers, [](const FieldManager& manager) { return manager.fields.empty(); });
  std::stable_sort(managers.begin(), managers.end(),
                   [](const FieldManager& a, const FieldManager& b) {
                     if (a.applies != b.applies) return a.applies;
                     if (a.time != b.time) return a.time < b.time;
                     if (a.name != b.name) return a.name < b.name;
                     return a.subresource < b.subresource;
                   });
  Value::Array entries;
  for (const FieldManager& manager : managers) {
    Value::Object entry = {{"apiVersion", Value(manager.api_version)},
                           {"fieldsType", "FieldsV1"},
                           {"fieldsV1", manager.fields.to_value()},
                           {"manager", Value(manager.name)},
                           {"operation", manager.applies ? "Apply" : "Update"}};
    // A client may leave it out; an empty one could not be read again.
    if (!manager.time.empty()) entry.push_back({"time", Value(manager.time)});
    if (!manager.subresource.empty()) entry.push_back({"subresource", Value(manager.subresource)});
    entries.push_back(Value::object(std::move(entry)));
  }
  if (entries.empty()) return object.without_path({"metadata", "managedFields"});
  return object.with_path({"metadata", "managedFields"}, Value::array(std::move(entries)));
}

FieldManager& manager_in(std::vector<FieldManager>& managers, const FieldManager& wanted) {
  const auto it = std::find_if(managers.begin(), managers.end(),
                               [&](const FieldManager& one) { return one.same_as(wanted); });
  if (it != managers.end()) return *it;
  managers.push_back(wanted);
  managers.back().fields = {};
  return managers.back();
}

void drop_unmanaged(FieldSet& fields) {
  fields.children.erase("f:apiVersion");
  fields.children.erase("f:kind");
  const auto meta = fields.children.find("f:metadata");
  if (meta == fields.children.end()) return;
  for (const char* name : {"f:name", "f:namespace", "f:creationTimestamp", "f:selfLink", "f:uid",
                           "f:generation", "f:managedFields", "f:resourceVersion",
                           "f:deletionTimestamp", "f:deletionGracePeriodSeconds"}) {
    meta->second.children.erase(name);
  }
  meta->second.member = false;
  if (meta->second.empty()) fields.children.erase(meta);
}

Value track_update(const Type& type, const Value& before, const Value& after,
                   const FieldManager& who) {
  Difference difference = difference_of(type, before, after);
  drop_unmanaged(difference.changed);
  drop_unmanaged(difference.removed);
  if (difference.changed.empty() && difference.removed.empty()) return after;
  std::vector<FieldManager> managers = managers_of(after);
  for (FieldManager& manager : managers) {
    manager.fields.subtract(difference.removed);
    if (!manager.same_as(who)) manager.fields.subtract(difference.changed);
  }
  if (!difference.changed.empty()) {
    FieldManager& writer = manager_in(managers, who);
    writer.fields.add(difference.changed);
    writer.time = who.time;
  }
  return with_managers(after, std::move(managers));
}

}  // namespace inferlab::sim
