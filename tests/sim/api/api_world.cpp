#include "tests/sim/api/api_world.h"

#include "sim/api/json.h"
#include "sim/api/yaml.h"

namespace inferlab::sim {
namespace {

using testing::GoldenCommand;

class ApiWorld final : public testing::GoldenWorld {
 public:
  ApiWorld() {
    api_.create("namespaces", "", named("default"), "test");
    api_.create("serviceaccounts", "default", named("default"), "test");
  }

  std::string run(const GoldenCommand& command) override {
    const std::string& name = command.name;
    if (name == "create") return create(command);
    if (name == "update" || name == "patch" || name == "apply" || name == "delete" ||
        name == "get" || name == "scale") {
      return on_object(command);
    }
    if (name == "list") return list(command);
    if (name == "table") return table(command);
    if (name == "bind")
      return shown(api_.bind("default", command.words.at(0), command.words.at(1), "scheduler"),
                   "bound");
    if (name == "evict") return evict(command);
    if (name == "advance") {
      simulation_.run_until(simulation_.now() + parse_duration(command.words.at(0)).value());
      return "";
    }
    return "no such command: " + name + "\n";
  }

 private:
  static Value named(const char* name) {
    return Value::object({{"metadata", Value::object({{"name", name}})}});
  }

  // "pod", "pods" or a short name.
  const Kind* kind_named(const std::string& word) const {
    for (const Kind* kind : api_.kinds().all()) {
      if (kind->singular == word || kind->plural == word) return kind;
      for (const std::string_view alias : kind->short_names) {
        if (alias == word) return kind;
      }
    }
    return nullptr;
  }

  static std::string failure(const ApiResponse& response) {
    std::string out = std::to_string(response.code) + " " + std::string(response.reason()) + ": " +
                      std::string(response.message()) + "\n";
    for (const Value& cause : response.body["details"]["causes"].items()) {
      out += "  " + cause["reason"].str() + " " + cause["field"].str() + "\n";
    }
    return out;
  }

  static std::string warnings(const ApiResponse& response) {
    std::string out;
    for (const auto& [key, value] : response.audit) out += "Audit: " + key + "=" + value + "\n";
    for (const std::string& warning : response.warnings) {
      // Of the API's words, not of what the rest of the simulator can do by now.
      if (!warning.ends_with(" not simulated yet")) out += "Warning: " + warning + "\n";
    }
    return out;
  }

  static std::string shown(const ApiResponse& response, const std::string& done) {
    if (!response.ok()) return warnings(response) + failure(response);
    const Value& meta = response.body["metadata"];
    std::string out = warnings(response);
    if (response.object != nullptr) {
      out += response.object->key.resource + "/" + response.object->key.name + " " + done;
      out += " (" + std::to_string(response.code);
      const Value& generation = response.object->document["metadata"]["generation"];
      if (!generation.is_null()) out += ", generation " + std::to_string(generation.as_int());
      return out + ")\n";
    }
    return out + meta["name"].str() + " " + done + " (" + std::to_string(response.code) + ")\n";
  }

  static void common(const GoldenCommand& command, ApiRequest& request) {
    request.field_manager = command.get("manager", "test");
    request.subresource = command.get("sub");
    request.version = command.get("version");
    request.dry_run = command.get("dry_run") == "true";
    request.force = command.get("force") == "true";
    // `as=ann` asks as a client does, `groups=a,b` says what he is in.
    if (const std::string user = command.get("as"); !user.empty()) {
      request.user = user;
      request.groups = {"system:authenticated"};
    }
    for (std::string groups = command.get("groups"); !groups.empty();) {
      const std::size_t comma = groups.find(',');
      request.groups.push_back(groups.substr(0, comma));
      groups = comma == std::string::npos ? "" : groups.substr(comma + 1);
    }
    if (command.get("strict") == "true") request.field_validation = FieldValidation::kStrict;
    if (command.get("strict") == "warn") request.field_validation = FieldValidation::kWarn;
  }

  std::string create(const GoldenCommand& command) {
    const auto documents = parse_yaml(command.text, "body");
    if (!documents) return documents.error().message + "\n";
    std::string out;
    for (const YamlDocument& document : *documents) {
      ApiRequest request;
      common(command, request);
      request.verb = Verb::kCreate;
      const Kind* kind = api_.kinds().by_gvk(document.value["apiVersion"].as_string(),
                                             document.value["kind"].as_string());
      if (kind == nullptr) return "no such kind\n";
      request.resource = kind->resource();
      if (kind->stored_as != nullptr) request.version = kind->version;
      if (kind->namespaced) {
        request.ns = std::string(
            document.value["metadata"]["namespace"].as_string(command.get("ns", "default")));
      }
      request.body = document.value;
      request.duplicate_fields = document.duplicates;
      out += shown(api_.handle(request), "created");
    }
    return out;
  }

  std::string on_object(const GoldenCommand& command) {
    const std::string& word = command.words.at(0);
    const std::size_t slash = word.find('/');
    const Kind* kind = kind_named(word.substr(0, slash));
    if (kind == nullptr) return "no such kind\n";
    ApiRequest request;
    common(command, request);
    request.resource = kind->resource();
    if (kind->namespaced) request.ns = command.get("ns", "default");
    request.name = word.substr(slash + 1);
    if (!command.text.empty()) {
      auto documents = parse_yaml(command.text, "body");
      if (!documents) return documents.error().message + "\n";
      request.body = documents->empty() ? Value() : documents->front().value;
    }
    std::string done = command.name + (command.name.back() == 'e' ? "d" : "ed");
    if (command.name == "get") {
      const ApiResponse response = api_.handle(request);
      return response.ok() ? to_yaml(at_path(response.body, command.get("path")))
                           : failure(response);
    }
    if (command.name == "delete") {
      request.verb = Verb::kDelete;
      if (!command.get("grace").empty()) request.grace_period_seconds = command.integer("grace", 0);
      if (command.get("propagation") == "Foreground")
        request.propagation = Propagation::kForeground;
      if (command.get("propagation") == "Orphan") request.propagation = Propagation::kOrphan;
      const ApiResponse response = api_.handle(request);
      const bool gone = store_.get({request.resource, request.ns, request.name}) == nullptr;
      return shown(response, gone ? "deleted" : "is being deleted");
    }
    if (command.name == "scale") {
      request.verb = Verb::kPatch;
      request.subresource = "scale";
      request.body =
          Value::object({{"spec", Value::object({{"replicas", command.integer("replicas", 0)}})}});
    } else if (command.name == "update") {
      request.verb = Verb::kUpdate;
    } else {
      request.verb = Verb::kPatch;
      done = command.name == "apply" ? "applied" : "patched";
      const std::string type = command.name == "apply" ? "apply" : command.get("type", "merge");
      request.patch_type = type == "strategic" ? PatchType::kStrategic
                           : type == "json"    ? PatchType::kJson
                           : type == "apply"   ? PatchType::kApply
                                               : PatchType::kMerge;
    }
    return shown(api_.handle(request), done);
  }

  static Value at_path(const Value& from, std::string_view path) {
    const Value* at = &from;
    while (!path.empty()) {
      const std::size_t dot = path.find('.');
      const std::string_view step = path.substr(0, dot);
      const bool index =
          !step.empty() && step.find_first_not_of("0123456789") == std::string_view::npos;
      at = index ? &(*at)[static_cast<std::size_t>(std::stoul(std::string(step)))] : &(*at)[step];
      path = dot == std::string_view::npos ? "" : path.substr(dot + 1);
    }
    return *at;
  }

  std::string list(const GoldenCommand& command) {
    ApiRequest request;
    request.verb = Verb::kList;
    request.resource = kind_named(command.words.at(0))->resource();
    request.label_selector = command.get("label");
    request.field_selector = command.get("field");
    request.limit = command.integer("limit", 0);
    std::string out;
    while (true) {
      const ApiResponse response = api_.handle(request);
      if (!response.ok()) return out + failure(response);
      for (const Value& item : response.body["items"].items())
        out += item["metadata"]["name"].str() + " ";
      request.continue_token = response.body["metadata"]["continue"].str();
      if (request.continue_token.empty()) return out + "\n";
      out += "| ";
    }
  }

  std::string table(const GoldenCommand& command) {
    const Kind* kind = kind_named(command.words.at(0));
    const bool wide = command.get("wide") == "true";
    const auto line = [&](const auto& cell) {
      std::string out;
      for (std::size_t i = 0; i < kind->columns.size(); ++i) {
        if (kind->columns[i].priority == 0 || wide) out += (out.empty() ? "" : " | ") + cell(i);
      }
      return out + "\n";
    };
    std::string out = line([&](std::size_t i) { return std::string(kind->columns[i].name); });
    for (const ObjectPtr& object : store_.list(kind->resource())) {
      const std::vector<Value> cells = kind->cells(object->document, simulation_.now());
      out += line(
          [&](std::size_t i) { return cells[i].is_string() ? cells[i].str() : to_json(cells[i]); });
    }
    return out;
  }

  std::string evict(const GoldenCommand& command) {
    ApiRequest request;
    request.verb = Verb::kCreate;
    request.resource = "pods";
    request.subresource = "eviction";
    request.ns = "default";
    request.name = command.words.at(0);
    request.body = named(command.get("named", request.name).c_str());
    return shown(api_.handle(request), "evicted");
  }

  Simulation simulation_{1};
  Store store_;
  Api api_{simulation_, store_};
};

}  // namespace

std::unique_ptr<testing::GoldenWorld> make_api_world() {
  return std::make_unique<ApiWorld>();
}

}  // namespace inferlab::sim
