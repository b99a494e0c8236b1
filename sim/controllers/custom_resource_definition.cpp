// The controllers of CustomResourceDefinitions: names are accepted, the kind is established, and
// before a definition goes, all objects of its kind do.
// Source: Kubernetes documentation, "Extend the Kubernetes API with CustomResourceDefinitions";
// reasons and messages are those of apiextensions-apiserver 1.32.
#include <fmt/format.h>

#include "sim/api/conditions.h"
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kDefinitions = "customresourcedefinitions.apiextensions.k8s.io";
constexpr std::string_view kCleanup = "customresourcecleanup.apiextensions.k8s.io";
constexpr std::string_view kWatches[] = {"*"};

// "foos.example.com": what the objects of a definition are kept as.
std::string resource_of(const Value& definition) {
  return definition["spec"]["names"]["plural"].str() + "." + definition["spec"]["group"].str();
}

bool has_text(const Value& list, const Value& text) {
  for (const Value& one : list.items()) {
    if (one == text) return true;
  }
  return false;
}

class CustomResourceDefinitionController final : public Controller {
 public:
  explicit CustomResourceDefinitionController(const ControllerContext& context)
      : Controller(context, "controller/customresourcedefinition",
                   "customresourcedefinition-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const ObjectKey& key = change.object->key;
    if (key.resource == kDefinitions) {
      queue().add(key);
      // A name that is given up may be another one's.
      if (change.type == ChangeType::kDeleted) {
        for (const ObjectPtr& other : store().list(kDefinitions)) queue().add(other->key);
      }
      return;
    }
    // The last object to go may be the one that its definition waits for.
    if (change.type != ChangeType::kDeleted) return;
    const ObjectKey definition{std::string(kDefinitions), "", key.resource};
    if (store().get(definition) != nullptr) queue().add(definition);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr definition = store().get(key);
    if (definition == nullptr) return {};
    if (!definition->document["metadata"]["deletionTimestamp"].is_null()) {
      return clean_up(*definition);
    }
    return accept_names(*definition);
  }

 private:
  // What another definition of the group has as its own already: the reason and the name.
  struct Conflict {
    std::string reason, name;
  };
  std::optional<Conflict> conflict_of(const StoredObject& definition) const {
    const Value& spec = definition.document["spec"];
    const Value& names = spec["names"];
    for (const ObjectPtr& other : store().list(kDefinitions)) {
      if (other->key == definition.key || other->document["spec"]["group"] != spec["group"]) {
        continue;
      }
      const Value& taken = other->document["status"]["acceptedNames"];
      const auto is_taken = [&taken](const Value& name) {
        return name == taken["plural"] || name == taken["singular"] ||
               has_text(taken["shortNames"], name);
      };
      if (is_taken(names["plural"])) return Conflict{"PluralConflict", names["plural"].str()};
      if (is_taken(names["singular"])) {
        return Conflict{"SingularConflict", names["singular"].str()};
      }
      for (const Value& name : names["shortNames"].items()) {
        if (is_taken(name)) return Conflict{"ShortNamesConflict", name.str()};
      }
      const auto is_kind = [&taken](const Value& name) {
        return name == taken["kind"] || name == taken["listKind"];
      };
      if (is_kind(names["kind"])) return Conflict{"KindConflict", names["kind"].str()};
      if (is_kind(names["listKind"])) return Conflict{"ListKindConflict", names["listKind"].str()};
    }
    return std::nullopt;
  }

  Result<void> accept_names(const StoredObject& definition) {
    const Value& status = definition.document["status"];
    const auto conflict = conflict_of(definition);
    const bool established =
        find_condition(status["conditions"], "Established")["status"].as_string() == "True";
    Value conditions = with(
        status["conditions"], "NamesAccepted", !conflict,
        conflict ? conflict->reason : "NoConflicts",
        conflict ? fmt::format("\"{}\" is already in use", conflict->name) : "no conflicts found");
    if (!conflict) {
      conditions = with(conditions, "Established", true, "InitialNamesAccepted",
                        "the initial names have been accepted");
    } else if (!established) {
      conditions =
          with(conditions, "Established", false, "NotAccepted", "not all names are accepted");
    }
    Value wanted = status.with("conditions", conditions);
    if (!conflict) wanted = wanted.with("acceptedNames", definition.document["spec"]["names"]);
    return write(definition, definition.document.with("status", wanted));
  }

  Result<void> clean_up(const StoredObject& definition) {
    if (!has_text(definition.document["metadata"]["finalizers"], Value(kCleanup))) return {};
    const std::string resource = resource_of(definition.document);
    for (const ObjectPtr& object : store().list(resource)) {
      if (!object->document["metadata"]["deletionTimestamp"].is_null()) continue;
      const ApiResponse response = api().remove(object->key, user());
      if (response.code != 404) INFERLAB_TRY_VOID(check(response, object->key.name));
    }
    const bool empty = store().list(resource).empty();
    const Value conditions =
        with(definition.document["status"]["conditions"], "Terminating", !empty,
             empty ? "InstanceDeletionCompleted" : "InstanceDeletionInProgress",
             empty ? "removed all instances" : "CustomResource deletion is in progress");
    INFERLAB_TRY_VOID(
        write(definition, definition.document.with_path({"status", "conditions"}, conditions)));
    return empty ? let_go(definition.key) : Result<void>();
  }

  Result<void> let_go(const ObjectKey& key) {
    const ObjectPtr definition = store().get(key);
    if (definition == nullptr) return {};
    Value::Array left;
    for (const Value& name : definition->document["metadata"]["finalizers"].items()) {
      if (name.as_string() != kCleanup) left.push_back(name);
    }
    const Value patch = Value::object(
        {{"metadata", Value::object({{"finalizers",
                                      left.empty() ? Value() : Value::array(std::move(left))}})}});
    return check(api().merge_patch(key, "", patch, user()), key.name);
  }

  [[nodiscard]] Value with(const Value& conditions, std::string_view type, bool status,
                           std::string_view reason, std::string_view message) const {
    return set_condition_at(conditions,
                            Value::object({{"type", type},
                                           {"status", status ? "True" : "False"},
                                           {"reason", reason},
                                           {"message", message}}),
                            format_rfc3339(now()));
  }

  Result<void> write(const StoredObject& definition, const Value& wanted) {
    if (wanted == definition.document) return {};
    return check(api().update_status(kDefinitions, wanted, user()), definition.key.name);
  }
};

}  // namespace

std::unique_ptr<Controller> make_custom_resource_definition_controller(
    const ControllerContext& context) {
  return std::make_unique<CustomResourceDefinitionController>(context);
}

}  // namespace inferlab::sim
