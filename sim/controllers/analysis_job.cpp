#include "sim/controllers/analysis_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sim/controllers/controller.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kJobName = "job-name";
constexpr std::string_view kJobNamespace = "job-namespace";
constexpr std::size_t kMostName = 63;  // of a Job, which is a label of its Pods

Value stamp(Api& api) {
  return Value(format_rfc3339(api.simulation().now()));
}

Value ended(Value measurement, std::string_view phase, const std::string& message, Api& api) {
  measurement = measurement.with("phase", Value(phase)).with("finishedAt", stamp(api));
  return message.empty() ? measurement : measurement.with("message", Value(message));
}

std::string job_name(const StoredObject& run, std::string metric, std::int64_t number) {
  const std::string uid = run.document["metadata"]["uid"].str();
  const std::size_t length = fmt::format("{}.{}.{}", uid, metric, number).size();
  if (length > kMostName)
    metric.resize(metric.size() - std::min(metric.size(), length - kMostName));
  return fmt::format("{}.{}.{}", uid, metric, number);
}

ObjectKey job_of(const StoredObject& run, const Value& measurement) {
  const Value& metadata = measurement["metadata"];
  const std::string ns = metadata[kJobNamespace].str();
  return {"jobs.batch", ns.empty() ? run.key.ns : ns, metadata[kJobName].str()};
}

ApiResponse remove_job(Api& api, const ObjectKey& job, const std::string& user) {
  ApiRequest request;
  request.verb = Verb::kDelete;
  request.resource = job.resource;
  request.ns = job.ns;
  request.name = job.name;
  request.user = user;
  request.propagation = Propagation::kForeground;
  return api.handle(request);
}

}  // namespace

Value begin_job_measurement(Api& api, const StoredObject& run, const Value& metric,
                            std::int64_t measured_before, const std::string& user) {
  const Value& job = metric["provider"]["job"];
  const Value measurement = Value::object({{"phase", "Running"}, {"startedAt", stamp(api)}});
  const Value& uid = run.document["metadata"]["uid"];
  const std::string name = job_name(run, metric["name"].str(), measured_before + 1);
  const auto own = [&](const char* field) {
    const Value& given = job["metadata"][field];
    return given.is_object() ? given : Value::object();
  };
  const Value metadata = Value::object(
      {{"name", Value(name)},
       {"namespace", Value(run.key.ns)},
       {"labels", own("labels").with(kAnalysisRunUid, uid)},
       {"annotations", own("annotations")
                           .with("analysisrun.argoproj.io/name", Value(run.key.name))
                           .with("analysisrun.argoproj.io/namespace", Value(run.key.ns))
                           .with("analysisrun.argoproj.io/metric-name", metric["name"])},
       {"ownerReferences", Value::array({controller_reference(run)})}});
  const Value spec =
      job["spec"].with_path({"template", "metadata", "labels", kAnalysisRunUid}, uid);
  const ApiResponse response = api.create(
      "jobs.batch", run.key.ns,
      Value::object(
          {{"apiVersion", "batch/v1"}, {"kind", "Job"}, {"metadata", metadata}, {"spec", spec}}),
      user);
  if (!response.ok()) return ended(measurement, "Error", std::string(response.message()), api);
  return measurement.with("metadata",
                          Value::object({{std::string(kJobName), Value(name)},
                                         {std::string(kJobNamespace), Value(run.key.ns)}}));
}

Value resume_job_measurement(Api& api, const StoredObject& run, const Value& measurement) {
  const ObjectKey key = job_of(run, measurement);
  if (key.name.empty()) return ended(measurement, "Error", "job metadata reference missing", api);
  const ObjectPtr job = api.store().get(key);
  if (job == nullptr) {
    return ended(measurement, "Error", fmt::format("job.batch \"{}\" not found", key.name), api);
  }
  for (const Value& condition : job->document["status"]["conditions"].items()) {
    if (condition["type"].as_string() == "Complete")
      return ended(measurement, "Successful", "", api);
    if (condition["type"].as_string() == "Failed") return ended(measurement, "Failed", "", api);
  }
  return measurement;
}

Value terminate_job_measurement(Api& api, const StoredObject& run, const Value& measurement,
                                const std::string& user) {
  const ApiResponse response = remove_job(api, job_of(run, measurement), user);
  if (!response.ok() && response.code != 404) {
    return ended(measurement, "Error", std::string(response.message()), api);
  }
  return ended(measurement, "Successful", "Metric Terminated", api);
}

void drop_old_jobs(Api& api, const StoredObject& run, std::int64_t kept, const std::string& user) {
  std::vector<ObjectPtr> jobs;
  for (const ObjectPtr& job : api.store().list("jobs.batch", run.key.ns)) {
    const Value& metadata = job->document["metadata"];
    if (metadata["labels"][kAnalysisRunUid] != run.document["metadata"]["uid"]) continue;
    if (!metadata.has("deletionTimestamp")) jobs.push_back(job);
  }
  std::stable_sort(jobs.begin(), jobs.end(), [](const ObjectPtr& a, const ObjectPtr& b) {
    return a->document["metadata"]["creationTimestamp"].as_string() <
           b->document["metadata"]["creationTimestamp"].as_string();
  });
  const auto too_many = static_cast<std::int64_t>(jobs.size()) - kept;
  for (std::int64_t i = 0; i < too_many; ++i) {
    (void)remove_job(api, jobs[static_cast<std::size_t>(i)]->key, user);
  }
}

}  // namespace inferlab::sim
