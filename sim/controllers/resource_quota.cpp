// The ResourceQuota controller: status.hard is what spec says, status.used what there is. Admission
// (sim/api/admission/resource_quota.cpp) refuses by the status and raises it; this controller
// lowers it again, and mends it. Source: Kubernetes documentation, "Resource Quotas";
// kube-controller-manager 1.32.
#include <algorithm>

#include "sim/api/quota_usage.h"
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kQuotas = "resourcequotas";
constexpr std::string_view kWatches[] = {"*"};
// --resource-quota-sync-period: time alone frees what an overdue Pod holds.
constexpr Duration kFullSync = 5min;

class ResourceQuotaController final : public Controller {
 public:
  explicit ResourceQuotaController(const ControllerContext& context)
      : Controller(context, "controller/resourcequota", "resourcequota-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }

  void observe(const Change& change) override {
    const StoredObject& object = *change.object;
    if (object.key.resource == kQuotas) {
      if (change.type != ChangeType::kDeleted) queue().add(object.key);
      // It may itself be counted: look at the others too.
      if (change.type == ChangeType::kModified) return;
    }
    if (object.key.ns.empty()) return;
    const Kind* kind = api().kinds().by_resource(object.key.resource);
    if (kind == nullptr || !has_quota(*kind)) return;
    for (const ObjectPtr& quota : store().list(kQuotas, object.key.ns)) {
      if (counts(*quota, *kind) && usage_changes(change, *kind)) queue().add(quota->key);
    }
  }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr quota = store().get(key);
    if (quota == nullptr) return {};
    queue().add_after(key, kFullSync);
    const Value& spec = quota->document["spec"];
    const Value& hard = spec["hard"];
    Resources used;
    for (const Kind* kind : api().kinds().all()) {
      if (!has_quota(*kind) || kind->stored_as != nullptr || !counts(*quota, *kind)) continue;
      for (const Value::Member& limit : hard.members()) {
        if (is_counted_as(*kind, limit.key)) used.emplace(limit.key, Quantity());
      }
      for (const ObjectPtr& object : store().list(kind->resource(), key.ns)) {
        if (!quota_scopes_fit(spec, *kind, object->document)) continue;
        for (const auto& [name, amount] : quota_usage(*kind, object->document, now())) {
          if (const auto found = used.find(name); found != used.end()) found->second += amount;
        }
      }
    }
    const Value status = Value::object({{"hard", hard}, {"used", to_value(used)}});
    if (hard.is_null() || status == quota->document["status"]) return {};
    return check(api().update_status(kQuotas, quota->document.with("status", status), user()),
                 key.name);
  }

 private:
  // Whether this quota limits anything of the kind.
  static bool counts(const StoredObject& quota, const Kind& kind) {
    const Value::Object& hard = quota.document["spec"]["hard"].members();
    return std::any_of(hard.begin(), hard.end(), [&kind](const Value::Member& limit) {
      return is_counted_as(kind, limit.key);
    });
  }

  bool usage_changes(const Change& change, const Kind& kind) const {
    if (change.type != ChangeType::kModified) return true;
    const Value& before = change.previous->document;
    const Value& after = change.object->document;
    return quota_usage(kind, before, now()) != quota_usage(kind, after, now()) ||
           (kind.kind == "Pod" && is_terminating_scope(before) != is_terminating_scope(after));
  }
};

}  // namespace

std::unique_ptr<Controller> make_resource_quota_controller(const ControllerContext& context) {
  return std::make_unique<ResourceQuotaController>(context);
}

}  // namespace inferlab::sim
