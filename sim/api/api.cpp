#include "sim/api/api.h"

#include "sim/api/admission/policy_registry.h"
#include "sim/api/kinds/kinds.h"
#include "sim/api/request.h"
#include "sim/api/status.h"

namespace inferlab::sim {
namespace {

ApiResponse dispatch_verb(Call& call);

ApiResponse dispatch(Call& call) {
  const ApiRequest& request = call.request;
  const std::string& sub = request.subresource;
  if (&call.kind == &kinds::kComponentStatus) return handle_component_status(call);
  if (call.kind.computed) return handle_metrics(call);
  if (sub == "binding") return handle_binding(call);
  if (sub == "eviction") return handle_eviction(call);
  if (sub == "scale") return handle_scale(call);
  if (sub == "finalize") return handle_finalize(call);
  if (!sub.empty() && sub != "status") {
    // log, exec and the like are streams: the HTTP face serves those of Pods that exist.
    if (call.store().get(call.key()) == nullptr) return not_found(call.resource(), request.name);
    return method_not_allowed();
  }
  if (call.kind.stored_as != nullptr) return handle_converted(call, dispatch_verb);
  return dispatch_verb(call);
}

ApiResponse dispatch_verb(Call& call) {
  switch (call.request.verb) {
    case Verb::kGet:
      return handle_get(call);
    case Verb::kList:
      return handle_list(call);
    case Verb::kCreate:
      return handle_create(call);
    case Verb::kUpdate:
      return handle_update(call);
    case Verb::kPatch:
      return handle_patch(call);
    case Verb::kDelete:
      return handle_delete(call);
    case Verb::kDeleteCollection:
      return handle_delete_collection(call);
  }
  return method_not_allowed();
}

}  // namespace

Api::Api(Simulation& simulation, Store& store, std::size_t max_objects)
    : simulation_(simulation),
      store_(store),
      policies_(std::make_unique<AdmissionPolicies>(store)),
      max_objects_(max_objects),
      names_(simulation.rng("api", "names")),
      uids_(simulation.rng("api", "uids")),
      services_(simulation.rng("api", "services")) {
  registry_.follow(store_);
}

Api::~Api() = default;

void Api::serve_metrics(const MetricsSource& source) {
  metrics_ = &source;
  static constexpr const Kind* kComputed[] = {&kinds::kNodeMetrics, &kinds::kPodMetrics};
  registry_.serve(kComputed);
}

ApiResponse Api::handle(const ApiRequest& request) {
  // The kinds stay as they are until the request is answered, though it may be the one that
  // changes them.
  const std::shared_ptr<const KindTable> kinds = registry_.table();
  const Kind* kind = kinds->by_resource(request.resource);
  if (kind != nullptr && !request.version.empty())
    kind = kinds->by_path(kind->group, request.version, kind->plural);
  const bool part = !request.subresource.empty();
  if (kind == nullptr || (part && !kind->has_subresource(request.subresource))) {
    return status_failure(404, "NotFound", "the server could not find the requested resource",
                          Value::object());
  }
  Call call{*this, request, *kind, {}, false};
  // Names, uids and addresses are drawn before it is known whether the write comes about. What a
  // client was refused must leave nothing behind, since it is in no journal; a controller that
  // tries again draws anew, as a real one does.
  const std::uint64_t revision = store_.revision();
  const Rng names = names_;
  const Rng uids = uids_;
  const Rng services = services_;
  ApiResponse response = dispatch(call);
  if (store_.revision() == revision && request.track_fields) {
    names_ = names;
    uids_ = uids;
    services_ = services;
  }
  response.warnings.insert(response.warnings.begin(), call.warnings.begin(), call.warnings.end());
  response.audit = std::move(call.audit);
  if (observer_) observer_(request, response);
  return response;
}

namespace {

// The first word of the User-Agent of the component behind a user: what a real one's writes are
// signed with in metadata.managedFields.
std::string manager_of(std::string_view user) {
  if (user.starts_with("system:serviceaccount:kube-system:")) return "kube-controller-manager";
  if (user.starts_with("system:node:")) return "kubelet";
  if (user == "system:kube-scheduler") return "kube-scheduler";
  if (user == "system:apiserver") return "kube-apiserver";
  return std::string(user);
}

}  // namespace

ApiResponse Api::create(std::string_view resource, std::string_view ns, Value body,
                        std::string_view user) {
  ApiRequest request;
  request.verb = Verb::kCreate;
  request.resource = resource;
  request.ns = ns;
  request.body = std::move(body);
  request.user = user;
  request.field_manager = manager_of(user);
  request.track_fields = false;
  return handle(request);
}

ApiResponse Api::update(std::string_view resource, Value body, std::string_view user) {
  ApiRequest request;
  request.verb = Verb::kUpdate;
  request.resource = resource;
  request.ns = body["metadata"]["namespace"].str();
  request.name = body["metadata"]["name"].str();
  request.body = std::move(body);
  request.user = user;
  request.field_manager = manager_of(user);
  request.track_fields = false;
  return handle(request);
}

ApiResponse Api::update_status(std::string_view resource, Value body, std::string_view user) {
  ApiRequest request;
  request.verb = Verb::kUpdate;
  request.resource = resource;
  request.subresource = "status";
  request.ns = body["metadata"]["namespace"].str();
  request.name = body["metadata"]["name"].str();
  request.body = std::move(body);
  request.user = user;
  request.field_manager = manager_of(user);
  request.track_fields = false;
  return handle(request);
}

ApiResponse Api::merge_patch(const ObjectKey& key, std::string_view subresource, Value patch,
                             std::string_view user) {
  ApiRequest request;
  request.verb = Verb::kPatch;
  request.patch_type = PatchType::kMerge;
  request.resource = key.resource;
  request.ns = key.ns;
  request.name = key.name;
  request.subresource = subresource;
  request.body = std::move(patch);
  request.user = user;
  request.field_manager = manager_of(user);
  request.track_fields = false;
  return handle(request);
}

ApiResponse Api::remove(const ObjectKey& key, std::string_view user,
                        std::optional<std::int64_t> grace_period_seconds,
                        std::string_view precondition_uid) {
  ApiRequest request;
  request.verb = Verb::kDelete;
  request.resource = key.resource;
  request.ns = key.ns;
  request.name = key.name;
  request.user = user;
  request.field_manager = manager_of(user);
  request.track_fields = false;
  request.grace_period_seconds = grace_period_seconds;
  request.precondition_uid = precondition_uid;
  return handle(request);
}

ApiResponse Api::bind(std::string_view ns, std::string_view pod, std::string_view node,
                      std::string_view user) {
  ApiRequest request;
  request.verb = Verb::kCreate;
  request.resource = "pods";
  request.subresource = "binding";
  request.ns = ns;
  request.name = pod;
  request.user = user;
  request.field_manager = manager_of(user);
  request.track_fields = false;
  request.body =
      Value::object({{"apiVersion", "v1"},
                     {"kind", "Binding"},
                     {"metadata", Value::object({{"name", Value(pod)}})},
                     {"target", Value::object({{"kind", "Node"}, {"name", Value(node)}})}});
  return handle(request);
}

std::string Api::name_suffix() {
  // No vowels and no digits that look like one: no words come out.
  // Source: k8s.io/apimachinery/pkg/util/rand.
  constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string out;
  for (int i = 0; i < 5; ++i) out.push_back(kAlphabet[names_.below(kAlphabet.size())]);
  return out;
}

std::string Api::new_uid() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::uint64_t high = uids_.next();
  std::uint64_t low = uids_.next();
  high = (high & 0xffffffffffff0fffULL) | 0x4000;               // version 4
  low = (low & 0x3fffffffffffffffULL) | 0x8000000000000000ULL;  // variant of RFC 4122
  std::string out;
  out.reserve(36);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) out.push_back('-');
    const std::uint64_t half = digit < 16 ? high : low;
    out.push_back(kHex[half >> (60 - 4 * (digit % 16)) & 15]);
  }
  return out;
}

}  // namespace inferlab::sim
