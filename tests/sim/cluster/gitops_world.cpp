#include "tests/sim/cluster/gitops_world.h"

#include <fmt/format.h>

#include "engine/base/time.h"
#include "sim/api/custom/printer_path.h"
#include "sim/api/json.h"
#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"
#include "tests/sim/cluster/add_on_world.h"

namespace inferlab {
namespace {

using sim::ApiRequest;
using sim::ApiResponse;
using sim::Kind;
using sim::ObjectPtr;
using sim::Value;
using sim::Verb;
using testing::GoldenCommand;

sim::ClusterSpec spec_of() {
  sim::ClusterSpec spec;
  spec.add_ons.push_back(shipped_add_on("argocd"));
  sim::GitRepositorySpec repository;
  repository.name = "platform";
  repository.url = "https://git.example.com/platform.git";
  spec.repositories.push_back(repository);
  return spec;
}

class GitOpsWorld final : public testing::GoldenWorld {
 public:
  GitOpsWorld() : cluster_(spec_of(), 1) {
    cluster_.run_until(cluster_.simulation().now());
    (void)create("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team\n");
  }

  std::string run(const GoldenCommand& command) override {
    const std::string& name = command.name;
    const std::string word = command.words.empty() ? std::string() : command.words.front();
    if (name == "commit") return commit(command, word);
    if (name == "revert") return revert(word);
    if (name == "create") return create(command.text);
    if (name == "patch") return change(word, Verb::kPatch, command.text);
    if (name == "delete") return change(word, Verb::kDelete, "");
    if (name == "run") {
      cluster_.run_until(cluster_.simulation().now() + *parse_duration(word));
      return "";
    }
    if (name == "app") return app(word);
    if (name == "show") return show(word, command.get("path"));
    if (name == "events") return events(word);
    if (name == "writers") return writers(word);
    return "no such command: " + name + "\n";
  }

 private:
  std::string pushed(const sim::GitChange& change) {
    const auto id = cluster_.push(change);
    return id ? "" : id.error().message + "\n";
  }

  std::string revert(const std::string& commit) {
    sim::GitChange change;
    change.repository = "platform";
    change.reverts = id_of(commit);
    return pushed(change);
  }

  std::string commit(const GoldenCommand& command, const std::string& message) {
    sim::GitChange change;
    change.repository = "platform";
    change.message = message;
    change.branch = command.get("branch");
    auto& file = change.files[command.get("path")];
    if (!command.text.empty()) file = command.text;
    return pushed(change);
  }

  [[nodiscard]] std::string id_of(const std::string& message) const {
    for (const sim::GitCommit& one : cluster_.repositories().by_name("platform")->commits()) {
      if (one.message == message) return one.id;
    }
    return message;
  }

  // With messages in the place of ids.
  [[nodiscard]] std::string named(std::string text) const {
    for (const sim::GitCommit& one : cluster_.repositories().by_name("platform")->commits()) {
      const std::string name = "<" + one.message.substr(0, one.message.find('\n')) + ">";
      for (std::size_t at = 0; (at = text.find(one.id, at)) != std::string::npos;) {
        text.replace(at, one.id.size(), name);
      }
    }
    return text;
  }

  static std::string namespace_of(const Kind& kind) {
    if (!kind.namespaced) return {};
    return kind.group == "argoproj.io" ? "argocd" : "team";
  }

  const Kind* kind_named(std::string_view name) {
    for (const Kind* kind : cluster_.api().kinds().all()) {
      if (kind->kind == name && kind->stored_as == nullptr) return kind;
    }
    return nullptr;
  }

  std::string create(const std::string& text) {
    const auto documents = sim::parse_yaml(text, "test");
    if (!documents) return documents.error().message + "\n";
    std::string out;
    for (const sim::YamlDocument& document : *documents) {
      const Kind* kind = kind_named(document.value["kind"].as_string());
      if (kind == nullptr) return "no such kind\n";
      ApiRequest request;
      request.verb = Verb::kCreate;
      request.resource = kind->resource();
      request.ns = document.value["metadata"]["namespace"].str();
      if (request.ns.empty()) request.ns = namespace_of(*kind);
      request.body = document.value;
      request.field_manager = "kubectl-create";
      out += answer(cluster_.request(request));
    }
    return out;
  }

  static std::string answer(const ApiResponse& response) {
    return response.ok() ? "" : std::string(response.message()) + "\n";
  }

  sim::ObjectKey key_of(const std::string& word) {
    const std::size_t slash = word.find('/');
    const Kind* kind = kind_named(word.substr(0, slash));
    if (kind == nullptr) return {};
    return {kind->resource(), namespace_of(*kind), word.substr(slash + 1)};
  }

  std::string change(const std::string& word, Verb verb, const std::string& text) {
    const sim::ObjectKey key = key_of(word);
    ApiRequest request;
    request.verb = verb;
    request.resource = key.resource;
    request.ns = key.ns;
    request.name = key.name;
    request.field_manager = "kubectl-edit";
    if (verb == Verb::kPatch) request.body = sim::parse_yaml(text, "test")->front().value;
    return answer(cluster_.request(request));
  }

  std::string app(const std::string& name) {
    const ObjectPtr object = cluster_.store().get({"applications.argoproj.io", "argocd", name});
    if (object == nullptr) return "is not there\n";
    const Value& status = object->document["status"];
    std::string out =
        fmt::format("{} {} {}\n", status["sync"]["status"].as_string(),
                    status["health"]["status"].as_string(), status["sync"]["revision"].as_string());
    for (const Value& row : status["resources"].items()) {
      out += fmt::format("  {} {}: {}{}\n", row["kind"].as_string(), row["name"].as_string(),
                         row["status"].as_string(),
                         row["requiresPruning"].as_bool() ? ", requires pruning" : "");
    }
    for (const Value& row : status["conditions"].items()) {
      out += fmt::format("{}: {}\n", row["type"].as_string(), row["message"].as_string());
    }
    const Value& state = status["operationState"];
    if (state.is_null()) return named(out);
    out += fmt::format("{} to {}: {}\n", state["phase"].as_string(),
                       state["syncResult"]["revision"].as_string(), state["message"].as_string());
    for (const Value& row : state["syncResult"]["resources"].items()) {
      out += fmt::format("  {} {}: {}, {}\n", row["kind"].as_string(), row["name"].as_string(),
                         row["status"].as_string(), row["message"].as_string());
    }
    return named(out);
  }

  std::string show(const std::string& word, const std::string& path) {
    const sim::ObjectKey key = key_of(word);
    std::string out;
    for (const ObjectPtr& object : cluster_.store().list(key.resource, key.ns)) {
      if (word.find('/') != std::string::npos && object->key.name != key.name) continue;
      for (const Value& value : sim::find_by_path(object->document, "." + path)) {
        out += fmt::format("{} {}\n", object->key.name, sim::to_json(value));
      }
    }
    return named(out);
  }

  std::string events(const std::string& name) {
    std::string out;
    for (const ObjectPtr& event : cluster_.store().list("events", "argocd")) {
      const Value& document = event->document;
      if (document["involvedObject"]["name"].as_string() != name) continue;
      out += fmt::format(
          "{} {}: {}{}\n", document["type"].as_string(), document["reason"].as_string(),
          document["message"].as_string(),
          document["count"].as_int() > 1 ? fmt::format(" (x{})", document["count"].as_int()) : "");
    }
    return named(out);
  }

  std::string writers(const std::string& word) {
    const ObjectPtr object = cluster_.store().get(key_of(word));
    if (object == nullptr) return "is not there\n";
    std::string out;
    for (const Value& entry : object->document["metadata"]["managedFields"].items()) {
      out += fmt::format("{} {}\n", entry["manager"].as_string(), entry["operation"].as_string());
    }
    return out;
  }

  sim::Cluster cluster_;
};

}  // namespace

std::unique_ptr<testing::GoldenWorld> make_gitops_world() {
  return std::make_unique<GitOpsWorld>();
}

}  // namespace inferlab
