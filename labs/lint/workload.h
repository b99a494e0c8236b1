#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "labs/lint/model_command.h"
#include "labs/lint/object.h"
#include "sim/api/selector.h"

namespace inferlab::labs::lint {

/// One container of a workload's Pods.
struct Container {
  enum class Role : std::uint8_t { kMain, kInit, kEphemeral };
  Role role = Role::kMain;
  sim::Value value;
  std::string path;  // "spec.template.spec.containers[0]"
  std::string name, image;
  /// What its command line and environment say of the model that it runs; none: it runs none.
  std::optional<ModelCommand> model;

  [[nodiscard]] std::string at(std::string_view field) const {
    return path + "." + std::string(field);
  }
  /// The value of a variable that is written out; nullopt: it is not set, or comes from elsewhere.
  [[nodiscard]] std::optional<std::string> env(std::string_view variable) const;
  /// "nvidia.com/gpu" and the like, limits before requests.
  [[nodiscard]] std::int64_t gpus() const;
  /// An init container that goes on beside the others (restartPolicy Always).
  [[nodiscard]] bool is_sidecar() const;
  [[nodiscard]] bool has_port(const sim::Value& number_or_name) const;
  [[nodiscard]] bool names_ports() const { return !value["ports"].empty(); }
};

/// Whatever of a bundle makes Pods, and the Pods that it makes.
struct Workload {
  const Object* object = nullptr;
  std::string template_path;          // "spec.template"; of a Pod ""
  sim::Value pod;                     // its spec
  sim::Labels labels;                 // of the Pods
  std::vector<Container> containers;  // main ones, then init and ephemeral ones

  /// "spec.template.spec.tolerations"
  [[nodiscard]] std::string at(std::string_view field) const;
  [[nodiscard]] const std::string& ns() const { return object->ns; }
  [[nodiscard]] bool is(std::string_view kind) const { return object->kind == kind; }
  /// Its Pods are replaced when they end: no Job, no CronJob.
  [[nodiscard]] bool runs_for_ever() const { return !is("Job") && !is("CronJob"); }
  /// It has spec.replicas.
  [[nodiscard]] bool is_replicated() const;
  /// GPUs that one of its Pods asks for.
  [[nodiscard]] std::int64_t gpus() const;
  /// A container that serves a model for as long as the Pod lives; nullptr: none does.
  [[nodiscard]] const Container* model_server() const;
  /// A container that runs a model, serving or not.
  [[nodiscard]] const Container* model_runner() const;
  /// spec.volumes' entry of this name, or null.
  [[nodiscard]] sim::Value volume(std::string_view name) const;
};

/// What an extended resource has to be called to be a GPU: of NVIDIA (whole, shared or a MIG
/// slice), AMD, Intel or Habana.
bool is_gpu_resource(std::string_view resource);

/// The workload that `object` is; nullopt: it makes no Pods that the file describes.
std::optional<Workload> workload_of(const Object& object);

}  // namespace inferlab::labs::lint
