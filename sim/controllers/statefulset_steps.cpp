// The steps of a StatefulSet from what is to what should be.
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "sim/controllers/controller.h"
#include "sim/controllers/controller_history.h"
#include "sim/controllers/pod_creation.h"
#include "sim/controllers/statefulset_pods.h"
#include "sim/controllers/statefulset_sync.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kClaims = "persistentvolumeclaims";

// The API's answer with nothing before it, as it stands in events.
Result<void> answer(const ApiResponse& response) {
  if (response.ok()) return {};
  const ErrorKind kind = response.code == 409 ? ErrorKind::kConflict : ErrorKind::kInvalid;
  return Error{kind, std::string(response.message())};
}

// Several errors as one: "[a, b]".
Error together(const std::vector<std::string>& messages) {
  if (messages.size() == 1) return {ErrorKind::kInvalid, messages.front()};
  return {ErrorKind::kInvalid, fmt::format("[{}]", fmt::join(messages, ", "))};
}

// Takes step 0 … count-1 until one says that there is something to wait for. In order an error ends
// it at once; in parallel the others of its batch still come.
// Source: kube-controller-manager 1.32, runForAll of stateful_set_control.go.
template <typename Step>
Result<bool> for_each_of(std::int64_t count, bool parallel, const Step& step) {
  SlowStart batches;
  Result<void> failed;
  bool complete = true;
  for (std::int64_t i = 0; i < count && complete; ++i) {
    const Result<bool> done = step(i);
    if (!done && !parallel) return done.error();
    if (!done && failed) failed = done.error();
    if (done) complete = done.value();
    if (!batches.go_on_after(!done)) break;
  }
  if (!failed) return failed.error();
  return complete;
}

}  // namespace

Result<void> StatefulSetSync::step() {
  INFERLAB_TRY(const bool complete, care_for_replicas());
  if (!complete) return {};
  INFERLAB_TRY(const bool none_left, remove_condemned());
  if (!none_left || view().on_delete) return {};
  return replace_outdated();
}

Result<bool> StatefulSetSync::care_for_replicas() {
  const std::int64_t first = view().first_ordinal;
  return for_each_of(view().end_ordinal() - first, view().parallel,
                     [this, first](std::int64_t i) { return care_for(first + i); });
}

Result<bool> StatefulSetSync::care_for(std::int64_t ordinal) {
  const bool parallel = view().parallel;
  const StoredObject* pod = pod_at(ordinal);
  if (pod == nullptr) return make_pod(ordinal);
  const PodView& pod_view = pod->view<PodView>();
  const bool terminating = pod_view.meta.deletion_timestamp.has_value();
  if (pod_view.terminal()) {
    // However its containers ended: they are to run for ever. The new one comes when it is gone.
    if (!terminating) INFERLAB_TRY_VOID(delete_pod(*pod));
    return parallel;
  }
  if (pod_view.phase == "Pending") {
    INFERLAB_TRY_VOID(make_claims(ordinal));
    const Result<void> owned = set_claim_owners(*pod, ordinal);
    if (!owned) {
      pod_event("update", pod->key.name, owned);
      return owned.error();
    }
  }
  if (!parallel && (terminating || !is_available_pod(*pod))) return false;
  INFERLAB_TRY_VOID(mend(*pod, ordinal));
  return true;
}

Result<bool> StatefulSetSync::make_pod(std::int64_t ordinal) {
  if (has_stale_claim(ordinal)) return view().parallel;
  if (!may_call()) return false;
  const std::string pod = stateful_pod_name(*set_, ordinal);
  const Result<void> claimed = make_claims(ordinal);
  if (!claimed) {
    pod_event("create", pod, claimed);
    return claimed.error();
  }
  // Below the partition even a Pod that is made anew is of the old version.
  const bool old = !view().on_delete && ordinal < view().first_ordinal + view().partition;
  const StoredObject& revision = old ? *current_ : *update_;
  const ApiResponse response = context_.api.create(
      "pods", set_->key.ns, stateful_pod(*set_, template_of(revision), revision.key.name, ordinal),
      context_.user);
  // Somebody else's Pod of this name: its owner is told nothing.
  if (response.reason() == "AlreadyExists") return answer(response).error();
  pod_event("create", pod, answer(response));
  if (!response.ok()) return answer(response).error();
  const Result<void> owned = set_claim_owners(*response.object, ordinal);
  if (!owned) {
    pod_event("update", pod, owned);
    return owned.error();
  }
  return view().parallel;
}

// A Pod that was adopted may lack its labels or claims; a new retention policy changes who owns
// them.
Result<void> StatefulSetSync::mend(const StoredObject& pod, std::int64_t ordinal) {
  const Value wanted = with_identity(*set_, pod.document, ordinal);
  const bool owned = claims_have_their_owners(pod, ordinal);
  if (owned && wanted == pod.document) return {};
  Result<void> result;
  if (!mounts_its_claims(*set_, pod.document, ordinal)) result = make_claims(ordinal);
  if (result && !owned) result = set_claim_owners(pod, ordinal);
  if (result) result = answer(context_.api.update("pods", wanted, context_.user));
  pod_event("update", pod.key.name, result);
  return result;
}

Result<bool> StatefulSetSync::remove_condemned() {
  std::vector<std::pair<std::int64_t, ObjectPtr>> condemned;  // the highest first
  const StoredObject* first_unhealthy = nullptr;              // the lowest one
  for (auto pod = pods_.rbegin(); pod != pods_.rend(); ++pod) {
    if (view().wants(pod->first)) continue;
    condemned.emplace_back(pod->first, pod->second);
    if (!is_healthy(*pod->second)) first_unhealthy = pod->second.get();
  }
  const bool parallel = view().parallel;
  const auto count = static_cast<std::int64_t>(condemned.size());
  const Result<bool> owned = for_each_of(count, parallel, [&](std::int64_t i) -> Result<bool> {
    const auto& [ordinal, pod] = condemned[static_cast<std::size_t>(i)];
    INFERLAB_TRY_VOID(set_claim_owners(*pod, ordinal));
    return true;
  });
  if (!owned) return owned.error();
  return for_each_of(count, parallel, [&](std::int64_t i) -> Result<bool> {
    const StoredObject& pod = *condemned[static_cast<std::size_t>(i)].second;
    if (pod.view<PodView>().meta.deletion_timestamp) return parallel;
    // One that is not available may only go when all below it are healthy.
    if (!parallel && !is_available_pod(pod) && &pod != first_unhealthy) return false;
    if (!may_call()) return false;
    INFERLAB_TRY_VOID(delete_pod(pod));
    return parallel;
  });
}

Result<void> StatefulSetSync::replace_outdated() {
  const std::int64_t lowest = view().first_ordinal + view().partition;
  for (std::int64_t ordinal = view().end_ordinal() - 1; ordinal >= lowest; --ordinal) {
    const StoredObject* pod = pod_at(ordinal);
    if (pod == nullptr) return {};  // made a moment ago
    const bool outdated = label_of(*pod, kRevisionLabel) != update_->key.name;
    if (outdated && !pod->view<PodView>().meta.deletion_timestamp) {
      INFERLAB_TRY_VOID(delete_pod(*pod));
      --counts_.current;
      return {};
    }
    if (!is_healthy(*pod)) return {};
  }
  return {};
}

Result<void> StatefulSetSync::delete_pod(const StoredObject& pod) {
  const ApiResponse response = context_.api.remove(pod.key, context_.user);
  if (response.code == 404) return {};
  pod_event("delete", pod.key.name, answer(response));
  return answer(response);
}

ObjectPtr StatefulSetSync::claim(const Value& claim_template, std::int64_t ordinal) const {
  return context_.store().get(
      {std::string(kClaims), set_->key.ns, stateful_claim_name(*set_, claim_template, ordinal)});
}

Result<void> StatefulSetSync::make_claims(std::int64_t ordinal) {
  const std::string pod = stateful_pod_name(*set_, ordinal);
  std::vector<std::string> failures;
  for (const Value& one : view().claim_templates.items()) {
    const std::string called = stateful_claim_name(*set_, one, ordinal);
    if (const ObjectPtr present = claim(one, ordinal)) {
      if (present->document["metadata"].has("deletionTimestamp")) {
        failures.push_back(fmt::format("pvc {} is being deleted", called));
      }
      continue;
    }
    const ApiResponse response = context_.api.create(
        kClaims, set_->key.ns, stateful_claim(*set_, one, ordinal), context_.user);
    if (response.ok()) {
      context_.events.normal(
          *set_, "SuccessfulCreate",
          fmt::format("create Claim {} Pod {} in StatefulSet {} success", called, pod, name()));
      continue;
    }
    failures.push_back(fmt::format("failed to create PVC {}: {}", called, response.message()));
    context_.events.warning(
        *set_, "FailedCreate",
        fmt::format("create Claim {} for Pod {} in StatefulSet {} failed error: {}", called, pod,
                    name(), response.message()));
  }
  return failures.empty() ? Result<void>() : Result<void>(together(failures));
}

ClaimHolders StatefulSetSync::holders(std::int64_t ordinal, std::string_view pod_uid) const {
  return {.set = set_->document,
          .pod_name = stateful_pod_name(*set_, ordinal),
          .pod_uid = std::string(pod_uid),
          .deletes_when_scaled = view().deletes_claims_when_scaled,
          .deletes_when_deleted = view().deletes_claims_when_deleted,
          .condemned = !view().wants(ordinal)};
}

Result<void> StatefulSetSync::set_claim_owners(const StoredObject& pod, std::int64_t ordinal) {
  const ClaimHolders now = holders(ordinal, pod.document["metadata"]["uid"].as_string());
  for (const Value& one : view().claim_templates.items()) {
    const ObjectPtr present = claim(one, ordinal);
    if (present == nullptr) continue;  // the next look makes it
    const std::optional<Value> owners = claim_owners_to_set(present->document, now);
    if (!owners) continue;
    const ApiResponse response = context_.api.merge_patch(
        present->key, "",
        Value::object({{"metadata", Value::object({{"ownerReferences", *owners}})}}),
        context_.user);
    if (response.ok() || response.code == 404) continue;
    return Error{ErrorKind::kInvalid,
                 fmt::format("could not update claim {} for delete policy ownerRefs: {}",
                             present->key.name, response.message())};
  }
  return {};
}

bool StatefulSetSync::claims_have_their_owners(const StoredObject& pod,
                                               std::int64_t ordinal) const {
  const ClaimHolders now = holders(ordinal, pod.document["metadata"]["uid"].as_string());
  for (const Value& one : view().claim_templates.items()) {
    const ObjectPtr present = claim(one, ordinal);
    if (present != nullptr && claim_owners_to_set(present->document, now)) return false;
  }
  return true;
}

bool StatefulSetSync::has_stale_claim(std::int64_t ordinal) const {
  if (!view().deletes_claims_when_scaled) return false;
  for (const Value& one : view().claim_templates.items()) {
    const ObjectPtr present = claim(one, ordinal);
    if (present != nullptr && is_stale_claim(present->document, holders(ordinal, ""))) return true;
  }
  return false;
}

}  // namespace inferlab::sim
