#include "labs/grade/settle.h"

#include <set>
#include <vector>

#include "sim/cluster/cluster.h"

namespace inferlab::labs {
namespace {

using sim::ObjectKey;
using sim::Value;

ObjectKey key_of(const sim::ApiRequest& request) {
  // A creation may leave the name to the body.
  const std::string name =
      request.name.empty() ? request.body["metadata"]["name"].str() : request.name;
  return {request.resource, request.ns, name};
}

// What a person would have in a manifest: nothing that the server sets.
Value as_manifest(const Value& document) {
  Value out = document.without("status");
  for (const char* field :
       {"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink",
        "deletionTimestamp", "deletionGracePeriodSeconds"}) {
    out = out.without_path({"metadata", field});
  }
  out = out.without_path({"metadata", "annotations", "deployment.kubernetes.io/revision"});
  for (const char* field : {"clusterIP", "clusterIPs"}) {
    if (document["kind"].as_string() == "Service") out = out.without_path({"spec", field});
  }
  return out;
}

}  // namespace

sim::Journal settled_journal(const LabSpec& lab, const sim::Journal& journal) {
  const Time at{lab.apply_at};
  sim::Cluster scratch(lab.cluster, lab.seed);
  scratch.run_until(at);
  std::set<ObjectKey> before;
  for (const std::string& resource : scratch.store().resources()) {
    for (const sim::ObjectPtr& object : scratch.store().list(resource)) before.insert(object->key);
  }
  // In the order in which they were first written: a namespace before what lies in it.
  std::vector<ObjectKey> written;
  std::set<ObjectKey> seen;
  for (const sim::JournalEntry& entry : journal) {
    if (entry.kind != sim::JournalEntry::Kind::kApi) continue;
    // What refers to Pods of the session by name finds none here, and need not.
    if (!scratch.request(entry.request).ok()) continue;
    const ObjectKey key = key_of(entry.request);
    if (key.resource != "pods" && seen.insert(key).second) written.push_back(key);
  }
  sim::Journal out;
  for (const ObjectKey& key : written) {
    const sim::ObjectPtr object = scratch.store().get(key);
    if (object == nullptr) continue;
    sim::JournalEntry entry;
    entry.at = at;
    entry.request.verb = before.count(key) != 0 ? sim::Verb::kUpdate : sim::Verb::kCreate;
    entry.request.resource = key.resource;
    entry.request.ns = key.ns;
    if (before.count(key) != 0) entry.request.name = key.name;
    entry.request.field_manager = "inferlab-check";
    entry.request.body = as_manifest(object->document);
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace inferlab::labs
