#include "labs/checks/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/api/views.h"

namespace inferlab::labs {
namespace {

using sim::ObjectPtr;
using sim::PodView;
using sim::Value;

bool controlled_by(const sim::MetaView& meta, std::string_view kind,
                   const std::set<std::string>& uids) {
  const sim::OwnerReference* owner = meta.controller();
  return owner != nullptr && owner->kind == kind && uids.count(owner->uid) != 0;
}

std::string container_trouble(const Value& pod) {
  for (const Value& status : pod["status"]["containerStatuses"].items()) {
    const Value& waiting = status["state"]["waiting"];
    if (waiting.is_null()) continue;
    return fmt::format("container {} is waiting: {}", status["name"].as_string(),
                       waiting["reason"].as_string());
  }
  return {};
}

const Value* condition(const Value& pod, std::string_view type) {
  for (const Value& each : pod["status"]["conditions"].items()) {
    if (each["type"].as_string() == type) return &each;
  }
  return nullptr;
}

}  // namespace

std::string no_deployment(std::string_view ns, std::string_view deployment) {
  return fmt::format("there is no Deployment {}/{}", ns, deployment);
}

std::optional<Workload> Workload::find(const sim::Store& store, std::string_view ns,
                                       std::string_view deployment) {
  Workload out;
  out.store_ = &store;
  out.deployment_ = store.get({"deployments.apps", std::string(ns), std::string(deployment)});
  if (out.deployment_ == nullptr) return std::nullopt;
  const std::set<std::string> own_uid = {out.deployment_->document["metadata"]["uid"].str()};
  std::set<std::string> set_uids;
  for (const sim::Change& change : store.changes_since("replicasets.apps", 0)) {
    const sim::MetaView meta(change.object->document["metadata"]);
    if (controlled_by(meta, "Deployment", own_uid)) set_uids.insert(meta.uid);
  }
  std::map<std::string, ObjectPtr> ever;  // by uid
  for (const sim::Change& change : store.changes_since("pods", 0)) {
    const sim::MetaView meta(change.object->document["metadata"]);
    if (controlled_by(meta, "ReplicaSet", set_uids)) ever[meta.uid] = change.object;
  }
  for (const auto& [uid, pod] : ever) out.all_pods_.push_back(pod);
  std::sort(out.all_pods_.begin(), out.all_pods_.end(),
            [](const ObjectPtr& a, const ObjectPtr& b) { return a->key < b->key; });
  for (const ObjectPtr& pod : store.list("pods", ns)) {
    if (controlled_by(pod->view<PodView>().meta, "ReplicaSet", set_uids)) out.pods_.push_back(pod);
  }
  return out;
}

std::string Workload::name() const {
  return fmt::format("Deployment {}/{}", deployment_->key.ns, deployment_->key.name);
}

std::int64_t Workload::restarts() const {
  std::int64_t sum = 0;
  for (const ObjectPtr& pod : all_pods_) {
    for (const Value& status : pod->document["status"]["containerStatuses"].items()) {
      sum += status["restartCount"].as_int();
    }
  }
  return sum;
}

std::optional<Time> Workload::first_available(std::int64_t replicas) const {
  for (const sim::Change& change : store_->changes_since("deployments.apps", 0)) {
    if (change.object->key != deployment_->key) continue;
    if (change.object->document["status"]["availableReplicas"].as_int() >= replicas) {
      return change.object->written;
    }
  }
  return std::nullopt;
}

std::string Workload::trouble() const {
  if (pods_.empty()) return fmt::format("{} has no Pods", name());
  for (const ObjectPtr& pod : pods_) {
    const Value& document = pod->document;
    const std::string_view phase = document["status"]["phase"].as_string();
    const Value* scheduled = condition(document, "PodScheduled");
    if (scheduled != nullptr && (*scheduled)["status"].as_string() == "False") {
      return fmt::format("Pod {} is {}: {}", pod->key.name, phase,
                         (*scheduled)["message"].as_string());
    }
    if (const std::string waiting = container_trouble(document); !waiting.empty()) {
      return fmt::format("Pod {} is {}: {}", pod->key.name, phase, waiting);
    }
    if (!pod->view<PodView>().ready) {
      return fmt::format("Pod {} is {} and not Ready", pod->key.name, phase);
    }
  }
  return fmt::format("{} is well", name());
}

}  // namespace inferlab::labs
