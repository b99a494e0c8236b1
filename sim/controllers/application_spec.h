#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/store.h"
#include "sim/api/value.h"
#include "sim/gitops/manifests.h"

namespace inferlab::sim {

inline constexpr std::string_view kApplications = "applications.argoproj.io";
inline constexpr std::string_view kAppProjects = "appprojects.argoproj.io";
/// Where Argo CD is installed: Applications of other namespaces are not looked at.
inline constexpr std::string_view kArgoNamespace = "argocd";

/// A condition of an Application: "InvalidSpecError", "ComparisonError", "SyncError" …
struct ApplicationFault {
  std::string type, message;
};

struct RetryRule {
  std::int64_t limit = 0;  // -1: without end
  Duration first = 5s;
  std::int64_t factor = 2;
  Duration longest = 3min;
  bool refresh = false;

  /// The wait before retry `count`, which counts from 0.
  [[nodiscard]] Duration wait(std::int64_t count) const;
};

/// What an Application asks for, as Argo CD 3.5 reads it.
struct ApplicationSpec {
  std::string name, project, repo_url, target_revision, ns;
  ManifestSource source;
  bool automated = false, prunes = false, heals = false, allows_empty = false;
  // spec.syncPolicy.syncOptions
  bool creates_namespace = false, out_of_sync_only = false, prunes_last = false;
  bool respects_ignored = false, keeps_extra = false;
  std::string prune_propagation = "foreground";
  RetryRule retry;
  std::int64_t history_limit = 10;

  struct Ignored {
    std::string group, kind, name, ns;
    std::vector<std::string> pointers;
  };
  std::vector<Ignored> ignored;

  /// The JSON pointers that do not count in this object.
  [[nodiscard]] std::vector<std::string> ignored_in(const Value& object) const;
};

/// Reads `document`; what is wrong with it, or not simulated here, goes into `faults` as
/// InvalidSpecError (ComparisonError for how manifests are made).
ApplicationSpec application_spec(const Value& document, std::vector<ApplicationFault>& faults);

/// Of `spec.syncPolicy.retry`, or of an operation. Waits are between a second and a day, whatever
/// it says.
RetryRule retry_rule(const Value& retry);

/// What the AppProject does not allow of the Application.
void check_project(const Store& store, const ApplicationSpec& spec,
                   std::vector<ApplicationFault>& faults);

}  // namespace inferlab::sim
