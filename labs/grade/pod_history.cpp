#include "labs/grade/pod_history.h"

#include <algorithm>
#include <map>

#include "sim/api/views.h"

namespace inferlab::labs {
namespace {

using sim::ChangeType;

std::int64_t gpus_of(const sim::Resources& requests) {
  std::int64_t out = 0;
  for (const auto& [name, amount] : requests) {
    if (name.starts_with("nvidia.com/")) out += amount.units();
  }
  return out;
}

std::int64_t restarts_of(const sim::Value& pod) {
  std::int64_t out = 0;
  for (const sim::Value& status : pod["status"]["containerStatuses"].items()) {
    out += status["restartCount"].as_int();
  }
  return out;
}

}  // namespace

std::vector<PodLife> pod_lives(const sim::Cluster& run) {
  std::vector<PodLife> out;
  std::map<sim::ObjectKey, std::size_t> index;  // of those that live
  for (const sim::Change& change : run.store().changes_since("pods", 0)) {
    const sim::StoredObject& object = *change.object;
    const auto& pod = object.view<sim::PodView>();
    if (change.type == ChangeType::kAdded) {
      index[object.key] = out.size();
      PodLife& life = out.emplace_back();
      life.ns = pod.meta.ns;
      life.name = pod.meta.name;
      life.gpus = gpus_of(pod.requests);
    }
    const auto found = index.find(object.key);
    if (found == index.end()) continue;
    PodLife& life = out[found->second];
    const bool is_gone = change.type == ChangeType::kDeleted;
    const bool ready = pod.ready && !is_gone;
    const bool was_ready = !life.turns.empty() && life.turns.back().ready;
    if (!life.bound && !pod.node_name.empty()) {
      life.bound = object.written;
      life.node = pod.node_name;
    }
    if (ready != was_ready) life.turns.push_back({object.written, ready});
    life.restarts = std::max(life.restarts, restarts_of(object.document));
    if (!life.ended && (is_gone || pod.terminal())) life.ended = object.written;
    if (is_gone) index.erase(found);
  }
  return out;
}

}  // namespace inferlab::labs
