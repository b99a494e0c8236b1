#include "sim/cluster/add_on.h"

#include <fmt/format.h>

#include <tuple>
#include <utility>

#include "engine/base/check.h"
#include "sim/api/add_on_note.h"
#include "sim/api/conditions.h"
#include "sim/api/custom/embedded_types.h"
#include "sim/api/yaml.h"
#include "sim/kernel/simulation.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kDefinition = "CustomResourceDefinition";
constexpr const char* kOwner = "system:admin";

class Reader {
 public:
  Reader(const YamlDocument& document, const std::string& file)
      : document_(document), file_(file) {}

  Result<AddOnSpec> read() {
    AddOnSpec out;
    for (const auto& [field, into] : {std::pair{"name", &out.name},
                                      {"title", &out.title},
                                      {"version", &out.version},
                                      {"source", &out.source}}) {
      const Value& value = document_.value[field];
      if (!value.is_string() || value.empty()) return fault(std::string(".") + field, "is no text");
      *into = value.str();
    }
    const std::size_t count = document_.value["objects"].size();
    if (count == 0) return fault(".objects", "is no list of objects");
    for (std::size_t i = 0; i < count; ++i) {
      INFERLAB_TRY(Value object, object_at(i, out));
      out.objects.push_back(std::move(object));
    }
    return out;
  }

 private:
  [[nodiscard]] Error fault(std::string_view path, std::string_view why,
                            std::string hint = {}) const {
    const Place place = document_.place(path);
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}:{}:{}: {}: {}", file_, place.line, place.column,
                             path.substr(path.starts_with('.') ? 1 : 0), why),
                 std::move(hint)};
  }

  Result<Value> object_at(std::size_t index, const AddOnSpec& add_on) {
    const Value& object = document_.value["objects"][index];
    const std::string path = fmt::format(".objects[{}]", index);
    const Kind* kind =
        KindTable::builtin().by_gvk(object["apiVersion"].as_string(), object["kind"].as_string());
    if (kind == nullptr || kind->namespaced) {
      return fault(path, "is of no cluster-scoped kind that every cluster has");
    }
    if (kind->kind != kDefinition) return object;
    std::string place = path;
    auto expanded = types_.expand(object, place);
    if (!expanded) return fault(place, expanded.error().message, expanded.error().hint);
    return marked(*expanded, add_on);
  }

  // Who made a definition stand here, and whether something acts on its objects.
  [[nodiscard]] Value marked(const Value& definition, const AddOnSpec& add_on) const {
    Value out = definition.with_path({"metadata", "annotations", kAddOnAnnotation},
                                     Value(add_on.name + " " + add_on.version));
    for (const Value& kind : document_.value["acted_on"].items()) {
      if (kind == definition["spec"]["names"]["kind"]) {
        out = out.with_path({"metadata", "annotations", kActedOnAnnotation}, "true");
      }
    }
    return out;
  }

  const YamlDocument& document_;
  const std::string& file_;
  EmbeddedTypes types_;
};

ApiResponse create(Api& api, const Value& object) {
  const Kind* kind =
      api.kinds().by_gvk(object["apiVersion"].as_string(), object["kind"].as_string());
  INFERLAB_CHECK(kind != nullptr);
  return api.create(kind->resource(), "", object, kOwner);
}

// As the controller of definitions leaves it, which needs a while: a cluster whose clock stands
// still serves its add-ons too. A name that another definition has is the controller's to find.
Value established(const Value& definition, const std::string& now) {
  const Value& names = definition["spec"]["names"];
  Value conditions;
  for (const auto& [type, reason, message] :
       {std::tuple{"NamesAccepted", "NoConflicts", "no conflicts found"},
        {"Established", "InitialNamesAccepted", "the initial names have been accepted"}}) {
    conditions = set_condition_at(
        conditions,
        Value::object(
            {{"type", type}, {"status", "True"}, {"reason", reason}, {"message", message}}),
        now);
  }
  return definition.with_path({"status", "acceptedNames"}, names)
      .with_path({"status", "conditions"}, conditions);
}

}  // namespace

std::vector<std::string> AddOnSpec::kinds() const {
  std::vector<std::string> out;
  for (const Value& object : objects) {
    if (object["kind"].as_string() != kDefinition) continue;
    const std::string kind = object["spec"]["names"]["kind"].str();
    // InferencePool comes in two groups.
    if (out.empty() || out.back() != kind) out.push_back(kind);
  }
  return out;
}

Result<AddOnSpec> read_add_on(std::string_view text, const std::string& file) {
  INFERLAB_TRY(const std::vector<YamlDocument> documents, parse_yaml(text, file));
  if (documents.size() != 1) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}:1:1: document: must be one, found {}", file, documents.size())};
  }
  return Reader(documents.front(), file).read();
}

Result<void> check_add_ons(const std::vector<AddOnSpec>& add_ons) {
  Simulation simulation(1);
  Store store;
  Api api(simulation, store);
  for (const AddOnSpec& add_on : add_ons) {
    for (const Value& object : add_on.objects) {
      const ApiResponse response = create(api, object);
      if (response.ok()) continue;
      return Error{ErrorKind::kInvalid,
                   fmt::format("add-on {}: {}: {}", add_on.name,
                               object["metadata"]["name"].as_string(), response.message())};
    }
  }
  return {};
}

void create_add_ons(Api& api, const std::vector<AddOnSpec>& add_ons) {
  for (const AddOnSpec& add_on : add_ons) {
    for (const Value& object : add_on.objects) {
      const ApiResponse made = create(api, object);
      INFERLAB_CHECK(made.ok());
      if (object["kind"].as_string() != kDefinition) continue;
      const std::string now = format_rfc3339(api.simulation().now());
      INFERLAB_CHECK(
          api.update_status(made.object->key.resource, established(made.body, now), kOwner).ok());
    }
  }
}

}  // namespace inferlab::sim
