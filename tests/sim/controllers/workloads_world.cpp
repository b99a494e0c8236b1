#include "tests/sim/controllers/workloads_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "sim/api/json.h"
#include "sim/api/yaml.h"
#include "tests/sim/controllers/controllers_world.h"

namespace inferlab {
namespace {

using sim::ApiRequest;
using sim::ApiResponse;
using sim::Kind;
using sim::ObjectPtr;
using sim::PodView;
using sim::Value;
using testing::GoldenCommand;

std::string without_suffixes(const std::string& text) {
  static const std::regex kSuffix("-[bcdfghjklmnpqrstvwxz2456789]{5}\\b");
  return std::regex_replace(text, kSuffix, "-*");
}

class WorkloadsWorld final : public testing::GoldenWorld {
 public:
  std::string run(const GoldenCommand& command) override {
    const std::string& name = command.name;
    if (name == "create") return create(command.text);
    if (name == "patch") return patch(command);
    if (name == "delete") return remove(command.words.at(0));
    if (name == "run") {
      world_.run_for(parse_duration(command.words.at(0)).value());
      return "";
    }
    if (name == "bind" || name == "ready" || name == "unready" || name == "end" || name == "evict")
      return on_pods(command);
    if (name == "finalize") {
      world_.finalize_pods();
      return "";
    }
    if (name == "job") return job(command.words.at(0));
    if (name == "jobs") return jobs();
    if (name == "pods") return pods();
    if (name == "budget") return budget(command.words.at(0));
    if (name == "quota") return json(world_.get("resourcequotas", command.words.at(0))["status"]);
    if (name == "status") {
      // Of any kind: status RESOURCE NAME
      return json(world_.get(command.words.at(0), command.words.at(1))["status"]);
    }
    if (name == "autoscaler") return autoscaler(command.words.at(0));
    if (name == "scale") return scale(command.words.at(0));
    if (name == "cronjob") return cron_job(command.words.at(0));
    if (name == "events") return events(command.words.at(0));
    if (name == "relabel") return relabel(command);
    if (name == "deployment") return deployment(command.words.at(0));
    if (name == "sets") return sets();
    if (name == "show") return show(command);
    return "no such command: " + name + "\n";
  }

 private:
  static std::string failure(const ApiResponse& response) {
    std::string out = fmt::format("{} {}: {}\n", response.code, response.reason(),
                                  without_suffixes(std::string(response.message())));
    for (const Value& cause : response.body["details"]["causes"].items())
      out += "  " + cause["message"].str() + "\n";
    return out;
  }

  static std::string json(const Value& value) { return sim::to_json(value) + "\n"; }

  std::string create(const std::string& text) {
    const auto documents = sim::parse_yaml(text, "body");
    if (!documents) return documents.error().message + "\n";
    std::string out;
    for (const sim::YamlDocument& document : *documents) {
      const Kind* kind = world_.api.kinds().by_gvk(document.value["apiVersion"].as_string(),
                                                   document.value["kind"].as_string());
      if (kind == nullptr) return "no such kind\n";
      const ApiResponse response = world_.api.create(
          kind->resource(), kind->namespaced ? "default" : "", document.value, "test");
      if (!response.ok()) out += failure(response);
    }
    return out;
  }

  sim::ObjectKey key_of(const std::string& word) const {
    const std::size_t slash = word.find('/');
    for (const Kind* kind : world_.api.kinds().all()) {
      if (kind->singular == word.substr(0, slash))
        return {kind->resource(), kind->namespaced ? "default" : "", word.substr(slash + 1)};
    }
    return {};
  }

  std::string patch(const GoldenCommand& command) {
    const auto documents = sim::parse_yaml(command.text, "body");
    if (!documents) return documents.error().message + "\n";
    const ApiResponse response = world_.api.merge_patch(
        key_of(command.words.at(0)), command.get("sub"), documents->front().value, "test");
    return response.ok() ? "" : failure(response);
  }

  std::string remove(const std::string& word) {
    const ApiResponse response = world_.api.remove(key_of(word), "test");
    return response.ok() ? "" : failure(response);
  }

  // Oldest first.
  std::vector<ObjectPtr> all_pods() const {
    std::vector<ObjectPtr> out = world_.list("pods");
    std::stable_sort(out.begin(), out.end(), [this](const ObjectPtr& a, const ObjectPtr& b) {
      return first_revision(*a) < first_revision(*b);
    });
    return out;
  }

  std::uint64_t first_revision(const sim::StoredObject& object) const {
    for (const sim::Change& change : world_.store.changes_since(object.key.resource, 0)) {
      if (change.object->key == object.key && change.type == sim::ChangeType::kAdded &&
          change.object->document["metadata"]["uid"] == object.document["metadata"]["uid"]) {
        return change.object->revision;
      }
    }
    return 0;
  }

  std::string on_pods(const GoldenCommand& command) {
    std::int64_t left = std::stoll(command.words.at(0));
    const std::string index = command.get("index");
    std::string out;
    for (const ObjectPtr& pod : all_pods()) {
      const PodView& view = pod->view<PodView>();
      const Value& annotations = pod->document["metadata"]["annotations"];
      const bool fits =
          index.empty() ||
          annotations["batch.kubernetes.io/job-completion-index"].as_string() == index;
      if (left == 0) break;
      if (!fits || view.terminal() || view.meta.deletion_timestamp) continue;
      const std::string& name = pod->key.name;
      if (command.name == "bind") {
        if (!view.node_name.empty()) continue;
        world_.bind(name, "n1");
      } else if (command.name == "ready" || command.name == "unready") {
        const bool ready = command.name == "ready";
        if (view.ready == ready) continue;
        world_.make_ready(name, ready);
      } else if (command.name == "end") {
        end(name, command);
      } else {
        out += evict(name, command.get("dry_run") == "true");
      }
      --left;
    }
    return left == 0 ? out : out + "no more Pods\n";
  }

  void end(const std::string& pod, const GoldenCommand& command) {
    const std::string now = format_rfc3339(world_.simulation.now());
    world_.patch(
        "pods", pod,
        fmt::format(R"({{"status":{{"phase":"{}","containerStatuses":[{{"name":"main",
 "image":"a:1","imageID":"","ready":false,"restartCount":0,"state":{{"terminated":{{"exitCode":{},
 "startedAt":"{}","finishedAt":"{}"}}}}}}]}}}})",
                    command.get("phase", "Succeeded"), command.integer("code", 0), now, now),
        "status");
  }

  std::string evict(const std::string& pod, bool dry_run) {
    ApiRequest request;
    request.verb = sim::Verb::kCreate;
    request.resource = "pods";
    request.subresource = "eviction";
    request.ns = "default";
    request.name = pod;
    request.body = Value::object({{"metadata", Value::object({{"name", Value(pod)}})}});
    request.dry_run = dry_run;
    const ApiResponse response = world_.api.handle(request);
    return response.ok() ? "granted\n" : failure(response);
  }

  static std::string conditions(const Value& status) {
    std::string out;
    for (const Value& one : status["conditions"].items()) {
      out += fmt::format("  {} {} {}: {}\n", one["type"].as_string(), one["status"].as_string(),
                         one["reason"].as_string(), one["message"].as_string());
    }
    return without_suffixes(out);
  }

  std::string job(const std::string& name) const {
    const Value document = world_.get("jobs.batch", name);
    if (document.is_null()) return "gone\n";
    const Value& status = document["status"];
    std::string out;
    for (const char* count : {"active", "ready", "terminating", "succeeded", "failed"})
      out += fmt::format("{} {} ", count, status[count].as_int());
    for (const char* indexes : {"completedIndexes", "failedIndexes"}) {
      if (status.has(indexes)) out += fmt::format("{} {} ", indexes, sim::to_json(status[indexes]));
    }
    out.back() = '\n';
    return out + conditions(status);
  }

  std::string jobs() const {
    std::string out;
    for (const ObjectPtr& job : world_.list("jobs.batch")) {
      const Value& annotations = job->document["metadata"]["annotations"];
      out += job->key.name + " " +
             annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"].str() + "\n";
    }
    return out.empty() ? "none\n" : out;
  }

  std::string pods() const {
    std::string out;
    for (const ObjectPtr& pod : all_pods()) {
      const Value& meta = pod->document["metadata"];
      out += without_suffixes(pod->key.name) + " " + pod->view<PodView>().phase;
      if (meta.has("deletionTimestamp")) out += " deleting";
      if (!meta["finalizers"].empty()) out += " held";
      out += "\n";
    }
    return out.empty() ? "none\n" : out;
  }

  std::string budget(const std::string& name) const {
    const Value status = world_.get("poddisruptionbudgets.policy", name)["status"];
    std::string out;
    for (const char* count :
         {"expectedPods", "currentHealthy", "desiredHealthy", "disruptionsAllowed"})
      out += fmt::format("{} {} ", count, status[count].as_int());
    out += fmt::format("disruptedPods {}\n", status["disruptedPods"].size());
    return out + conditions(status);
  }

  std::string autoscaler(const std::string& name) const {
    const Value status = world_.get("horizontalpodautoscalers.autoscaling", name)["status"];
    std::string out =
        fmt::format("current {} desired {} metrics {}\n", status["currentReplicas"].as_int(),
                    status["desiredReplicas"].as_int(), sim::to_json(status["currentMetrics"]));
    return out + conditions(status);
  }

  std::string scale(const std::string& word) {
    ApiRequest request;
    const sim::ObjectKey key = key_of(word);
    request.resource = key.resource;
    request.ns = key.ns;
    request.name = key.name;
    request.subresource = "scale";
    const ApiResponse response = world_.api.handle(request);
    return response.ok() ? json(response.body["spec"]) : failure(response);
  }

  std::string cron_job(const std::string& name) const {
    const Value status = world_.get("cronjobs.batch", name)["status"];
    std::string out = "active";
    for (const Value& one : status["active"].items()) out += " " + one["name"].str();
    return out + fmt::format(", last {}, last success {}\n",
                             status["lastScheduleTime"].as_string("never"),
                             status["lastSuccessfulTime"].as_string("never"));
  }

  // The first object of a kind gets these labels.
  std::string relabel(const GoldenCommand& command) {
    std::vector<ObjectPtr> all = world_.list(key_of(command.words.at(0)).resource);
    std::stable_sort(all.begin(), all.end(), [this](const ObjectPtr& a, const ObjectPtr& b) {
      return first_revision(*a) < first_revision(*b);
    });
    if (all.empty()) return "none\n";
    Value labels = Value::object();
    for (const auto& [label, value] : command.args) labels = labels.with(label, value);
    const ApiResponse response = world_.api.merge_patch(
        all.front()->key, "", Value::object({{"metadata", Value::object({{"labels", labels}})}}),
        "test");
    return response.ok() ? "" : failure(response);
  }

  std::string deployment(const std::string& name) const {
    const Value document = world_.get("deployments.apps", name);
    const Value& status = document["status"];
    std::string out = fmt::format(
        "generation {} revision {} ", document["metadata"]["generation"].as_int(),
        document["metadata"]["annotations"]["deployment.kubernetes.io/revision"].as_string());
    for (const char* count : {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas"})
      out += fmt::format("{} {} ", count, status[count].as_int());
    out.back() = '\n';
    return without_hashes(out + conditions(status));
  }

  // The ReplicaSets, oldest first.
  std::string sets() const {
    std::vector<ObjectPtr> all = world_.list("replicasets.apps");
    std::stable_sort(all.begin(), all.end(), [this](const ObjectPtr& a, const ObjectPtr& b) {
      return first_revision(*a) < first_revision(*b);
    });
    std::string out;
    for (const ObjectPtr& set : all) {
      const Value& document = set->document;
      const Value& owners = document["metadata"]["ownerReferences"];
      out += fmt::format("{} of {} wants {} has {}\n", set->key.name,
                         owners.empty() ? "nobody" : owners[std::size_t{0}]["name"].str(),
                         document["spec"]["replicas"].as_int(),
                         document["status"]["replicas"].as_int());
      out += conditions(document["status"]);
    }
    return out.empty() ? "none\n" : without_hashes(out);
  }

  // A part of an object: `path=spec.ports`, or of each object of a kind: `show pod path=spec`.
  std::string show(const GoldenCommand& command) const {
    const std::string& word = command.words.at(0);
    const sim::ObjectKey wanted = key_of(word);
    std::string out;
    for (const ObjectPtr& object : world_.list(wanted.resource)) {
      const bool all = word.find('/') == std::string::npos;
      if (!all && object->key.name != wanted.name) continue;
      const Value* part = &object->document;
      std::string path = command.get("path");
      while (!path.empty()) {
        const std::size_t dot = path.find('.');
        const std::string step = path.substr(0, dot);
        path = dot == std::string::npos ? "" : path.substr(dot + 1);
        part = &(*part)[step];
      }
      out += json(*part);
    }
    static const std::regex kUid("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    return out.empty() ? "none\n"
                       : std::regex_replace(without_suffixes(without_hashes(out)), kUid, "<uid>");
  }

  // Of the object with this name, in the order in which they were first written.
  std::string events(const std::string& name) const {
    std::vector<ObjectPtr> all = world_.list("events");
    std::stable_sort(all.begin(), all.end(), [this](const ObjectPtr& a, const ObjectPtr& b) {
      return first_revision(*a) < first_revision(*b);
    });
    std::string out;
    for (const ObjectPtr& event : all) {
      const Value& document = event->document;
      if (document["involvedObject"]["name"].as_string() != name) continue;
      out +=
          fmt::format("{} {}: {}\n", document["type"].as_string(), document["reason"].as_string(),
                      without_suffixes(document["message"].str()));
    }
    return out.empty() ? "none\n" : out;
  }

  ControllersWorld world_;
};

}  // namespace

std::unique_ptr<testing::GoldenWorld> make_workloads_world() {
  return std::make_unique<WorkloadsWorld>();
}

}  // namespace inferlab
