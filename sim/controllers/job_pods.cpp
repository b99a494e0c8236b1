#include "sim/controllers/job_pods.h"

#include <algorithm>
#include <charconv>

#include "sim/api/views.h"
#include "sim/controllers/controller.h"
#include "sim/controllers/job_failure_policy.h"
#include "sim/controllers/pod_state.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kFailureCount = "batch.kubernetes.io/job-index-failure-count";
constexpr std::string_view kIgnoredFailureCount =
    "batch.kubernetes.io/job-index-ignored-failure-count";
constexpr std::size_t kMaxGeneratePrefix = 58;  // 63 less the suffix

std::optional<std::int64_t> number_in(const StoredObject& pod, std::string_view annotation) {
  const std::string_view text = pod.document["metadata"]["annotations"][annotation].as_string();
  std::int64_t out = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size() || out < 0)
    return std::nullopt;
  return out;
}

// The last end of these containers; nullopt unless all that count have ended.
std::optional<Time> last_end(const Value& statuses, std::optional<Time> latest,
                             bool (*counts)(const Value& spec, const Value& status),
                             const Value& spec) {
  for (const Value& status : statuses.items()) {
    if (!counts(spec, status)) continue;
    const auto ended = parse_rfc3339(status["state"]["terminated"]["finishedAt"].as_string());
    if (!ended) return std::nullopt;
    latest = latest ? std::max(*latest, *ended) : *ended;
  }
  return latest;
}

bool is_sidecar(const Value& spec, const Value& status) {
  for (const Value& container : spec["initContainers"].items()) {
    if (container["name"] == status["name"])
      return container["restartPolicy"].as_string() == "Always";
  }
  return false;
}

Value with_index_variable(const Value& container) {
  for (const Value& variable : container["env"].items()) {
    if (variable["name"].as_string() == "JOB_COMPLETION_INDEX") return container;
  }
  const std::string path = "metadata.labels['" + std::string(kCompletionIndex) + "']";
  const Value variable = Value::object(
      {{"name", "JOB_COMPLETION_INDEX"},
       {"valueFrom", Value::object({{"fieldRef", Value::object({{"fieldPath", Value(path)}})}})}});
  return container.with("env", container["env"].appended(variable));
}

Value with_index_variables(Value spec) {
  for (const char* list : {"initContainers", "containers"}) {
    Value::Array containers = spec[list].items();
    if (containers.empty()) continue;
    for (Value& container : containers) container = with_index_variable(container);
    spec = spec.with(list, Value::array(std::move(containers)));
  }
  return spec;
}

std::string index_prefix(const std::string& job, const std::string& index) {
  const std::string end = "-" + index + "-";
  return job.substr(0, kMaxGeneratePrefix - end.size()) + end;
}

// The failures of an index, with that of the Pod that is replaced.
IndexFailures failures_with(const StoredObject& job, const StoredObject* replaced) {
  if (replaced == nullptr) return {};
  IndexFailures out = index_failures(*replaced);
  const FailureVerdict verdict = judge_failure(job.document["spec"]["podFailurePolicy"], *replaced);
  ++(verdict.counts ? out.counted : out.ignored);
  return out;
}

Time told_finish_time(const StoredObject& pod) {
  const Value& spec = pod.document["spec"];
  const Value& status = pod.document["status"];
  const auto all = [](const Value&, const Value&) { return true; };
  auto ended = last_end(status["containerStatuses"], std::nullopt, all, spec);
  if (ended) ended = last_end(status["initContainerStatuses"], ended, is_sidecar, spec);
  if (ended) return *ended;
  const Value& ready = condition_of(pod.document, "Ready");
  if (ready["status"].as_string() == "False") {
    if (const auto since = parse_rfc3339(ready["lastTransitionTime"].as_string())) return *since;
  }
  const MetaView& meta = pod.view<PodView>().meta;
  if (!meta.deletion_timestamp) return meta.created;
  return *meta.deletion_timestamp - seconds_capped(meta.deletion_grace_period_seconds.value_or(0));
}

}  // namespace

bool is_tracked(const StoredObject& pod) {
  const Value::Array& all = pod.document["metadata"]["finalizers"].items();
  return std::any_of(all.begin(), all.end(),
                     [](const Value& one) { return one.as_string() == kJobTracking; });
}

Value without_tracking(const StoredObject& pod) {
  Value::Array left;
  for (const Value& one : pod.document["metadata"]["finalizers"].items()) {
    if (one.as_string() != kJobTracking) left.push_back(one);
  }
  return left.empty() ? Value() : Value::array(std::move(left));
}

std::optional<std::int64_t> completion_index(const StoredObject& pod) {
  return number_in(pod, kCompletionIndex);
}

bool is_terminating(const StoredObject& pod) {
  const PodView& view = pod.view<PodView>();
  return view.meta.deletion_timestamp && !view.terminal();
}

Time finish_time(const StoredObject& pod) {
  // A kubelet with a clock of its own may tell of the future: it was no later than it was written.
  return std::min(told_finish_time(pod), pod.written);
}

bool is_job_finished(const Value& job) {
  return condition_of(job, "Complete")["status"].as_string() == "True" ||
         condition_of(job, "Failed")["status"].as_string() == "True";
}

bool is_indexed(const Value& job) {
  return job["spec"]["completionMode"].as_string() == "Indexed";
}

bool has_limit_per_index(const Value& job) {
  return job["spec"].has("backoffLimitPerIndex");
}

bool replaces_failed_only(const Value& job) {
  return job["spec"]["podReplacementPolicy"].as_string() == "Failed" ||
         job["spec"].has("podFailurePolicy");
}

bool is_pod_failed(const StoredObject& pod, const Value& job) {
  const PodView& view = pod.view<PodView>();
  if (view.phase == "Failed") return true;
  // A Pod without a kubelet never comes to its end: being deleted is all that happens to it.
  return !replaces_failed_only(job) && view.meta.deletion_timestamp && view.phase != "Succeeded";
}

IndexFailures index_failures(const StoredObject& pod) {
  return {number_in(pod, kFailureCount).value_or(0),
          number_in(pod, kIgnoredFailureCount).value_or(0)};
}

Value job_pod(const StoredObject& job, std::optional<std::int64_t> index,
              const StoredObject* replaced) {
  const Value& pod_template = job.document["spec"]["template"];
  const Value& from = pod_template["metadata"];
  Value spec = pod_template["spec"];
  Value metadata = Value::object({{"generateName", Value(job.key.name + "-")},
                                  {"namespace", Value(job.key.ns)},
                                  {"ownerReferences", Value::array({controller_reference(job)})}});
  for (const char* field : {"labels", "annotations"}) {
    if (!from[field].empty()) metadata = metadata.with(field, from[field]);
  }
  Value::Array finalizers = from["finalizers"].items();
  if (std::none_of(finalizers.begin(), finalizers.end(),
                   [](const Value& one) { return one.as_string() == kJobTracking; })) {
    finalizers.emplace_back(kJobTracking);
  }
  metadata = metadata.with("finalizers", Value::array(std::move(finalizers)));
  if (index) {
    const std::string text = std::to_string(*index);
    metadata = metadata.with("generateName", Value(index_prefix(job.key.name, text)))
                   .with_path({"annotations", kCompletionIndex}, Value(text))
                   .with_path({"labels", kCompletionIndex}, Value(text));
    if (has_limit_per_index(job.document)) {
      const IndexFailures failures = failures_with(job, replaced);
      metadata = metadata.with_path({"annotations", kFailureCount},
                                    Value(std::to_string(failures.counted)));
      if (failures.ignored > 0) {
        metadata = metadata.with_path({"annotations", kIgnoredFailureCount},
                                      Value(std::to_string(failures.ignored)));
      }
    }
    spec = with_index_variables(spec).with("hostname", Value(job.key.name + "-" + text));
  }
  return Value::object(
      {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", metadata}, {"spec", spec}});
}

}  // namespace inferlab::sim
