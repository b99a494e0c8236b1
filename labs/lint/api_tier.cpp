#include "labs/lint/api_tier.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "labs/lint/api_rules.h"
#include "labs/lint/workload.h"
#include "labs/spec/add_ons.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

constexpr std::uint64_t kSeed = 1;
// Enough for the server to establish the definitions that a bundle brings.
constexpr Duration kEstablishing = 5s;

bool is_definition(const Object& object) {
  return object.kind == "CustomResourceDefinition";
}

// An API server and the objects that are sent to it.
class Server {
 public:
  explicit Server(std::vector<sim::AddOnSpec> add_ons)
      : cluster_(spec_with(std::move(add_ons)), kSeed) {}

  // What others are created in or by has to be there before them.
  void prepare(const std::deque<Object>& objects) {
    std::set<std::string> namespaces, accounts, classes;
    for (const Object& object : objects) {
      const std::string ns = object.written["metadata"]["namespace"].str();
      if (object.kind == "Namespace") namespaces.insert(object.name);
      if (!ns.empty()) namespaces.insert(ns);
      if (object.kind != "Pod") continue;
      const Value& pod = object.written["spec"];
      if (pod["serviceAccountName"].is_string()) {
        accounts.insert((ns.empty() ? "default" : ns) + "/" + pod["serviceAccountName"].str());
      }
      if (pod["priorityClassName"].is_string()) classes.insert(pod["priorityClassName"].str());
    }
    for (const std::string& name : namespaces) make("v1", "Namespace", "namespaces", "", name, {});
    for (const std::string& name : namespaces) {
      make("v1", "ServiceAccount", "serviceaccounts", name, "default", {});
    }
    for (const std::string& account : accounts) {
      const std::size_t slash = account.find('/');
      make("v1", "ServiceAccount", "serviceaccounts", account.substr(0, slash),
           account.substr(slash + 1), {});
    }
    for (const std::string& name : classes) {
      const auto brought = std::find_if(objects.begin(), objects.end(), [&](const Object& object) {
        return object.kind == "PriorityClass" && object.name == name;
      });
      if (brought != objects.end()) {
        // As it is written: its value cannot be changed later.
        cluster_.api().create("priorityclasses.scheduling.k8s.io", "", brought->written,
                              "inferlab-lint");
        continue;
      }
      make("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses.scheduling.k8s.io", "", name,
           {{"value", 1000}});
    }
  }

  void establish() { cluster_.run_until(cluster_.simulation().now() + kEstablishing); }

  const sim::Kind* kind(std::string_view api_version, std::string_view kind) {
    return cluster_.api().kinds().by_gvk(api_version, kind);
  }

  // The object as it is kept, or the refusal.
  sim::ApiResponse create(const sim::Kind& kind, const std::string& ns, const std::string& name,
                          const Value& body) {
    sim::ApiRequest request = creation_of(kind, ns, body);
    sim::ApiResponse response = cluster_.api().handle(request);
    if (response.reason() != "AlreadyExists") return response;
    request.verb = sim::Verb::kUpdate;
    request.name = name;
    return cluster_.api().handle(request);
  }

  // As create(), and nothing is kept.
  sim::ApiResponse try_create(const sim::Kind& kind, const std::string& ns, const Value& body) {
    sim::ApiRequest request = creation_of(kind, ns, body);
    request.dry_run = true;
    return cluster_.api().handle(request);
  }

 private:
  static sim::ApiRequest creation_of(const sim::Kind& kind, const std::string& ns,
                                     const Value& body) {
    sim::ApiRequest request;
    request.resource = kind.resource();
    request.version = std::string(kind.version);
    request.ns = kind.namespaced ? ns : "";
    request.body = body;
    request.field_validation = sim::FieldValidation::kStrict;
    request.field_manager = "inferlab-lint";
    request.verb = sim::Verb::kCreate;
    return request;
  }

  static sim::ClusterSpec spec_with(std::vector<sim::AddOnSpec> add_ons) {
    sim::ClusterSpec spec;
    spec.add_ons = std::move(add_ons);
    return spec;
  }

  // Whether it is taken does not matter: what cannot be made is refused where it stands.
  void make(std::string_view api_version, std::string_view kind, std::string_view resource,
            std::string_view ns, std::string_view name, Value::Object more) {
    more.push_back({"apiVersion", Value(api_version)});
    more.push_back({"kind", Value(kind)});
    more.push_back({"metadata", Value::object({{"name", Value(name)}})});
    cluster_.api().create(resource, ns, Value::object(std::move(more)), "inferlab-lint");
  }

  sim::Cluster cluster_;
};

// The version that a cluster of the context's release serves and this one no longer does: its
// successor has the same form where there is one.
Value in_served_version(const Object& object, const Context& context) {
  const RemovedVersion* removed =
      removed_version(object.written["apiVersion"].as_string(), object.kind);
  if (removed == nullptr || removed->successor.empty() || context.kubernetes.empty()) return {};
  if (compare_releases(context.kubernetes, removed->served_until) > 0) return {};
  return object.written.with("apiVersion", Value(removed->successor));
}

using GroupKinds = std::set<std::pair<std::string, std::string>>;

// A kind that is not served: refused where Kubernetes itself, or an add-on, would know it.
void check_unserved(const Object& object, const GroupKinds& known, Report& report,
                    std::vector<std::string>& notes) {
  const std::string version = object.written["apiVersion"].str();
  report.begin(kApiRemovedVersion);
  if (const RemovedVersion* removed = removed_version(version, object.kind); removed != nullptr) {
    Finding& finding = report.add(object, "apiVersion",
                                  fmt::format("{} in {} was last served by Kubernetes {}",
                                              object.kind, version, removed->served_until));
    if (!removed->successor.empty()) {
      finding.mend = fmt::format("Write apiVersion: {}.", removed->successor);
    }
    return;
  }
  const bool is_known = known.count({version.substr(0, version.find('/')), object.kind}) > 0;
  const bool is_own = is_kubernetes_group(version) && !is_only_of_kubernetes(version, object.kind);
  if (is_own || is_known) {
    report.add(object, "apiVersion",
               fmt::format("no matches for kind \"{}\" in version \"{}\"", object.kind, version));
    return;
  }
  notes.push_back(fmt::format("{} ({}) was not checked: its definition is not known here",
                              object.id(), version));
}

GroupKinds kinds_of(const std::vector<sim::AddOnSpec>& add_ons) {
  GroupKinds out;
  for (const sim::AddOnSpec& add_on : add_ons) {
    for (const Value& object : add_on.objects) {
      if (object["kind"].as_string() == "CustomResourceDefinition") {
        out.emplace(object["spec"]["group"].str(), object["spec"]["names"]["kind"].str());
      }
    }
  }
  return out;
}

// A Pod of a StatefulSet, less what it has to find in the cluster.
Value pod_of(const Object& set) {
  const Value& made_from = set.value["spec"]["template"];
  const Value& claims = set.value["spec"]["volumeClaimTemplates"];
  Value spec = made_from["spec"].without("serviceAccountName").without("serviceAccount");
  spec = spec.without("priorityClassName").without("runtimeClassName");
  Value volumes = spec["volumes"];
  for (const Value& claim : claims.items()) {
    volumes = volumes.appended(
        Value::object({{"name", claim["metadata"]["name"]}, {"emptyDir", Value::object()}}));
  }
  if (!volumes.is_null()) spec = spec.with("volumes", volumes);
  Value::Object metadata{{"name", Value(set.name + "-0")}, {"namespace", Value(set.ns)}};
  for (const char* field : {"labels", "annotations"}) {
    if (made_from["metadata"].has(field)) {
      metadata.push_back({field, made_from["metadata"][field]});
    }
  }
  return Value::object({{"apiVersion", Value("v1")},
                        {"kind", Value("Pod")},
                        {"metadata", Value::object(std::move(metadata))},
                        {"spec", spec}});
}

// What is refused of `made`, which comes of what stands at `path` of `set`.
void check_made(const Object& set, const Value& made, const std::string& path, Server& server,
                Report& report) {
  const sim::Kind* kind = server.kind("v1", made["kind"].as_string());
  const sim::ApiResponse response = server.try_create(*kind, set.ns, made);
  // Forbidden is what quotas and security levels say: of a Deployment nobody asks them either.
  if (response.reason() != "Invalid") return;
  for (const Refusal& refusal : refusals_of(response, made)) {
    report.begin(*refusal.check);
    report.add(set, fmt::format("{}.{}", path, refusal.path),
               fmt::format("its {} is refused: {}", made["kind"].as_string(), refusal.message));
  }
}

// The API server takes a StatefulSet without a look at its templates, and refuses what they make.
void check_templates(const Object& set, Server& server, Report& report) {
  check_made(set, pod_of(set), "spec.template", server, report);
  const Value& claims = set.value["spec"]["volumeClaimTemplates"];
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const Value claim = claims[i]
                            .with("apiVersion", Value("v1"))
                            .with("kind", Value("PersistentVolumeClaim"))
                            .with_path({"metadata", "namespace"}, Value(set.ns))
                            .without("status");
    check_made(set, claim, fmt::format("spec.volumeClaimTemplates[{}]", i), server, report);
  }
}

void check_object(Object& object, Server& server, const Context& context, const GroupKinds& known,
                  Report& report, std::vector<std::string>& notes) {
  Value body = object.written;
  const sim::Kind* kind = server.kind(body["apiVersion"].as_string(), object.kind);
  if (kind == nullptr) {
    body = in_served_version(object, context);
    kind = server.kind(body["apiVersion"].as_string(), object.kind);
  }
  object.ns = object.written["metadata"]["namespace"].str();
  if (kind == nullptr) {
    if (object.ns.empty() && object.kind != "ClusterIssuer") object.ns = "default";
    check_unserved(object, known, report, notes);
    return;
  }
  object.served_as = kind;
  if (!kind->namespaced) object.ns.clear();
  if (kind->namespaced && object.ns.empty()) object.ns = "default";
  const sim::ApiResponse response = server.create(*kind, object.ns, object.name, body);
  if (response.ok()) {
    object.value = response.body;
    const bool is_set = object.kind == "StatefulSet" && kind->group == "apps";
    if (is_set) check_templates(object, server, report);
    return;
  }
  for (const Refusal& refusal : refusals_of(response, object.written)) {
    report.begin(*refusal.check);
    report.add(object, refusal.path, refusal.message);
  }
}

}  // namespace

void check_documents(const std::vector<ManifestFile>& files, std::deque<Object>& objects,
                     Report& report) {
  for (const ManifestFile& file : files) {
    if (!file.fault) continue;
    // No object can be named: the file stands for it.
    static const sim::YamlDocument nothing;
    Object object;
    object.file = file.path;
    object.document = &nothing;
    object.kind = "File";
    object.name = file.path;
    report.begin(kApiUnreadable);
    Finding& finding = report.add(object, "", file.fault->message);
    finding.place = file.fault->place;
    finding.source = nullptr;
  }
  std::deque<Object> kept;
  for (Object& object : objects) {
    const Value& written = object.written;
    if (!written.is_object()) {
      report.begin(kApiUnreadable);
      object.kind = "Document";
      report.add(object, "", "is no Kubernetes object").source = nullptr;
      continue;
    }
    bool whole = true;
    report.begin(kApiMissingRequired);
    for (const char* needed : {"apiVersion", "kind"}) {
      if (written[needed].is_string() && !written[needed].empty()) continue;
      report.add(object, needed, fmt::format("{}: Required value", needed)).source = nullptr;
      whole = false;
    }
    report.begin(kApiDuplicateKey);
    for (const std::string& path : object.document->duplicates) {
      if (path.substr(0, object.root.size()) != object.root) continue;
      std::string_view inner = std::string_view(path).substr(object.root.size());
      if (!inner.empty() && inner.front() == '.') inner.remove_prefix(1);
      report.add(object, std::string(inner), fmt::format("\"{}\" stands twice", inner));
    }
    if (whole) kept.push_back(std::move(object));
  }
  objects = std::move(kept);
}

Result<void> check_with_api(std::deque<Object>& objects, const Context& context, Report& report,
                            std::vector<std::string>& notes) {
  // Reading them takes ten times as long as the rest, and most bundles use none.
  const bool uses_add_ons = std::any_of(objects.begin(), objects.end(), [](const Object& object) {
    return !is_kubernetes_group(object.written["apiVersion"].as_string());
  });
  std::vector<sim::AddOnSpec> add_ons;
  if (uses_add_ons) {
    INFERLAB_TRY(const std::vector<std::string> names, list_add_ons());
    INFERLAB_TRY(add_ons, load_add_ons(names));
  }
  const GroupKinds known = kinds_of(add_ons);
  Server server(std::move(add_ons));
  server.prepare(objects);
  bool defines = false;
  for (Object& object : objects) {
    if (!is_definition(object)) continue;
    check_object(object, server, context, known, report, notes);
    defines = true;
  }
  if (defines) server.establish();
  for (Object& object : objects) {
    if (!is_definition(object)) check_object(object, server, context, known, report, notes);
  }
  return {};
}

}  // namespace inferlab::labs::lint
