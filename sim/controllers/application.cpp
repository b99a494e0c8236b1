// Argo CD's application controller: keeps what a path of a Git repository describes. It looks at
// Git every two to three minutes, and at the cluster whenever an object of an Application changes.
// It runs where the API has Applications (add-on argocd).
//
// A comparison and an operation take no time here but the latency of a queue. A revision that
// cannot be read shows at once; the real controller overlooks that for three minutes.
// Source: Argo CD 3.5 documentation, "Automated Sync Policy", "App Deletion", "Selective Sync",
// "FAQ" (how often Git is polled); its controller/appcontroller.go.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "sim/controllers/application_operation.h"
#include "sim/controllers/application_spec.h"
#include "sim/controllers/application_state.h"
#include "sim/controllers/make_controllers.h"
#include "sim/gitops/three_way_merge.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"*"};
constexpr std::string_view kRefresh = "argocd.argoproj.io/refresh";
constexpr std::string_view kFinalizer = "resources-finalizer.argocd.argoproj.io";

constexpr Duration kResync = 120s;        // timeout.reconciliation
constexpr Duration kResyncJitter = 60s;   // timeout.reconciliation.jitter
constexpr Duration kAfterChange = 200ms;  // changes of one moment are looked at together

std::string_view owner_in(const StoredObject& object) {
  const std::string_view id = object.document["metadata"]["annotations"][kTrackingId].as_string();
  return id.substr(0, id.find(':'));
}

Value condition_list(const std::vector<ApplicationFault>& faults, const Value& before,
                     const std::string& now) {
  Value::Array out;
  for (const ApplicationFault& fault : faults) {
    Value since(now);
    for (const Value& old : before.items()) {
      const bool same =
          old["type"].as_string() == fault.type && old["message"].as_string() == fault.message;
      if (same) since = old["lastTransitionTime"];
    }
    out.push_back(Value::object({{"lastTransitionTime", since},
                                 {"message", Value(fault.message)},
                                 {"type", Value(fault.type)}}));
  }
  return Value::array(std::move(out));
}

class ApplicationController final : public Controller {
 public:
  explicit ApplicationController(const ControllerContext& context)
      : Controller(context, "controller/application", "argocd-application-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void start() override {
    if (api().kinds().by_resource(kAppProjects) == nullptr) return;
    const std::string ns(kArgoNamespace);
    (void)api().create("serviceaccounts", ns,
                       Value::object({{"apiVersion", "v1"}, {"kind", "ServiceAccount"}})
                           .with_path({"metadata", "name"}, "argocd-application-controller"),
                       user());
    // Source: Argo CD 3.5 documentation, "Projects", "The Default Project".
    const Value anything = Value::array({Value::object({{"group", "*"}, {"kind", "*"}})});
    const Value anywhere = Value::array({Value::object({{"namespace", "*"}, {"server", "*"}})});
    (void)api().create(
        kAppProjects, ns,
        Value::object({{"apiVersion", "argoproj.io/v1alpha1"},
                       {"kind", "AppProject"},
                       {"spec", Value::object({{"clusterResourceWhitelist", anything},
                                               {"destinations", anywhere},
                                               {"sourceRepos", Value::array({Value("*")})}})}})
            .with_path({"metadata", "name"}, "default"),
        user());
  }

  void observe(const Change& change) override {
    const StoredObject& object = *change.object;
    if (object.key.resource == kApplications) return queue().add(object.key);
    if (change.previous != nullptr) note(*change.previous, false);
    note(object, change.type != ChangeType::kDeleted);
  }

  Result<void> reconcile(const ObjectKey& key) override {
    if (key.ns != kArgoNamespace) return {};  // its name may be that of one that counts
    ObjectPtr app = store().get(key);
    if (app == nullptr) {
      seen_.erase(key.name);
      synced_policy_.erase(key.name);
      return {};
    }
    if (app->document["metadata"].has("deletionTimestamp")) return delete_objects(*app);
    const Look look = what_to_look_at(*app);
    if (look != Look::kNothing) INFERLAB_TRY_VOID(refresh(*app, look));
    // Of several times to come back at the queue keeps the earliest.
    const Seen& seen = seen_[key.name];
    queue().add_after(key, seen.next_look - now());
    if (seen.look) queue().add_after(key, *seen.look - now());
    app = store().get(key);
    if (app == nullptr) return {};
    const bool is_running =
        app->document["status"]["operationState"]["phase"].as_string() == "Running";
    if (!app->document.has("operation") && !is_running) return {};
    return operate(*app);
  }

 private:
  enum class Look : std::uint8_t {
    kNothing,
    kCluster,  // compare with the revision of the last look
    kGit,      // and resolve the revision anew
  };
  struct Seen {
    std::optional<Time> look;  // at the cluster: something has changed
    Time next_look{};          // at Git

    void look_by(Time at) { look = look ? std::min(*look, at) : at; }
  };

  // An object that carries an Application's tracking annotation, or carried it.
  void note(const StoredObject& object, bool is_there) {
    const std::string_view owner = owner_in(object);
    if (owner.empty()) return;
    std::set<ObjectKey>& tracked = tracked_[std::string(owner)];
    if (is_there) {
      tracked.insert(object.key);
    } else {
      tracked.erase(object.key);
    }
    seen_[std::string(owner)].look_by(now() + kAfterChange);
    queue().add_after(key_of(owner), kAfterChange);
  }

  static ObjectKey key_of(std::string_view name) {
    return {std::string(kApplications), std::string(kArgoNamespace), std::string(name)};
  }

  Look what_to_look_at(const StoredObject& app) {
    const Value& document = app.document;
    const Value &spec = document["spec"], &compared = document["status"]["sync"]["comparedTo"];
    Seen& seen = seen_[app.key.name];
    const bool is_new = spec["source"] != compared["source"] ||
                        spec["destination"] != compared["destination"] ||
                        spec["ignoreDifferences"] != compared["ignoreDifferences"];
    const bool is_asked = document["metadata"]["annotations"].has(kRefresh);
    if (is_new || is_asked || seen.next_look <= now()) return Look::kGit;
    const bool is_due = seen.look && *seen.look <= now();
    const bool is_policy_new = spec["syncPolicy"] != synced_policy_[app.key.name];
    return is_due || is_policy_new ? Look::kCluster : Look::kNothing;
  }

  Result<void> refresh(const StoredObject& app, Look look) {
    const std::string& name = app.key.name;
    const Value& before = app.document["status"];
    Seen& seen = seen_[name];
    seen.look.reset();
    synced_policy_[name] = app.document["spec"]["syncPolicy"];
    std::vector<ApplicationFault> faults;
    const ApplicationSpec spec = application_spec(app.document, faults);
    check_project(store(), spec, faults);
    ApplicationState state;
    if (faults.empty()) {
      const std::string known = before["sync"]["revision"].str();
      const bool anew = look == Look::kGit || known.empty();
      state = compare_application(api(), config().repositories, spec,
                                  anew ? spec.target_revision : known, tracked_[name]);
      faults = state.faults;
    }
    const bool is_free = !app.document.has("operation") && faults_allow(faults);
    std::optional<Value> operation;
    if (is_free) {
      AutomatedSync next = automated_sync(app.document, spec, state, now());
      if (!next.fault.empty()) faults.push_back({"SyncError", next.fault});
      if (next.again > Duration{}) seen.look_by(now() + next.again);
      operation = std::move(next.operation);
    }
    if (look == Look::kGit) {
      const Duration wait =
          kResync + simulation().rng("argocd", name).between(Duration{}, kResyncJitter);
      seen.next_look = now() + wait;
    }
    INFERLAB_TRY_VOID(write_status(app, spec, state, faults, look));
    if (!operation) return {};
    events().normal(app, "OperationStarted",
                    fmt::format("Initiated automated sync to '{}'", state.revision));
    return patch(app, Value::object({{"operation", *operation}}));
  }

  static bool faults_allow(const std::vector<ApplicationFault>& faults) {
    return std::none_of(faults.begin(), faults.end(), [](const ApplicationFault& fault) {
      return fault.type == "InvalidSpecError" || fault.type == "ComparisonError";
    });
  }

  Result<void> write_status(const StoredObject& app, const ApplicationSpec& spec,
                            const ApplicationState& state,
                            const std::vector<ApplicationFault>& faults, Look look) {
    const Value& before = app.document["status"];
    const std::string time = format_rfc3339(now());
    const Value& wanted = app.document["spec"];
    Value compared = Value::object({{"destination", wanted["destination"]}});
    for (const char* field : {"source", "ignoreDifferences"}) {
      if (wanted.has(field)) compared = compared.with(field, wanted[field]);
    }
    Value sync = Value::object({{"comparedTo", compared}, {"status", Value(state.sync)}});
    if (!state.revision.empty()) sync = sync.with("revision", Value(state.revision));
    const std::string old_health = before["health"]["status"].str();
    Value health = before["health"];
    if (old_health != state.health) {
      health =
          Value::object({{"lastTransitionTime", Value(time)}, {"status", Value(state.health)}});
    }
    Value after = (before.is_object() ? before : Value::object())
                      .with("sync", sync)
                      .with("health", health)
                      .with("sourceType", "Directory")
                      .with("controllerNamespace", Value(kArgoNamespace))
                      .with("resourceHealthSource", "appTree")
                      .with("resources", state.resource_list(spec))
                      .with("conditions", condition_list(faults, before["conditions"], time));
    if (look == Look::kGit) after = after.with("reconciledAt", Value(time));
    for (const char* list : {"resources", "conditions"}) {
      if (after[list].empty()) after = after.without(list);
    }
    tell("sync", before["sync"]["status"].as_string(), state.sync, app);
    tell("health", old_health, state.health, app);
    Value change = merge_patch_between(before.is_object() ? before : Value::object(), after);
    Value body = Value::object();
    if (!change.empty()) body = body.with("status", std::move(change));
    if (app.document["metadata"]["annotations"].has(kRefresh)) {
      body = body.with_path({"metadata", "annotations", kRefresh}, Value());
    }
    return body.empty() ? Result<void>() : patch(app, std::move(body));
  }

  void tell(std::string_view what, std::string_view before, std::string_view after,
            const StoredObject& app) {
    if (before == after) return;
    events().normal(app, "ResourceUpdated",
                    fmt::format("Updated {} status: {} -> {}", what, before, after));
  }

  Result<void> operate(const StoredObject& app) {
    std::vector<ApplicationFault> faults;
    ApplicationSpec spec = application_spec(app.document, faults);
    check_project(store(), spec, faults);
    const OperationContext context{api(), user(), config().repositories, tracked_[spec.name]};
    const OperationStep step = operation_step(context, app, spec, faults);
    if (step.again > Duration{}) queue().add_after(app.key, step.again);
    if (step.is_over) {
      const Value& state = step.state;
      const bool good = state["phase"].as_string() == "Succeeded";
      const bool partial = !state["operation"]["sync"]["resources"].empty();
      std::string text =
          fmt::format("{} to {} {}", partial ? "Partial sync operation" : "Sync operation",
                      state["syncResult"]["revision"].as_string(), good ? "succeeded" : "failed: ");
      if (!good) text += state["message"].as_string();
      if (good) {
        events().normal(app, "OperationCompleted", text);
      } else {
        events().warning(app, "OperationCompleted", text);
      }
      // A sync that somebody asked for is followed by a look at Git; one of its own is not.
      Seen& seen = seen_[app.key.name];
      seen.look_by(now() + kAfterChange);
      queue().add_after(app.key, kAfterChange);
      if (!state["operation"]["initiatedBy"]["automated"].as_bool()) seen.next_look = now();
    }
    return step.patch.empty() ? Result<void>() : patch(app, step.patch);
  }

  Result<void> delete_objects(const StoredObject& app) {
    Value::Array left;
    bool cascades = false, in_background = false;
    for (const Value& finalizer : app.document["metadata"]["finalizers"].items()) {
      const std::string_view word = finalizer.as_string();
      if (!word.starts_with(kFinalizer)) {
        left.push_back(finalizer);
        continue;
      }
      cascades = true;
      in_background = word.ends_with("/background");
    }
    if (!cascades) return {};
    bool waiting = false;
    const std::set<ObjectKey> tracked = tracked_[app.key.name];
    for (const ObjectKey& key : tracked) {
      const ObjectPtr object = store().get(key);
      if (object == nullptr || has_sync_option(object->document, "Delete=false")) continue;
      waiting = true;
      if (object->document["metadata"].has("deletionTimestamp")) continue;
      ApiRequest request;
      request.verb = Verb::kDelete;
      request.resource = key.resource;
      request.ns = key.ns;
      request.name = key.name;
      request.user = user();
      request.propagation = in_background ? Propagation::kBackground : Propagation::kForeground;
      const ApiResponse response = api().handle(request);
      if (response.code != 404) INFERLAB_TRY_VOID(check(response, key.name));
    }
    if (waiting) return {};  // the last deletion brings the Application back
    return patch(app,
                 Value::object().with_path({"metadata", "finalizers"},
                                           left.empty() ? Value() : Value::array(std::move(left))));
  }

  Result<void> patch(const StoredObject& app, Value body) {
    const ApiResponse response = api().merge_patch(app.key, "", std::move(body), user());
    return response.code == 404 ? Result<void>() : check(response, app.key.name);
  }

  std::map<std::string, std::set<ObjectKey>, std::less<>> tracked_;  // by Application
  std::map<std::string, Seen, std::less<>> seen_;
  std::map<std::string, Value, std::less<>> synced_policy_;  // spec.syncPolicy of the last look
};

}  // namespace

std::unique_ptr<Controller> make_application_controller(const ControllerContext& context) {
  return std::make_unique<ApplicationController>(context);
}

}  // namespace inferlab::sim
