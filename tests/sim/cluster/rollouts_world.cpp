#include "tests/sim/cluster/rollouts_world.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>

#include "engine/base/time.h"
#include "sim/api/custom/printer_path.h"
#include "sim/api/json.h"
#include "sim/api/views.h"
#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"
#include "sim/controllers/rollout_math.h"
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

constexpr std::string_view kHash = "rollouts-pod-template-hash";

sim::ImageSpec image(std::string repository, std::vector<std::string> tags,
                     sim::ImageSpec::Behaviour behaviour) {
  sim::ImageSpec out;
  out.repository = std::move(repository);
  out.tags = std::move(tags);
  out.size_bytes = std::int64_t{20} << 20;
  out.behaviour = behaviour;
  return out;
}

sim::ClusterSpec spec_of() {
  using Behaviour = sim::ImageSpec::Behaviour;
  sim::ClusterSpec spec;
  spec.add_ons.push_back(shipped_add_on("argo-rollouts"));
  sim::NodePoolSpec pool;
  pool.name = "cpu";
  pool.count = 2;
  spec.pools.push_back(pool);
  spec.images = {
      image("registry.example.com/web", {"v1", "v2", "v3"}, Behaviour::kHttpServer),
      image("registry.example.com/broken", {"v1"}, Behaviour::kCrasher),
      image("docker.io/library/busybox", {"1.36"}, Behaviour::kSleeper),
  };
  return spec;
}

class RolloutsWorld final : public testing::GoldenWorld {
 public:
  std::string run(const GoldenCommand& command) override {
    const std::string& name = command.name;
    const std::string word = command.words.empty() ? std::string() : command.words.front();
    if (name == "sizes") return sizes(command);
    if (!cluster_) {
      cluster_.emplace(spec_of(), 1);
      cluster_->run_until(cluster_->simulation().now() + 30s);
    }
    if (name == "create") return create(command.text);
    if (name == "patch") return patch(command);
    if (name == "scale") return scale(command);
    if (name == "delete") return answer(request(word, Verb::kDelete));
    if (name == "run") {
      cluster_->run_until(cluster_->simulation().now() + *parse_duration(word));
      return "";
    }
    if (name == "rollout") return rollout(word);
    if (name == "events") return events(word);
    if (name == "table") return table(word);
    if (name == "show") return show(word, command.get("path"));
    return "no such command: " + name + "\n";
  }

 private:
  static std::optional<sim::CanarySet> set_of(const std::string& text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) return std::nullopt;
    sim::CanarySet out;
    std::from_chars(text.data(), text.data() + slash, out.replicas);
    std::from_chars(text.data() + slash + 1, text.data() + text.size(), out.available);
    return out;
  }

  static std::string sizes(const GoldenCommand& command) {
    const sim::CanaryPlan plan{.replicas = command.integer("replicas", 0),
                               .weight = command.integer("weight", 0),
                               .max_surge = command.integer("surge", 0),
                               .max_unavailable = command.integer("unavailable", 0),
                               .canary = set_of(command.get("canary")),
                               .stable = set_of(command.get("stable")),
                               .others = command.integer("others", 0)};
    const sim::CanarySizes out = sim::canary_sizes(plan);
    return fmt::format("canary {} stable {}\n", out.canary, out.stable);
  }

  [[nodiscard]] std::string named(std::string text) const {
    const auto replace = [&text](const std::string& what, const std::string& by) {
      for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
        text.replace(at, what.size(), by);
      }
    };
    std::vector<std::string> known;
    for (const sim::Change& change : cluster_->store().changes_since("replicasets.apps", 0)) {
      const std::string hash = change.object->document["metadata"]["labels"][kHash].str();
      if (!hash.empty() && std::find(known.begin(), known.end(), hash) == known.end()) {
        known.push_back(hash);
      }
    }
    for (std::size_t i = 0; i < known.size(); ++i) replace(known[i], fmt::format("<{}>", i + 1));
    for (const ObjectPtr& run : cluster_->store().list("analysisruns.argoproj.io")) {
      replace(run->document["metadata"]["uid"].str(), "<uid>");
    }
    return text;
  }

  const Kind* kind_named(std::string_view name) {
    for (const Kind* kind : cluster_->api().kinds().all()) {
      if (kind->kind == name && kind->stored_as == nullptr) return kind;
    }
    return nullptr;
  }

  ApiResponse request(const std::string& word, Verb verb, Value body = {},
                      const std::string& subresource = {}) {
    const std::size_t slash = word.find('/');
    const Kind* kind = kind_named(word.substr(0, slash));
    ApiRequest request;
    request.verb = verb;
    request.resource = kind == nullptr ? "" : kind->resource();
    request.ns = kind != nullptr && kind->namespaced ? "default" : "";
    if (slash != std::string::npos) request.name = word.substr(slash + 1);
    request.subresource = subresource;
    request.body = std::move(body);
    request.field_validation = sim::FieldValidation::kStrict;
    return cluster_->request(request);
  }

  static std::string answer(const ApiResponse& response) {
    std::string out;
    for (const std::string& warning : response.warnings) out += "Warning: " + warning + "\n";
    return response.ok() ? out : out + std::string(response.message()) + "\n";
  }

  std::string create(const std::string& text) {
    const auto documents = sim::parse_yaml(text, "test");
    if (!documents) return documents.error().message + "\n";
    std::string out;
    for (const sim::YamlDocument& document : *documents) {
      out += answer(request(document.value["kind"].str(), Verb::kCreate, document.value));
    }
    return out;
  }

  std::string patch(const GoldenCommand& command) {
    return answer(request(command.words.at(0), Verb::kPatch,
                          sim::parse_yaml(command.text, "test")->front().value,
                          command.get("sub")));
  }

  std::string scale(const GoldenCommand& command) {
    return answer(request(
        command.words.at(0), Verb::kPatch,
        Value::object().with_path({"spec", "replicas"}, command.integer("replicas", 0)), "scale"));
  }

  std::string rollout(const std::string& name) {
    const ObjectPtr object = cluster_->store().get({"rollouts.argoproj.io", "default", name});
    if (object == nullptr) return "is not there\n";
    const Value& status = object->document["status"];
    std::string out = status["phase"].str();
    if (status.has("message")) out += ": " + status["message"].str();
    out += fmt::format("\nstep {}/{} stable {}", sim::to_json(status["currentStepIndex"]),
                       object->document["spec"]["strategy"]["canary"]["steps"].size(),
                       status["stableRS"].as_string("none"));
    for (const char* run : {"currentStepAnalysisRunStatus", "currentBackgroundAnalysisRunStatus"}) {
      const Value& state = status["canary"][run];
      if (state.is_null()) continue;
      out += fmt::format("\n{} {}", state["name"].as_string(), state["status"].as_string());
    }
    out += "\n";
    for (const ObjectPtr& set : cluster_->store().list("replicasets.apps", "default")) {
      const auto& view = set->view<sim::ReplicaSetView>();
      const Value& annotations = set->document["metadata"]["annotations"];
      out += fmt::format("revision {} {}: {} Pods, {} there, {} available\n",
                         annotations["rollout.argoproj.io/revision"].as_string(), set->key.name,
                         view.replicas, view.status_replicas, view.status_available_replicas);
    }
    return named(out);
  }

  std::string events(const std::string& name) {
    std::string out;
    for (const ObjectPtr& event : cluster_->store().list("events", "default")) {
      const Value& document = event->document;
      if (named(document["involvedObject"]["name"].str()) != name) continue;
      out += fmt::format("{} {}: {}\n", document["type"].as_string(),
                         document["reason"].as_string(), document["message"].as_string());
    }
    return named(out);
  }

  std::string table(const std::string& word) {
    const Kind* kind = kind_named(word);
    if (kind == nullptr) return "no such kind\n";
    std::string out;
    for (const auto& column : kind->columns) out += fmt::format("{} | ", column.name);
    out += "\n";
    for (const ObjectPtr& object : cluster_->store().list(kind->resource())) {
      for (const Value& cell : kind->cells(object->document, cluster_->simulation().now())) {
        out += fmt::format("{} | ", cell.is_string() ? cell.str() : sim::to_json(cell));
      }
      out += "\n";
    }
    return named(out);
  }

  std::string show(const std::string& word, const std::string& path) {
    const std::size_t slash = word.find('/');
    const Kind* kind = kind_named(word.substr(0, slash));
    if (kind == nullptr) return "no such kind\n";
    std::string out;
    for (const ObjectPtr& object : cluster_->store().list(kind->resource(), "default")) {
      if (slash != std::string::npos && named(object->key.name) != word.substr(slash + 1)) continue;
      for (const Value& value : sim::find_by_path(object->document, "." + path)) {
        out += fmt::format("{} {}\n", object->key.name, sim::to_json(value));
      }
    }
    return named(out);
  }

  std::optional<sim::Cluster> cluster_;
};

}  // namespace

std::unique_ptr<testing::GoldenWorld> make_rollouts_world() {
  return std::make_unique<RolloutsWorld>();
}

}  // namespace inferlab
