#include "labs/grade/event_player.h"

#include <algorithm>
#include <map>
#include <utility>

#include "labs/checks/workload_ref.h"
#include "labs/grade/submission.h"
#include "labs/spec/lab_files.h"
#include "sim/api/custom/printer_path.h"
#include "sim/api/json.h"
#include "sim/api/views.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;

// Source: k8s.io/kubectl/pkg/drain, evictPods: it waits five seconds after a 429.
constexpr Duration kBetweenEvictions = 5s;

bool is_of_daemon_set(const sim::StoredObject& pod) {
  const auto& owners = pod.view<sim::PodView>().meta.owners;
  return std::any_of(owners.begin(), owners.end(), [](const sim::OwnerReference& owner) {
    return owner.controller && owner.kind == "DaemonSet";
  });
}

std::vector<sim::ObjectPtr> pods_on(const sim::Store& store, const std::string& node) {
  std::vector<sim::ObjectPtr> out;
  for (sim::ObjectPtr& pod : store.list("pods")) {
    const sim::PodView& view = pod->view<sim::PodView>();
    if (view.node_name == node && !view.terminal() && !is_of_daemon_set(*pod)) {
      out.push_back(std::move(pod));
    }
  }
  return out;
}

sim::ApiRequest patch(const ObjectRef& ref, Value body) {
  sim::ApiRequest request;
  request.verb = sim::Verb::kPatch;
  request.patch_type = sim::PatchType::kStrategic;
  request.resource = ref.resource;
  request.ns = ref.ns;
  request.name = ref.name;
  request.body = std::move(body);
  return request;
}

// The template of the revision before the present one: what kubectl rollout undo goes back to.
// Source: k8s.io/kubectl/pkg/polymorphichelpers, DeploymentRollbacker.
Value template_before(const sim::Store& store, const sim::StoredObject& deployment) {
  const auto revision_of = [](const sim::StoredObject& object) {
    const std::string text =
        object.document["metadata"]["annotations"]["deployment.kubernetes.io/revision"].str();
    return text.empty() ? std::int64_t{0} : std::strtoll(text.c_str(), nullptr, 10);
  };
  const std::string uid = deployment.document["metadata"]["uid"].str();
  std::int64_t best = 0;
  Value found;
  for (const sim::ObjectPtr& set : store.list("replicasets.apps", deployment.key.ns)) {
    const auto& owners = set->view<sim::ReplicaSetView>().meta.owners;
    const bool is_ours = std::any_of(owners.begin(), owners.end(),
                                     [&](const auto& owner) { return owner.uid == uid; });
    const std::int64_t revision = revision_of(*set);
    if (!is_ours || revision >= revision_of(deployment) || revision <= best) continue;
    best = revision;
    found =
        set->document["spec"]["template"].without_path({"metadata", "labels", "pod-template-hash"});
  }
  return found;
}

Value with_image(const Value& pod_template, const std::string& container,
                 const std::string& image) {
  Value::Array containers;
  const Value& list = pod_template["spec"]["containers"];
  for (const Value& each : list.items()) {
    if (!container.empty() && each["name"].as_string() != container) continue;
    containers.push_back(Value::object({{"name", each["name"]}, {"image", image}}));
  }
  return Value::object().with_path({"spec", "template", "spec", "containers"},
                                   Value::array(std::move(containers)));
}

std::string text_at(const Value& document, const std::string& path) {
  const std::vector<Value> found = sim::find_by_path(document, path);
  if (found.empty()) return {};
  return found.front().is_string() ? found.front().str() : sim::to_json(found.front());
}

/// What an operator finds who looks for the newest object; empty: there is none.
std::string newest_value(sim::Cluster& run, const RunEvent::Fill& fill) {
  std::string newest, value;
  for (const sim::Kind* kind : run.api().kinds().all()) {
    if (kind->kind != fill.kind) continue;
    for (const sim::ObjectPtr& object : run.store().list(kind->storage().resource())) {
      const bool fits = std::all_of(fill.where.begin(), fill.where.end(), [&](const auto& wanted) {
        return text_at(object->document, wanted.first) == wanted.second;
      });
      const std::string created = object->document["metadata"]["creationTimestamp"].str();
      if (!fits || created < newest) continue;
      newest = created;
      value = text_at(object->document, fill.path);
    }
  }
  return value;
}

}  // namespace

void EventPlayer::run_until(Time end) {
  while (true) {
    Time due = end;
    bool is_event = false;
    Drain* again = nullptr;
    for (Drain& drain : drains_) {
      if (drain.next > due || (again != nullptr && drain.next >= due)) continue;
      due = drain.next;
      again = &drain;
    }
    if (next_ < events_.size() && Time{events_[next_].at} <= due) {
      due = Time{events_[next_].at};
      is_event = true;
    }
    run_.run_until(due);
    if (is_event) {
      carry_out(events_[next_++]);
    } else if (again != nullptr) {
      ask_again(*again);
      std::erase_if(drains_, [](const Drain& drain) { return drain.node.empty(); });
    } else {
      return;
    }
  }
}

void EventPlayer::skip_until(Time now) {
  while (next_ < events_.size() && Time{events_[next_].at} <= now) ++next_;
}

std::string EventPlayer::node_of(const RunEvent& event) const {
  if (!event.node.empty()) return event.node;
  const auto ref = object_ref(event.workload);
  if (!ref) return {};
  std::map<std::string, int> counts;
  for (const sim::ObjectPtr& pod : pods_of(run_.store(), *ref)) {
    const sim::PodView& view = pod->view<sim::PodView>();
    if (!view.node_name.empty() && !view.terminal()) ++counts[view.node_name];
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
        return a.second < b.second;  // the first of several: by name
      });
  return most == counts.end() ? std::string() : most->first;
}

void EventPlayer::write(sim::ApiRequest request) {
  request.field_manager = kLabManager;
  (void)run_.request(request);  // refused: part of what happens
}

void EventPlayer::begin_drain(const std::string& node) {
  write(patch({"nodes", "", node}, Value::object().with_path({"spec", "unschedulable"}, true)));
  drains_.push_back({node, run_.simulation().now()});
  ask_again(drains_.back());
  std::erase_if(drains_, [](const Drain& drain) { return drain.node.empty(); });
}

void EventPlayer::ask_again(Drain& drain) {
  const std::vector<sim::ObjectPtr> pods = pods_on(run_.store(), drain.node);
  for (const sim::ObjectPtr& pod : pods) {
    if (pod->view<sim::PodView>().meta.deletion_timestamp) continue;
    sim::ApiRequest eviction;
    eviction.verb = sim::Verb::kCreate;
    eviction.resource = "pods";
    eviction.ns = pod->key.ns;
    eviction.name = pod->key.name;
    eviction.subresource = "eviction";
    eviction.body = Value::object({{"apiVersion", "policy/v1"}, {"kind", "Eviction"}})
                        .with_path({"metadata", "name"}, Value(pod->key.name))
                        .with_path({"metadata", "namespace"}, Value(pod->key.ns));
    write(eviction);
  }
  if (pods.empty()) {
    drain.node.clear();  // done
  } else {
    drain.next = run_.simulation().now() + kBetweenEvictions;
  }
}

void EventPlayer::apply_file(const std::string& file) {
  const auto text = lab_file(lab_, file);
  if (text) apply_text(text->text, file);
}

void EventPlayer::apply_answer(const RunEvent& event) {
  const auto found = late_files_.find(event.file);
  if (found == late_files_.end()) return;
  std::string text = found->second;
  for (const RunEvent::Fill& fill : event.fill) {
    const std::string value = newest_value(run_, fill);
    if (value.empty()) continue;  // there is nothing to look up: the word stays
    for (std::size_t at = text.find(fill.word); at != std::string::npos;
         at = text.find(fill.word, at + value.size())) {
      text.replace(at, fill.word.size(), value);
    }
  }
  apply_text(text, event.file);
}

void EventPlayer::apply_text(const std::string& text, const std::string& file) {
  const auto documents = sim::parse_yaml(text, file);
  if (!documents) return;
  for (const sim::YamlDocument& document : *documents)
    (void)apply_document(document, file, run_, kLabManager);
}

void EventPlayer::carry_out(const RunEvent& event) {
  using Kind = RunEvent::Kind;
  if (event.kind == Kind::kApply) return apply_file(event.file);
  if (event.kind == Kind::kApplyAnswer) return apply_answer(event);
  if (event.kind == Kind::kDelete) {
    const auto ref = object_ref(event.what + " " + event.workload);
    if (!ref) return;
    sim::ApiRequest request;
    request.verb = sim::Verb::kDelete;
    request.resource = ref->resource;
    request.ns = ref->ns;
    request.name = ref->name;
    return write(request);
  }
  if (event.kind == Kind::kFault || event.kind == Kind::kDrain || event.kind == Kind::kUncordon) {
    const std::string node = node_of(event);
    if (node.empty()) return;
    if (event.kind == Kind::kDrain) return begin_drain(node);
    if (event.kind == Kind::kUncordon) {
      std::erase_if(drains_, [&](const Drain& drain) { return drain.node == node; });
      return write(
          patch({"nodes", "", node}, Value::object().with_path({"spec", "unschedulable"}, false)));
    }
    std::string target = node;
    if (event.fault == "container-crash") {
      const auto ref = object_ref(event.workload);
      const auto pods = ref ? pods_of(run_.store(), *ref) : std::vector<sim::ObjectPtr>{};
      if (pods.empty()) return;
      target = pods.front()->key.ns + "/" + pods.front()->key.name;
    }
    (void)run_.inject(event.fault, event.detail.empty() ? target : target + "/" + event.detail);
    return;
  }
  const auto ref = object_ref(event.workload);
  const sim::ObjectPtr object =
      ref ? run_.store().get({ref->resource, ref->ns, ref->name}) : nullptr;
  if (object == nullptr) return;
  if (event.kind == Kind::kRestart) {
    write(patch(*ref, Value::object().with_path({"spec", "template", "metadata", "annotations",
                                                 "kubectl.kubernetes.io/restartedAt"},
                                                format_rfc3339(run_.simulation().now()))));
  } else if (event.kind == Kind::kSetImage) {
    write(patch(*ref, with_image(object->document["spec"]["template"], event.what, event.image)));
  } else if (event.kind == Kind::kScale) {
    write(patch(*ref, Value::object().with_path({"spec", "replicas"}, event.replicas)));
  } else if (event.kind == Kind::kUndo) {
    const Value before = template_before(run_.store(), *object);
    if (before.is_null()) return;
    sim::ApiRequest request =
        patch(*ref, Value::array({Value::object(
                        {{"op", "replace"}, {"path", "/spec/template"}, {"value", before}})}));
    request.patch_type = sim::PatchType::kJson;
    write(request);
  }
}

}  // namespace inferlab::labs
