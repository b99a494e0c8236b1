#include "labs/checks/data_inventory.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "labs/checks/objects_at.h"
#include "sim/api/base64.h"
#include "sim/api/views.h"
#include "sim/node/files.h"
#include "sim/node/kubelets.h"
#include "sim/node/volume_contents.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr std::string_view kSnapshots = "volumesnapshots.snapshot.storage.k8s.io";
constexpr std::string_view kContents = "volumesnapshotcontents.snapshot.storage.k8s.io";

bool is_of_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

/// What places of Files stand for, as it was at a time.
class Places {
 public:
  Places(const sim::Store& store, Time at) {
    for (const sim::ObjectPtr& volume : objects_at(store, "persistentvolumes", at)) {
      const Value& claim = volume->document["spec"]["claimRef"];
      const std::string_view phase = volume->document["status"]["phase"].as_string();
      const bool is_bound = phase == "Bound";
      names_[sim::place_of_volume(*volume)] = {
          is_bound ? DataStore::kClaims : DataStore::kReleased,
          is_bound ? fmt::format("the volume of claim {}/{}", claim["namespace"].as_string(),
                                 claim["name"].as_string())
                   : fmt::format("PersistentVolume {}, which is {}", volume->key.name, phase)};
    }
    std::set<std::pair<std::string, std::string>> wanted;
    for (const sim::ObjectPtr& snapshot : objects_at(store, std::string(kSnapshots), at)) {
      wanted.emplace(snapshot->key.ns, snapshot->key.name);
    }
    for (const sim::ObjectPtr& content : objects_at(store, std::string(kContents), at)) {
      const Value& of = content->document["spec"]["volumeSnapshotRef"];
      const bool is_wanted = wanted.contains({of["namespace"].str(), of["name"].str()});
      names_[sim::place_of_snapshot(content->document)] = {
          DataStore::kSnapshots,
          is_wanted ? fmt::format("the snapshot of VolumeSnapshot {}/{}",
                                  of["namespace"].as_string(), of["name"].as_string())
                    : fmt::format("the snapshot of VolumeSnapshotContent {}", content->key.name)};
    }
    for (const sim::Change& change : store.changes_since("pods", 0)) {
      pods_[change.object->document["metadata"]["uid"].str()] =
          change.object->key.ns + "/" + change.object->key.name;
    }
  }

  [[nodiscard]] std::pair<DataStore, std::string> of(const std::string& place) const {
    const auto known = names_.find(place);
    if (known != names_.end()) return known->second;
    if (place.starts_with("snapshot/")) {
      return {DataStore::kSnapshots,
              "a snapshot that no VolumeSnapshotContent stands for any more"};
    }
    const std::size_t slash = place.find('/');
    const std::string rest = place.substr(slash + 1);
    if (place.starts_with("host/")) return {DataStore::kNodes, "the disk of node " + rest};
    if (place.starts_with("pod/") || place.starts_with("layer/")) {
      const auto pod = pods_.find(rest.substr(0, rest.find('/')));
      return {DataStore::kPods,
              "the disk of Pod " + (pod == pods_.end() ? std::string("?") : pod->second)};
    }
    return {DataStore::kReleased, "a volume that no PersistentVolume stands for any more"};
  }

 private:
  std::map<std::string, std::pair<DataStore, std::string>> names_;
  std::map<std::string, std::string> pods_;  // by uid
};

bool names_word(const Value& object, bool is_secret, std::string_view word) {
  for (const Value::Member& member : object["data"].members()) {
    const std::string text =
        is_secret ? sim::from_base64(member.value.as_string()).value_or(std::string())
                  : member.value.str();
    if (has_word(member.key, word) || has_word(text, word)) return true;
  }
  for (const Value::Member& note : object["metadata"]["annotations"].members()) {
    if (has_word(note.value.as_string(), word)) return true;
  }
  return false;
}

void add_objects(const sim::Store& store, std::string_view word, std::vector<DataItem>& out) {
  constexpr std::pair<const char*, const char*> kKinds[] = {{"configmaps", "ConfigMap"},
                                                            {"secrets", "Secret"}};
  for (const auto& [resource, kind] : kKinds) {
    std::map<sim::ObjectKey, DataItem> open;
    for (const sim::Change& change : store.changes_since(resource, 0)) {
      const sim::ObjectKey& key = change.object->key;
      const bool is_copy = change.type != sim::ChangeType::kDeleted &&
                           names_word(change.object->document, kind[0] == 'S', word);
      const auto found = open.find(key);
      if (is_copy && found == open.end()) {
        open[key] = {.store = DataStore::kObjects,
                     .where = fmt::format("{} {}/{}", kind, key.ns, key.name),
                     .from = change.object->written};
      } else if (!is_copy && found != open.end()) {
        found->second.to = change.object->written;
        out.push_back(std::move(found->second));
        open.erase(found);
      }
    }
    for (auto& [key, item] : open) out.push_back(std::move(item));
  }
}

void add_logs(sim::Cluster& run, std::string_view word, std::vector<DataItem>& out) {
  for (const sim::ObjectPtr& pod : run.store().list("pods")) {
    const sim::PodView& view = pod->view<sim::PodView>();
    for (const auto* list : {&view.init_containers, &view.containers}) {
      for (const sim::ContainerView& container : *list) {
        for (const bool previous : {false, true}) {
          const auto lines =
              run.kubelets().logs(pod->key.ns, pod->key.name, container.name, previous);
          if (!lines) continue;
          for (const sim::LogLine& line : *lines) {
            if (!has_word(line.text, word)) continue;
            out.push_back({.store = DataStore::kLogs,
                           .where = fmt::format("the log of Pod {}/{}", pod->key.ns, pod->key.name),
                           .from = line.at});
            break;
          }
        }
      }
    }
  }
}

}  // namespace

bool has_word(std::string_view text, std::string_view word) {
  if (word.empty()) return false;
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_of_word(text[at - 1]);
    if (begins && (end == text.size() || !is_of_word(text[end]))) return true;
  }
  return false;
}

std::vector<DataItem> files_of_run(sim::Cluster& run, Time at) {
  const Places places(run.store(), at);
  std::vector<DataItem> out;
  for (sim::Files::Record& record : run.kubelets().files().records()) {
    if (record.place.starts_with("given/")) continue;  // what a ConfigMap or Secret holds
    auto [store, where] = places.of(record.place);
    out.push_back({.store = store,
                   .where = std::move(where),
                   .path = std::move(record.path),
                   .place = std::move(record.place),
                   .text = std::move(record.text),
                   .from = record.from,
                   .to = record.to});
  }
  return out;
}

std::vector<DataItem> copies_in_run(sim::Cluster& run, std::string_view word, Time at) {
  std::vector<DataItem> out;
  const std::vector<sim::Files::Record> records = run.kubelets().files().records();
  const Places places(run.store(), at);
  for (const sim::Files::Record& record : records) {
    if (record.place.starts_with("given/")) continue;
    if (!has_word(record.path, word) && !has_word(record.text, word)) continue;
    auto [store, where] = places.of(record.place);
    out.push_back({.store = store,
                   .where = std::move(where),
                   .path = record.path,
                   .place = record.place,
                   .from = record.from,
                   .to = record.to});
  }
  add_objects(run.store(), word, out);
  add_logs(run, word, out);
  return out;
}

}  // namespace inferlab::labs
