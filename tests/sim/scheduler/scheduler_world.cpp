#include "tests/sim/scheduler/scheduler_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>
#include <vector>

#include "sim/api/json.h"
#include "sim/api/kind.h"

namespace inferlab {
namespace {

using sim::Value;

bool is_resource(const std::string& key) {
  return key == "cpu" || key == "memory" || key == "pods" || key == "ephemeral-storage" ||
         key.find('/') != std::string::npos;
}

// All of them, or extended resources only: those need a limit.
Value resources(const testing::GoldenCommand& command, bool extended_only = false) {
  Value::Object out;
  for (const auto& [key, amount] : command.args) {
    if (!is_resource(key) || (extended_only && key.find('/') == std::string::npos)) continue;
    out.push_back({key, amount});
  }
  return Value::object(std::move(out));
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

Value pairs(const std::string& text) {
  Value::Object out;
  for (const std::string& word : words(text)) {
    const std::size_t equals = word.find('=');
    out.push_back({word.substr(0, equals), word.substr(equals + 1)});
  }
  return Value::object(std::move(out));
}

Value required_hostname(const std::string& node) {
  const Value expression = Value::object({{"key", "kubernetes.io/hostname"},
                                          {"operator", "In"},
                                          {"values", Value::array({Value(node)})}});
  const Value term = Value::object({{"matchExpressions", Value::array({expression})}});
  return Value::object(
      {{"required", Value::object({{"nodeSelectorTerms", Value::array({term})}})}});
}

// "key=value:Effect"; value and effect may be missing.
struct KeyValueEffect {
  std::string key;
  bool has_value = false;
  std::string value, effect;
  explicit KeyValueEffect(std::string text) {
    if (const std::size_t colon = text.rfind(':'); colon != std::string::npos) {
      effect = text.substr(colon + 1);
      text.resize(colon);
    }
    if (const std::size_t equals = text.find('='); equals != std::string::npos) {
      has_value = true;
      value = text.substr(equals + 1);
      text.resize(equals);
    }
    if (text != "*") key = text;
  }
};

Value taints(const std::string& text) {
  Value::Array out;
  for (const std::string& word : words(text)) {
    const KeyValueEffect taint(word);
    Value entry = Value::object({{"key", taint.key}, {"effect", taint.effect}});
    out.push_back(taint.has_value ? entry.with("value", taint.value) : entry);
  }
  return Value::array(std::move(out));
}

// "name=bytes".
Value images(const std::string& text) {
  Value::Array out;
  for (const std::string& word : words(text)) {
    const std::size_t equals = word.rfind('=');
    const std::vector<std::string> names = {word.substr(0, equals)};
    out.push_back(Value::object(
        {{"names", Value::strings(names)},
         {"sizeBytes", static_cast<std::int64_t>(std::stoll(word.substr(equals + 1)))}}));
  }
  return Value::array(std::move(out));
}

Value tolerations(const std::string& text) {
  Value::Array out;
  for (const std::string& word : words(text)) {
    const KeyValueEffect toleration(word);
    Value entry = Value::object({{"operator", toleration.has_value ? "Equal" : "Exists"}});
    if (!toleration.key.empty()) entry = entry.with("key", toleration.key);
    if (toleration.has_value) entry = entry.with("value", toleration.value);
    if (!toleration.effect.empty()) entry = entry.with("effect", toleration.effect);
    out.push_back(entry);
  }
  return Value::array(std::move(out));
}

}  // namespace

SchedulerWorld::SchedulerWorld(std::uint64_t seed,
                               const std::vector<sim::SchedulerProfile>& profiles)
    : simulation(seed), api(simulation, store), scheduler(api, profiles) {
  put_namespace("default", {});
  scheduler.start();
  store.subscribe([this](const sim::Change& change) { see_volumes(change); });
}

void SchedulerWorld::see_volumes(const sim::Change& change) {
  const sim::ObjectKey& key = change.object->key;
  const Value& document = change.object->document;
  if (change.type != sim::ChangeType::kModified) return;
  if (key.resource == "persistentvolumes") {
    const Value& claim = document["spec"]["claimRef"];
    const sim::ObjectKey claim_key{"persistentvolumeclaims", claim["namespace"].str(),
                                   claim["name"].str()};
    if (!claim.is_null()) bind_claim(claim_key, key.name);
  } else if (key.resource == "persistentvolumeclaims" && document["spec"]["volumeName"].empty()) {
    const std::string node =
        document["metadata"]["annotations"]["volume.kubernetes.io/selected-node"].str();
    if (node.empty()) return;
    const sim::ObjectPtr storage = store.get(
        {"storageclasses.storage.k8s.io", "", document["spec"]["storageClassName"].str()});
    const Value volume = Value::object(
        {{"spec",
          Value::object({{"csi", Value::object({{"driver", storage->document["provisioner"]},
                                                {"volumeHandle", key.ns + "/" + key.name}})},
                         {"nodeAffinity", required_hostname(node)}})},
         {"status", Value::object({{"phase", "Bound"}})}});
    simulation.after(1ms, "test/provision", [this, key, volume] {
      put("persistentvolumes", "", "made-for-" + key.name, volume);
      bind_claim(key, "made-for-" + key.name);
    });
  }
}

void SchedulerWorld::bind_claim(const sim::ObjectKey& claim, const std::string& volume) {
  simulation.after(1ms, "test/bind-claim", [this, claim, volume] {
    const Value bound =
        store.get(claim)
            ->document.with_path({"spec", "volumeName"}, volume)
            .with_path({"metadata", "annotations", "pv.kubernetes.io/bind-completed"}, "yes")
            .with_path({"status", "phase"}, "Bound");
    put(claim.resource, claim.ns, claim.name, bound);
  });
}

void SchedulerWorld::put(const std::string& resource, const std::string& ns,
                         const std::string& name, Value document) {
  const sim::ObjectPtr present = store.get({resource, ns, name});
  if (present == nullptr) {
    document = document.with_path({"metadata", "name"}, name)
                   .with_path({"metadata", "uid"}, fmt::format("uid-{:04}", ++uids_))
                   .with_path({"metadata", "creationTimestamp"}, format_rfc3339(simulation.now()));
    if (!ns.empty()) document = document.with_path({"metadata", "namespace"}, ns);
    // As they would have been stored: the scheduler writes claims and volumes through the API.
    const sim::Kind* kind = sim::KindTable::builtin().by_resource(resource);
    const bool storage = resource.starts_with("persistentvolume");
    if (storage && kind != nullptr) document = kind->set_defaults(document);
  }
  store.put({resource, ns, name}, document, simulation.now());
}

void SchedulerWorld::put_namespace(const std::string& name, const std::string& labels) {
  put("namespaces", "", name,
      Value::object({{"apiVersion", "v1"},
                     {"kind", "Namespace"},
                     {"metadata", Value::object({{"labels", pairs(labels)}})}}));
}

void SchedulerWorld::put_service(const testing::GoldenCommand& command) {
  const Value spec = Value::object({{"selector", pairs(command.get("select"))}});
  put("services", command.get("namespace", "default"), command.words.at(0),
      Value::object({{"apiVersion", "v1"}, {"kind", "Service"}, {"spec", spec}}));
}

void SchedulerWorld::put_budget(const testing::GoldenCommand& command) {
  const Value selector = Value::object({{"matchLabels", pairs(command.get("select"))}});
  put("poddisruptionbudgets.policy", command.get("namespace", "default"), command.words.at(0),
      Value::object(
          {{"spec", Value::object({{"selector", selector}})},
           {"status", Value::object({{"disruptionsAllowed", command.integer("allowed", 0)}})}}));
}

void SchedulerWorld::put_node(const testing::GoldenCommand& command) {
  const std::string name = command.words.at(0);
  const Value amounts = resources(command);
  Value node =
      Value::object({{"apiVersion", "v1"},
                     {"kind", "Node"},
                     {"metadata", Value::object({{"labels", pairs(command.get("labels"))}})},
                     {"status", Value::object({{"capacity", amounts}, {"allocatable", amounts}})}});
  if (command.args.contains("taints")) {
    node = node.with_path({"spec", "taints"}, taints(command.get("taints")));
  }
  if (command.args.contains("images")) {
    node = node.with_path({"status", "images"}, images(command.get("images")));
  }
  if (command.get("cordoned") == "yes") node = node.with_path({"spec", "unschedulable"}, true);
  put("nodes", "", name, node);
}

void SchedulerWorld::put_pod(const testing::GoldenCommand& command, std::string_view node) {
  Value container = Value::object(
      {{"name", "main"},
       {"image", command.get("image", "registry.local/vllm:v1")},
       {"resources",
        Value::object({{"requests", resources(command)}, {"limits", resources(command, true)}})}});
  if (command.args.contains("host-port")) {
    const std::int64_t port = command.integer("host-port", 0);
    Value entry = Value::object({{"containerPort", port},
                                 {"hostPort", port},
                                 {"protocol", command.get("protocol", "TCP")}});
    if (command.args.contains("host-ip")) entry = entry.with("hostIP", command.get("host-ip"));
    container = container.with("ports", Value::array({entry}));
  }
  Value spec = Value::object({{"containers", Value::array({container})}});
  const std::int64_t priority = command.integer("priority", 0);
  const std::string policy =
      command.get("never-preempts") == "yes" ? "Never" : "PreemptLowerPriority";
  if (priority != 0) {
    const std::string name = fmt::format("priority-{}", priority);
    put("priorityclasses.scheduling.k8s.io", "", name,
        Value::object({{"value", priority}, {"preemptionPolicy", policy}}));
    spec = spec.with("priorityClassName", name);
  }
  if (!node.empty()) spec = spec.with("nodeName", node);
  if (command.args.contains("select"))
    spec = spec.with("nodeSelector", pairs(command.get("select")));
  if (command.args.contains("tolerates")) {
    spec = spec.with("tolerations", tolerations(command.get("tolerates")));
  }
  for (const char* resource : {"cpu", "memory"}) {
    const std::string amount = command.get(std::string("overhead.") + resource);
    if (!amount.empty()) spec = spec.with_path({"overhead", resource}, amount);
  }
  Value::Array gates;
  for (const std::string& gate : words(command.get("gates"))) {
    gates.push_back(Value::object({{"name", gate}}));
  }
  if (!gates.empty()) spec = spec.with("schedulingGates", Value::array(std::move(gates)));
  // The text has members of spec; those of spec.affinity may stand for themselves.
  const Value more = sim::parse_json(command.text.empty() ? "{}" : command.text).value_or(Value());
  REQUIRE(more.is_object());
  for (const Value::Member& member : more.members()) {
    if (member.key.ends_with("ffinity") && member.key != "affinity") {
      spec = spec.with_path({"affinity", member.key}, member.value);
    } else {
      spec = spec.with(member.key, member.value);
    }
  }
  const std::string& name = command.words.at(0);
  const std::string ns = command.get("namespace", "default");
  if (spec.has("overhead")) {
    // A Pod has the overhead of its RuntimeClass and no other.
    const std::string of = name + "-runtime";
    const Value runtime =
        Value::object({{"handler", "kata"},
                       {"metadata", Value::object({{"name", of}})},
                       {"overhead", Value::object({{"podFixed", spec["overhead"]}})}});
    REQUIRE(api.create("runtimeclasses.node.k8s.io", "", runtime, "test").ok());
    spec = spec.without("overhead").with("runtimeClassName", Value(of));
  }
  const Value metadata = Value::object({{"name", name}, {"labels", pairs(command.get("labels"))}});
  const Value pod = Value::object(
      {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", metadata}, {"spec", spec}});
  const sim::ApiResponse response = api.create("pods", ns, pod, "test");
  INFO(response.message());
  REQUIRE(response.ok());
  if (const std::string started = command.get("started"); !started.empty()) {
    put("pods", ns, name,
        store.get({"pods", ns, name})->document.with_path({"status", "startTime"}, started));
  }
}

bool SchedulerWorld::finish_deletions() {
  bool any = false;
  for (const sim::ObjectPtr& pod : store.list("pods")) {
    if (!pod->view<sim::PodView>().meta.deletion_timestamp) continue;
    store.remove(pod->key, pod->document, simulation.now());
    any = true;
  }
  return any;
}

void SchedulerWorld::remove_pod(const std::string& name) {
  const sim::ObjectKey key{"pods", "default", name};
  const sim::ObjectPtr present = store.get(key);
  if (present != nullptr) store.remove(key, present->document, simulation.now());
}

void SchedulerWorld::run_for(Duration duration) {
  simulation.run_until(simulation.now() + duration);
}

Value SchedulerWorld::pod(const std::string& name) const {
  const sim::ObjectPtr present = store.get({"pods", "default", name});
  return present == nullptr ? Value() : present->document;
}

std::string SchedulerWorld::outcome(const std::string& name) const {
  const Value document = pod(name);
  if (const std::string node = document["spec"]["nodeName"].str(); !node.empty()) {
    return fmt::format("{} -> {}", name, node);
  }
  for (const Value& condition : document["status"]["conditions"].items()) {
    if (condition["type"].as_string() != "PodScheduled") continue;
    const bool gated = condition["reason"].as_string() == "SchedulingGated";
    return fmt::format("{}: {}{}", name, gated ? "SchedulingGated: " : "",
                       condition["message"].as_string());
  }
  return fmt::format("{}: waiting", name);
}

std::string SchedulerWorld::events_of(const std::string& name) const {
  std::string out;
  std::vector<sim::ObjectPtr> events = store.list("events", "default");
  std::sort(events.begin(), events.end(), [](const sim::ObjectPtr& a, const sim::ObjectPtr& b) {
    return a->revision < b->revision;
  });
  for (const sim::ObjectPtr& event : events) {
    const Value& document = event->document;
    if (document["involvedObject"]["name"].as_string() != name) continue;
    out +=
        fmt::format("{} {} x{}: {}\n", document["type"].as_string(), document["reason"].as_string(),
                    document["count"].as_int(1), document["message"].as_string());
  }
  return out;
}

}  // namespace inferlab
