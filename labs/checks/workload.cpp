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

}  // namespace inferlab::labs
