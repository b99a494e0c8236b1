#include "tests/sim/cluster/storage_world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "sim/api/json.h"
#include "sim/api/yaml.h"
#include "sim/cluster/cluster.h"
#include "tests/sim/cluster/add_on_world.h"

namespace inferlab {
namespace {

using sim::ApiResponse;
using sim::Kind;
using sim::ObjectPtr;
using sim::Value;
using testing::GoldenCommand;

sim::ClusterSpec two_zones() {
  sim::ClusterSpec spec;
  for (const char* zone : {"a", "b"}) {
    sim::NodePoolSpec pool;
    pool.name = zone;
    pool.zone = std::string("zone-") + zone;
    spec.pools.push_back(pool);
  }
  sim::ImageSpec image;
  image.repository = "registry.local/tool";
  image.tags = {"v1"};
  image.digest = "sha256:aa";
  image.size_bytes = 5'000'000;
  image.behaviour = sim::ImageSpec::Behaviour::kSleeper;
  spec.images = {image};
  sim::StorageClassSpec fast;
  fast.name = "fast";
  fast.driver.name = "disk.csi.example.com";
  fast.driver.topology_key = "topology.kubernetes.io/zone";
  fast.is_default = true;
  sim::StorageClassSpec now = fast;
  now.name = "now";
  now.driver.name = "anywhere.csi.example.com";
  now.driver.topology_key.clear();
  now.driver.snapshot_bandwidth = 104'857'600;
  now.is_default = false;
  now.waits_for_first_consumer = false;
  sim::StorageClassSpec share = now;
  share.name = "share";
  share.driver.name = "files.example.com";
  share.driver.attaches = false;
  share.driver.shared = true;
  spec.storage = {fast, now, share};
  spec.add_ons = {shipped_add_on("volume-snapshots"), shipped_add_on("snapscheduler")};
  return spec;
}

std::string plain(const std::string& text) {
  static const std::regex kUid("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  return std::regex_replace(text, kUid, "<uid>");
}

// Some of Kubernetes' messages end in a space, which no text file should.
std::string_view without_last_space(std::string_view text) {
  return text.ends_with(' ') ? text.substr(0, text.size() - 1) : text;
}

std::string texts(const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.items()) {
    out.push_back(item.is_string() ? item.str() : item["name"].str());
  }
  return out.empty() ? "-" : fmt::format("{}", fmt::join(out, ","));
}

class StorageWorld final : public testing::GoldenWorld {
 public:
  StorageWorld() : cluster_(two_zones(), 1) { run_for(1s); }

  std::string run(const GoldenCommand& command) override { return plain(carry_out(command)); }

 private:
  std::string carry_out(const GoldenCommand& command) {
    const std::string& name = command.name;
    if (name == "create") return create(command.text);
    if (name == "patch") return patch(command);
    if (name == "delete") return remove(command);
    if (name == "run") {
      run_for(parse_duration(command.words.at(0)).value());
      return "";
    }
    if (name == "fault") {
      const auto done = cluster_.inject(command.words.at(0), command.words.at(1));
      return done ? "" : done.error().message + "\n";
    }
    if (name == "claims") return claims();
    if (name == "volumes") return volumes();
    if (name == "pods") return pods();
    if (name == "attachments") return attachments();
    if (name == "nodes") return nodes();
    if (name == "snapshots") return snapshots();
    if (name == "get") return get(command);
    if (name == "events") return events(command.words.at(0));
    return "no such command: " + name + "\n";
  }

  void run_for(Duration duration) { cluster_.run_until(cluster_.simulation().now() + duration); }

  static std::string answer(const ApiResponse& response) {
    if (response.ok()) return "";
    return fmt::format("{} {}: {}\n", response.code, response.reason(), response.message());
  }

  std::string remove(const GoldenCommand& command) {
    const std::int64_t grace = command.integer("grace", -1);
    return answer(cluster_.api().remove(key_of(command.words.at(0)), "test",
                                        grace < 0 ? std::nullopt : std::optional(grace)));
  }

  std::string create(const std::string& text) {
    const auto documents = sim::parse_yaml(text, "body");
    if (!documents) return documents.error().message + "\n";
    std::string out;
    for (const sim::YamlDocument& document : *documents) {
      const Kind* kind = cluster_.api().kinds().by_gvk(document.value["apiVersion"].as_string(),
                                                       document.value["kind"].as_string());
      if (kind == nullptr) return "no such kind\n";
      out += answer(cluster_.api().create(kind->resource(), kind->namespaced ? "default" : "",
                                          document.value, "test"));
    }
    return out;
  }

  sim::ObjectKey key_of(const std::string& word) {
    const std::size_t slash = word.find('/');
    for (const Kind* kind : cluster_.api().kinds().all()) {
      const std::string name = word.substr(0, slash);
      const auto& shorts = kind->short_names;
      if (kind->singular == name || std::find(shorts.begin(), shorts.end(), name) != shorts.end())
        return {kind->resource(), kind->namespaced ? "default" : "", word.substr(slash + 1)};
    }
    return {};
  }

  std::string patch(const GoldenCommand& command) {
    const auto documents = sim::parse_yaml(command.text, "body");
    if (!documents) return documents.error().message + "\n";
    return answer(cluster_.api().merge_patch(key_of(command.words.at(0)), command.get("sub"),
                                             documents->front().value, "test"));
  }

  std::string claims() {
    std::string out;
    for (const ObjectPtr& claim : cluster_.store().list("persistentvolumeclaims")) {
      const Value& document = claim->document;
      const Value& volume = document["spec"]["volumeName"];
      const Value& capacity = document["status"]["capacity"]["storage"];
      out += fmt::format("{} {}{}{}\n", claim->key.name, document["status"]["phase"].as_string(),
                         volume.empty() ? "" : " " + volume.str(),
                         capacity.empty() ? "" : " " + capacity.str());
    }
    return out.empty() ? "none\n" : out;
  }

  std::string volumes() {
    std::string out;
    for (const ObjectPtr& volume : cluster_.store().list("persistentvolumes")) {
      const Value& spec = volume->document["spec"];
      const Value& claim = spec["claimRef"];
      const Value& terms = spec["nodeAffinity"]["required"]["nodeSelectorTerms"];
      const Value& place = terms[std::size_t{0}]["matchExpressions"][std::size_t{0}]["values"];
      out += fmt::format("{} {} {}", volume->key.name, spec["capacity"]["storage"].as_string(),
                         volume->document["status"]["phase"].as_string());
      if (!claim.is_null()) out += " for " + claim["name"].str();
      if (!place.empty()) out += " in " + texts(place);
      out += "\n";
    }
    return out.empty() ? "none\n" : out;
  }

  std::string pods() {
    std::string out;
    for (const ObjectPtr& pod : cluster_.store().list("pods")) {
      const Value& document = pod->document;
      const Value& first = document["status"]["containerStatuses"][std::size_t{0}];
      const std::string waits = first["state"]["waiting"]["reason"].str();
      out += fmt::format(
          "{} {} on {}{}{}\n", pod->key.name, document["status"]["phase"].as_string(),
          document["spec"]["nodeName"].as_string("no node"), waits.empty() ? "" : " " + waits,
          document["metadata"].has("deletionTimestamp") ? " deleting" : "");
    }
    return out.empty() ? "none\n" : out;
  }

  std::string attachments() {
    std::vector<std::string> lines;
    for (const ObjectPtr& one : cluster_.store().list("volumeattachments.storage.k8s.io")) {
      const Value& spec = one->document["spec"];
      lines.push_back(fmt::format("{} to {}: {}\n",
                                  spec["source"]["persistentVolumeName"].as_string(),
                                  spec["nodeName"].as_string(),
                                  one->document["metadata"].has("deletionTimestamp") ? "leaving"
                                  : one->document["status"]["attached"].as_bool()    ? "attached"
                                                                                     : "not yet"));
    }
    std::sort(lines.begin(), lines.end());
    return lines.empty() ? "none\n" : fmt::format("{}", fmt::join(lines, ""));
  }

  std::string nodes() {
    std::string out;
    for (const ObjectPtr& node : cluster_.store().list("nodes")) {
      const Value& status = node->document["status"];
      out += fmt::format("{}: attached {}, in use {}\n", node->key.name,
                         texts(status["volumesAttached"]), texts(status["volumesInUse"]));
    }
    return out;
  }

  std::string snapshots() {
    std::string out;
    for (const char* resource : {"volumesnapshots.snapshot.storage.k8s.io",
                                 "volumesnapshotcontents.snapshot.storage.k8s.io"}) {
      for (const ObjectPtr& one : cluster_.store().list(resource)) {
        const Value& status = one->document["status"];
        out += fmt::format(
            "{}{} {}{}{}{}, {}\n", one->key.name,
            one->document["metadata"].has("deletionTimestamp") ? " leaving" : "",
            status["readyToUse"].as_bool() ? "ready" : "not ready",
            status.has("restoreSize") ? " size " + (status["restoreSize"].is_string()
                                                        ? status["restoreSize"].str()
                                                        : sim::to_json(status["restoreSize"]))
                                      : "",
            status["error"]["message"].empty() ? "" : " (" + status["error"]["message"].str() + ")",
            status.has("creationTime") ? " taken" : "",
            texts(one->document["metadata"]["finalizers"]));
      }
    }
    return out.empty() ? "none\n" : out;
  }

  std::string get(const GoldenCommand& command) {
    const ObjectPtr object = cluster_.store().get(key_of(command.words.at(0)));
    if (object == nullptr) return "not found\n";
    Value at = object->document;
    std::istringstream path(command.get("path"));
    for (std::string step; std::getline(path, step, '.');) {
      const Value next = at[step];
      at = next;
    }
    return sim::to_json(at) + "\n";
  }

  std::string events(const std::string& name) {
    std::vector<std::string> order;  // of names of Events, as they were first written
    for (const sim::Change& change : cluster_.store().changes_since("events", 0)) {
      if (change.type == sim::ChangeType::kAdded) order.push_back(change.object->key.name);
    }
    std::string out;
    for (const std::string& event_name : order) {
      const ObjectPtr event = cluster_.store().get({"events", "default", event_name});
      if (event == nullptr) continue;
      const Value& document = event->document;
      if (plain(document["involvedObject"]["name"].str()) != name) continue;
      const std::int64_t count = document["count"].as_int(1);
      out +=
          fmt::format("{} {}{}: {}\n", document["type"].as_string(), document["reason"].as_string(),
                      count > 1 ? fmt::format(" x{}", count) : "",
                      without_last_space(document["message"].as_string()));
    }
    return out.empty() ? "none\n" : out;
  }

  sim::Cluster cluster_;
};

}  // namespace

std::unique_ptr<testing::GoldenWorld> make_storage_world() {
  return std::make_unique<StorageWorld>();
}

}  // namespace inferlab
