#include "tests/sim/cluster/node_world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <regex>

#include "sim/api/json.h"
#include "sim/api/metrics_source.h"
#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"
#include "sim/node/kubelet.h"
#include "sim/node/kubelets.h"
#include "sim/telemetry/telemetry.h"
#include "tests/sim/cluster/node_specs.h"

namespace inferlab {
namespace {

using sim::ApiResponse;
using sim::Kind;
using sim::ObjectPtr;
using sim::Value;
using testing::GoldenCommand;

std::string plain(const std::string& text) {
  static const std::regex kUid("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  static const std::regex kPid("pid: [0-9]+");
  return std::regex_replace(std::regex_replace(text, kUid, "<uid>"), kPid, "pid: <pid>");
}

// Some of Kubernetes' messages end in a space, which no text file should.
std::string_view trimmed(std::string_view text) {
  return text.ends_with(' ') ? text.substr(0, text.size() - 1) : text;
}

/// "Pending web=ContainerCreating", "Failed Evicted web=Error(137)".
std::string brief(const Value& document) {
  const Value& status = document["status"];
  std::string out = status["phase"].str();
  if (!status["reason"].empty()) out += " " + status["reason"].str();
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    for (const Value& one : status[list].items()) {
      const Value& state = one["state"];
      out += " " + one["name"].str() + "=";
      if (state.has("running")) out += one["ready"].as_bool() ? "ready" : "running";
      if (state.has("waiting")) out += state["waiting"]["reason"].str();
      if (state.has("terminated")) {
        const Value& end = state["terminated"];
        out += fmt::format("{}({})", end["reason"].as_string(), end["exitCode"].as_int());
      }
      const std::int64_t restarts = one["restartCount"].as_int();
      if (restarts > 0) out += fmt::format(" restarts={}", restarts);
    }
  }
  if (document["metadata"].has("deletionTimestamp")) out += " deleting";
  return out;
}

class NodeWorld final : public testing::GoldenWorld {
 public:
  std::string run(const GoldenCommand& command) override {
    return plain(command.name == "pool"     ? add(spec_.pools, pool_of(command))
                 : command.name == "image"  ? add(spec_.images, image_of(command))
                 : command.name == "server" ? set_server(command)
                                            : carry_out(command));
  }

 private:
  template <typename T>
  static std::string add(std::vector<T>& list, T item) {
    list.push_back(std::move(item));
    return "";
  }

  std::string set_server(const GoldenCommand& command) {
    spec_.model_network.server_bandwidth = static_cast<double>(bytes(command, "bandwidth", 0));
    return "";
  }

  sim::Cluster& cluster() {
    if (cluster_ == nullptr) {
      spec_.gpus = cards();
      spec_.models = models();
      cluster_ = std::make_unique<sim::Cluster>(spec_, 1);
      cluster_->run_until(Time{} + 1s);
    }
    return *cluster_;
  }

  std::string carry_out(const GoldenCommand& command) {
    const std::string& name = command.name;
    if (name == "create") return create(command.text);
    if (name == "patch") return patch(command);
    if (name == "set_image") return set_image(command.words);
    if (name == "delete") return remove(command);
    if (name == "run") {
      const Duration time = parse_duration(command.words.at(0)).value();
      cluster().run_until(cluster().simulation().now() + time);
      return "";
    }
    if (name == "fault") {
      const auto done = cluster().inject(command.words.at(0), command.words.at(1));
      return done ? "" : done.error().message + "\n";
    }
    if (name == "pods") return pods();
    if (name == "images") return images(command.words.at(0));
    if (name == "node") return node(command.words.at(0));
    if (name == "labels") return labels(command);
    if (name == "timeline") return timeline(command.words.at(0));
    if (name == "get") return get(command);
    if (name == "events") return events(command);
    if (name == "log") return log(command);
    if (name == "metric") return metric(command);
    if (name == "cpus") return cpus(command.words.at(0));
    if (name == "top") return top(command.words.at(0));
    return "no such command: " + name + "\n";
  }

  static std::string answer(const ApiResponse& response) {
    if (response.ok()) return "";
    return fmt::format("{} {}: {}\n", response.code, response.reason(), response.message());
  }

  std::string create(const std::string& text) {
    const auto documents = sim::parse_yaml(text, "body");
    if (!documents) return documents.error().message + "\n";
    std::string out;
    for (const sim::YamlDocument& document : *documents) {
      const Kind* kind = cluster().api().kinds().by_gvk(document.value["apiVersion"].as_string(),
                                                        document.value["kind"].as_string());
      if (kind == nullptr) return "no such kind\n";
      out += answer(cluster().api().create(kind->resource(), kind->namespaced ? "default" : "",
                                           document.value, "test"));
    }
    return out;
  }

  sim::ObjectKey key_of(const std::string& word) {
    const std::size_t slash = word.find('/');
    for (const Kind* kind : cluster().api().kinds().all()) {
      if (kind->singular != word.substr(0, slash)) continue;
      return {kind->resource(), kind->namespaced ? "default" : "", word.substr(slash + 1)};
    }
    return {};
  }

  std::string patch(const GoldenCommand& command) {
    const auto documents = sim::parse_yaml(command.text, "body");
    if (!documents) return documents.error().message + "\n";
    return answer(cluster().api().merge_patch(key_of(command.words.at(0)), command.get("sub"),
                                              documents->front().value, "test"));
  }

  std::string set_image(const std::vector<std::string>& words) {
    const ObjectPtr pod = cluster().store().get({"pods", "default", words.at(0)});
    Value::Object lists;
    for (const char* list : {"initContainers", "containers"}) {
      Value::Array containers = pod->document["spec"][list].items();
      for (Value& one : containers) {
        if (one["name"].str() == words.at(1)) one = one.with("image", words.at(2));
      }
      if (!containers.empty()) lists.push_back({list, Value::array(std::move(containers))});
    }
    const Value change = Value::object({{"spec", Value::object(std::move(lists))}});
    return answer(cluster().api().merge_patch(pod->key, "", change, "test"));
  }

  std::string remove(const GoldenCommand& command) {
    const std::int64_t grace = command.integer("grace", -1);
    return answer(cluster().api().remove(key_of(command.words.at(0)), "test",
                                         grace < 0 ? std::nullopt : std::optional(grace)));
  }

  std::string pods() {
    std::string out;
    for (const ObjectPtr& pod : cluster().store().list("pods")) {
      out +=
          fmt::format("{} on {}: {}\n", pod->key.name,
                      pod->document["spec"]["nodeName"].as_string("no node"), brief(pod->document));
    }
    return out.empty() ? "none\n" : out;
  }

  std::string images(const std::string& name) {
    const ObjectPtr node = cluster().store().get({"nodes", "", name});
    std::vector<std::string> lines;
    for (const Value& image : node->document["status"]["images"].items()) {
      lines.push_back(fmt::format("{} {}\n", image["names"][std::size_t{0}].as_string(),
                                  image["sizeBytes"].as_int()));
    }
    std::sort(lines.begin(), lines.end());
    return lines.empty() ? "none\n" : fmt::format("{}", fmt::join(lines, ""));
  }

  std::string node(const std::string& name) {
    const ObjectPtr node = cluster().store().get({"nodes", "", name});
    std::string out;
    for (const char* list : {"capacity", "allocatable"}) {
      out += list;
      for (const Value::Member& member : node->document["status"][list].members()) {
        if (member.key == "pods" || member.key.starts_with("hugepages")) continue;
        out += fmt::format(" {}={}", member.key, member.value.as_string());
      }
      out += "\n";
    }
    for (const Value& one : node->document["status"]["conditions"].items()) {
      const std::string_view usual = one["type"].as_string() == "Ready" ? "True" : "False";
      if (one["status"].as_string() == usual) continue;
      out += fmt::format("{}={} {}: {}\n", one["type"].as_string(), one["status"].as_string(),
                         one["reason"].as_string(), one["message"].as_string());
    }
    for (const Value& taint : node->document["spec"]["taints"].items()) {
      out += fmt::format("taint {}:{}\n", taint["key"].as_string(), taint["effect"].as_string());
    }
    return out;
  }

  std::string labels(const GoldenCommand& command) {
    const ObjectPtr node = cluster().store().get({"nodes", "", command.words.at(0)});
    std::vector<std::string> lines;
    for (const Value::Member& label : node->document["metadata"]["labels"].members()) {
      if (!label.key.starts_with(command.get("prefix"))) continue;
      lines.push_back(fmt::format("{}={}\n", label.key, label.value.as_string()));
    }
    std::sort(lines.begin(), lines.end());
    return fmt::format("{}", fmt::join(lines, ""));
  }

  std::string timeline(const std::string& name) {
    std::string out;
    std::string last;
    for (const sim::Change& change : cluster().store().changes_since("pods", 0)) {
      if (change.object->key.name != name) continue;
      const bool is_gone = change.type == sim::ChangeType::kDeleted;
      std::string now = is_gone ? "gone" : brief(change.object->document);
      if (now == last) continue;
      const double at = to_seconds(change.object->written.time_since_epoch());
      out += fmt::format("{:.1f} {}\n", at, now);
      last = std::move(now);
    }
    return out.empty() ? "none\n" : out;
  }

  std::string get(const GoldenCommand& command) {
    const ObjectPtr object = cluster().store().get(key_of(command.words.at(0)));
    if (object == nullptr) return "not found\n";
    Value at = object->document;
    for (const std::string& step : words_of(command.get("path"), '.')) {
      const bool is_index = !step.empty() && step.find_first_not_of("0123456789") == step.npos;
      const Value next = is_index ? at[static_cast<std::size_t>(std::stoi(step))] : at[step];
      at = next;
    }
    return sim::to_json(at) + "\n";
  }

  std::string events(const GoldenCommand& command) {
    std::vector<std::string> order;  // of names of Events, as they were first written
    for (const sim::Change& change : cluster().store().changes_since("events", 0)) {
      if (change.type == sim::ChangeType::kAdded) order.push_back(change.object->key.name);
    }
    std::string out;
    for (const std::string& event_name : order) {
      const ObjectPtr event = cluster().store().get({"events", "default", event_name});
      if (event == nullptr) continue;
      const Value& document = event->document;
      if (document["involvedObject"]["name"].str() != command.words.at(0)) continue;
      const std::string reason = document["reason"].str();
      if (!command.get("reason").empty() && reason != command.get("reason")) continue;
      const std::int64_t count = document["count"].as_int(1);
      out += fmt::format("{} {}{}: {}\n", document["type"].as_string(), reason,
                         count > 1 ? fmt::format(" x{}", count) : "",
                         trimmed(document["message"].as_string()));
    }
    return out.empty() ? "none\n" : out;
  }

  std::string log(const GoldenCommand& command) {
    const auto lines = cluster().kubelets().logs("default", command.words.at(0), "",
                                                 command.integer("previous", 0) != 0);
    if (!lines) return lines.error().message + "\n";
    std::string out;
    for (const sim::LogLine& line : *lines) {
      if (line.text.find(command.get("grep")) == std::string::npos) continue;
      out += fmt::format("{:.1f} {}\n", to_seconds(line.at.time_since_epoch()), line.text);
    }
    return out;
  }

  std::string cpus(const std::string& node) {
    const auto found = cluster().kubelets().faulty("cpus", node);
    if (!found) return found.error().message + "\n";
    sim::Kubelet* const kubelet = *found;
    std::string out = fmt::format("{} shared\n", kubelet->node().cpus.num_shared());
    kubelet->for_each_pod([&](sim::PodWorker& worker) {
      worker.for_each_container([&](const sim::Container& container) {
        if (container.cpus.empty() && container.gpus.empty()) return;
        out += fmt::format(
            "{} {} cpus {}", worker.name(), container.view.name,
            container.cpus.empty() ? "shared" : fmt::format("{}", fmt::join(container.cpus, ",")));
        for (const sim::GpuCard& card : kubelet->node().gpus.cards()) {
          const auto& own = container.gpus;
          const bool has = std::find(own.begin(), own.end(), card.devices[0].get()) != own.end();
          if (has) out += fmt::format(" gpu of node {}", card.numa_node);
        }
        out += "\n";
      });
    });
    return out;
  }

  std::string top(const std::string& node) {
    const auto usage = cluster().api().metrics()->node(node);
    if (!usage) return "none\n";
    return fmt::format("{}m\n", usage->usage.cpu_nanocores / 1'000'000);
  }

  std::string metric(const GoldenCommand& command) {
    std::string out;
    const bool of_kubelet = command.words.at(0).starts_with("kubelet_");
    for (const auto& series :
         cluster().telemetry().latest(command.words.at(0), {}, cluster().simulation().now())) {
      const auto label = [&](const char* name) {
        const auto found = series.labels.find(name);
        return found == series.labels.end() ? std::string("-") : found->second;
      };
      out += fmt::format("{}/{} {} {}\n", label(of_kubelet ? "node" : "Hostname"), label("gpu"),
                         label("pod"), series.points.back().value);
    }
    return out.empty() ? "none\n" : out;
  }

  sim::ClusterSpec spec_;
  std::unique_ptr<sim::Cluster> cluster_;
};

}  // namespace

std::unique_ptr<testing::GoldenWorld> make_node_world() {
  return std::make_unique<NodeWorld>();
}

}  // namespace inferlab
