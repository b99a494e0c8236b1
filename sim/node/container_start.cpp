// container_start.cpp: from the image to the running process, with the kubelet's order of checks
// and its events. Source: Kubernetes documentation, "Images" and "Pod Lifecycle"; texts of
// kubelet 1.32.
#include <fmt/format.h>

#include <utility>

#include "sim/api/base64.h"
#include "sim/node/container_mounts.h"
#include "sim/node/expansion.h"
#include "sim/node/generic_workloads.h"
#include "sim/node/pod_worker.h"

namespace inferlab::sim {
namespace {

/// Creating and starting a container once its image is here; our guess.
constexpr Duration kCreateTime = 300ms;
/// How soon the kubelet looks at a pod again after a container event (its event generator's
/// relist).
constexpr Duration kRelist = 1s;
/// How soon it tries again what is not under a back-off of its own (its sync back-off).
constexpr Duration kSyncBackoff = 10s;
/// Of a program, in messages: a path's longest part.
constexpr std::size_t kLongestName = 255;

std::string text_of(Duration duration) {
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(duration);
  return format_duration(whole);
}

/// A Secret's data is base64 in the API and plain for the process.
std::string data_of(const Value& value, bool is_secret) {
  return is_secret ? from_base64(value.as_string()).value_or(std::string()) : value.str();
}

Error missing(std::string message) {
  return Error{ErrorKind::kInvalid, std::move(message)};
}

/// What a container starts with, added up as the kernel does it.
class ArgumentBytes {
 public:
  void add(std::size_t length) {
    constexpr std::size_t kPointer = sizeof(char*);
    ++length;  // its end
    fits_ = fits_ && length <= kLongestArgument;
    total_ += length + kPointer;
  }
  [[nodiscard]] bool fit() const { return fits_ && total_ <= kMostArguments; }

 private:
  std::size_t total_ = 0;
  bool fits_ = true;
};

bool arguments_fit(const ContainerView& view) {
  ArgumentBytes bytes;
  for (const std::string& word : view.command) bytes.add(word.size());
  for (const std::string& word : view.args) bytes.add(word.size());
  for (const auto& [name, value] : view.env) bytes.add(name.size() + 1 + value.size());
  return bytes.fit();
}

/// Text of runc 1.1, in the container's own log.
std::string too_long(const ContainerView& view) {
  const std::string program = view.command.empty() ? "/bin/sh" : view.command.front();
  return fmt::format("exec {}: argument list too long", program.substr(0, kLongestName));
}

}  // namespace

void PodWorker::try_again_at(Container& container, Time when) {
  container.not_before = when;
  wake_at(when);
}

bool PodWorker::in_restart_backoff(Container& container) {
  if (!container.terminated) return false;
  const Time finished = container.terminated->finished;
  if (!container.restart_backoff.holds(finished, timers_.now())) {
    container.restart_backoff.next(finished, timers_.now());
    return false;
  }
  const std::string text = pod_text(ns_, name_, uid_);
  const Duration delay = container.restart_backoff.delay();
  if (container.waiting_reason != "CrashLoopBackOff") {
    record(&container, "Warning", "BackOff",
           fmt::format("Back-off restarting failed container {} in pod {}", container.view.name,
                       text));
  }
  container.wait("CrashLoopBackOff",
                 fmt::format("back-off {} restarting failed container={} pod={}",
                             format_duration(delay), container.view.name, text));
  wake_at(finished + delay);
  return true;
}

void PodWorker::try_start(Container& container) {
  const std::string& wanted = image_now(container);
  if (wanted != container.view.image) container.set_image(wanted);
  const Time now = timers_.now();
  if (now < container.not_before) {
    wake_at(container.not_before);
    return;
  }
  if (in_restart_backoff(container)) return;
  const std::string& image = container.view.image;
  const Result<ImageReference> reference = ImageReference::parse(image);
  if (!reference) {
    record(&container, "Warning", "InspectFailed", reference.error().message);
    record(&container, "Warning", "Failed", "Error: InvalidImageName");
    container.wait("InvalidImageName", reference.error().message);
    try_again_at(container, now + kSyncBackoff);
    return;
  }
  const ImageSpec* present = node_.images.present(*reference);
  const std::string& policy = container.view.image_pull_policy;
  if (policy == "Never" && present == nullptr) {
    const std::string why =
        fmt::format("Container image \"{}\" is not present with pull policy of Never", image);
    record(&container, "Warning", "ErrImageNeverPull", why);
    record(&container, "Warning", "Failed", "Error: ErrImageNeverPull");
    container.wait("ErrImageNeverPull", why);
    try_again_at(container, now + kSyncBackoff);
    return;
  }
  if (present != nullptr && policy != "Always") {
    record(&container, "Normal", "Pulled",
           fmt::format("Container image \"{}\" already present on machine", image));
    begin_start(container, *present);
    return;
  }
  if (container.pull_backoff.holds_since_try(now)) {
    const std::string why = fmt::format("Back-off pulling image \"{}\"", image);
    if (container.waiting_reason != "ImagePullBackOff") {
      record(&container, "Normal", "BackOff", why);
      record(&container, "Warning", "Failed", "Error: ImagePullBackOff");
    }
    container.wait("ImagePullBackOff", why + ": " + container.last_pull_error);
    wake_at(*container.pull_backoff.last_try() + container.pull_backoff.delay());
    return;
  }
  pull(container, *reference);
}

void PodWorker::pull(Container& container, const ImageReference& reference) {
  record(&container, "Normal", "Pulling",
         fmt::format("Pulling image \"{}\"", container.view.image));
  container.busy = true;
  node_.images.pull(reference,
                    timers_.guarded([this, &container](const ImagePuller::Pulled& result) {
                      container.busy = false;
                      if (!terminating_) pulled(container, result);
                      node_.request_sync(ns_, name_);
                    }));
}

void PodWorker::pulled(Container& container, const ImagePuller::Pulled& result) {
  const std::string& image = container.view.image;
  if (result.image) {
    record(&container, "Normal", "Pulled",
           fmt::format(
               "Successfully pulled image \"{}\" in {} ({} including waiting). Image size: {} "
               "bytes.",
               image, text_of(result.pulling), text_of(result.total), (*result.image)->size_bytes));
    begin_start(container, **result.image);
    return;
  }
  const std::string& why = result.image.error().message;
  container.pull_backoff.next(timers_.now(), timers_.now());
  container.not_before = timers_.now() + kRelist;
  container.last_pull_error = "ErrImagePull: " + why;
  container.wait("ErrImagePull", why);
  record(&container, "Warning", "Failed",
         fmt::format("Failed to pull image \"{}\": {}", image, why));
  record(&container, "Warning", "Failed", "Error: ErrImagePull");
}

void PodWorker::begin_start(Container& container, const ImageSpec& image) {
  container.busy = true;
  timers_.after(kCreateTime, "kubelet/start-container", [this, &container, &image] {
    container.busy = false;
    if (!terminating_) start(container, image);
    node_.request_sync(ns_, name_);
  });
}

void PodWorker::start(Container& container, const ImageSpec& image) {
  const auto environment = environment_of(container);
  // Every run of it ends in the same way; nothing as long is kept.
  bool can_exec = environment || environment.error().kind != ErrorKind::kExhausted;
  if (!environment && can_exec) {
    const std::string& why = environment.error().message;
    record(&container, "Warning", "Failed", "Error: " + why);
    container.wait("CreateContainerConfigError", why);
    container.not_before = timers_.now() + kSyncBackoff;
    return;
  }
  ContainerView view = container.view;
  if (can_exec) {
    view.env = *environment;
    ArgumentBytes bytes;
    for (std::vector<std::string>* const words : {&view.command, &view.args}) {
      for (std::string& word : *words) {
        word = expand_variables(word, view.env);
        bytes.add(word.size());
        if (!bytes.fit()) break;
      }
    }
    can_exec = arguments_fit(view);
  }
  if (!can_exec) {
    view.args.clear();
    view.env.clear();
  }
  const CudaStart cuda = container.gpus.empty()
                             ? CudaStart{}
                             : start_cuda(image.cuda, node_.pool.driver, node_.pool.gpu, view.env);
  container.setup = ContainerSetup{.command = view.command, .args = view.args, .env = view.env};
  const std::shared_ptr<ContainerFiles> files = files_of_container(
      object_->document, container.document, node_.name, view.env, node_.api.store(), node_.files);
  const bool has_weights = image.behaviour == ImageSpec::Behaviour::kLlmServer;
  container.files = has_weights ? nullptr : files;
  WorkloadContext context{
      .simulation = timers_.simulation(),
      .host = container,
      .model_storage = node_.model_storage,
      .pool = node_.pool,
      .gpu = container.gpus.empty() ? node_.gpu : &container.gpus.front()->spec(),
      .gpu_ids = container.gpu_ids,
      .gpus = container.gpus,
      .image = image,
      .container = std::move(view),
      .ns = ns_,
      .pod = name_,
      .node = node_.name,
      .pod_ip = runtime_.pod_ip,
      .process = process_of(container),
      .place_of =
          [of_pod = object_->document, of_container = container.document,
           &store = node_.api.store()](std::string_view path) {
            return inferlab::sim::place_of(of_pod, of_container, path, store);
          },
      .settle_cpus = [this] { node_.settle_cpus(); },
      .driver_is_too_old = cuda.insufficient,
      .machine = &node_,
      .files = files};
  container.image_id =
      ImageReference::parse(container.view.image).value().repository + "@" + image.digest;
  record(&container, "Normal", "Created",
         fmt::format("Created container: {}", container.view.name));
  std::unique_ptr<Workload> workload =
      !cuda.refusal.empty() ? make_unstartable(std::move(context), cuda.refusal)
      : can_exec            ? node_.workloads.make(std::move(context))
                            : make_refused_by_exec(std::move(context), too_long(container.view));
  INFERLAB_CHECK(workload != nullptr);
  container.started = false;
  node_.settle_cpus();
  container.run(std::move(workload), "containerd://" + node_.new_container_id());
  if (container.state != Container::State::kRunning) {  // it could not be started at all
    record(&container, "Warning", "Failed", "Error: " + container.terminated->message);
    return;
  }
  record(&container, "Normal", "Started", fmt::format("Started container {}", container.view.name));
  node_.check_memory();
  node_.share_cpus();
  expose_metrics(container);
  run_post_start(container);
}

Result<std::map<std::string, std::string>> PodWorker::environment_of(
    const Container& container) const {
  std::map<std::string, std::string> environment;
  ArgumentBytes bytes;
  const auto set = [&](const std::string& variable, std::string value) {
    bytes.add(variable.size() + 1 + value.size());
    environment[variable] = std::move(value);
  };
  const auto object_of = [&](std::string_view resource, std::string_view object_name) {
    return node_.api.store().get({std::string(resource), ns_, std::string(object_name)});
  };
  for (const Value& source : container.document["envFrom"].items()) {
    const bool is_secret = source.has("secretRef");
    const Value& ref = source[is_secret ? "secretRef" : "configMapRef"];
    const ObjectPtr object =
        object_of(is_secret ? "secrets" : "configmaps", ref["name"].as_string());
    if (object == nullptr) {
      if (ref["optional"].as_bool()) continue;
      return missing(fmt::format("{} \"{}\" not found", is_secret ? "secret" : "configmap",
                                 ref["name"].as_string()));
    }
    for (const Value::Member& member : object->document["data"].members()) {
      set(source["prefix"].str() + member.key, data_of(member.value, is_secret));
    }
  }
  for (const Value& entry : container.document["env"].items()) {
    // Variables that are made of each other grow without bounds.
    if (!bytes.fit()) return Error{ErrorKind::kExhausted, "argument list too long"};
    const std::string variable = entry["name"].str();
    const Value& from = entry["valueFrom"];
    if (from.is_null()) {
      set(variable, expand_variables(entry["value"].as_string(), environment));
      continue;
    }
    if (from.has("fieldRef")) {
      const std::string_view path = from["fieldRef"]["fieldPath"].as_string();
      set(variable, field_of(object_->document, path, runtime_.pod_ip, node_.ip));
      continue;
    }
    const bool is_secret = from.has("secretKeyRef");
    if (!is_secret && !from.has("configMapKeyRef")) continue;
    const Value& ref = from[is_secret ? "secretKeyRef" : "configMapKeyRef"];
    const ObjectPtr object =
        object_of(is_secret ? "secrets" : "configmaps", ref["name"].as_string());
    const bool is_optional = ref["optional"].as_bool();
    if (object == nullptr) {
      if (is_optional) continue;
      return missing(fmt::format("{} \"{}\" not found", is_secret ? "secret" : "configmap",
                                 ref["name"].as_string()));
    }
    const Value* value = object->document["data"].find(ref["key"].as_string());
    if (value == nullptr) {
      if (is_optional) continue;
      return missing(fmt::format("couldn't find key {} in {} {}/{}", ref["key"].as_string(),
                                 is_secret ? "Secret" : "ConfigMap", ns_, ref["name"].as_string()));
    }
    set(variable, data_of(*value, is_secret));
  }
  return environment;
}

}  // namespace inferlab::sim
