#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/api/api.h"
#include "sim/controllers/application_spec.h"
#include "sim/gitops/compare.h"
#include "sim/gitops/repository.h"

namespace inferlab::sim {

/// One object of an Application: what Git wants, what is there, or both.
struct ApplicationResource {
  DesiredObject desired;  // object null: Git has it not
  ObjectPtr live;         // nullptr: it is not there
  bool in_sync = false;
  std::vector<std::string> ignored = {};  // JSON pointers

  [[nodiscard]] bool is_extra() const { return desired.object.is_null(); }
  /// What of it is known: Git's document, else the live one.
  [[nodiscard]] const Value& document() const {
    return is_extra() ? live->document : desired.object;
  }
  /// argocd.argoproj.io/sync-wave
  [[nodiscard]] std::int64_t wave() const;
};

/// The cluster compared with a commit.
struct ApplicationState {
  std::string revision;  // the commit's id; empty: none was found
  std::vector<ApplicationResource> resources;
  std::vector<ApplicationFault> faults;
  bool is_known = true;  // false: Git's side could not be made
  std::string sync = "Unknown";
  std::string health = "Unknown";

  /// status.resources, in Argo CD's order.
  [[nodiscard]] Value resource_list(const ApplicationSpec& spec) const;
};

/// `revision` is a name or an id; `tracked` are the objects that carry the Application's tracking
/// annotation.
ApplicationState compare_application(Api& api, const GitRepositories* repositories,
                                     const ApplicationSpec& spec, std::string_view revision,
                                     const std::set<ObjectKey>& tracked);

/// Whether `argocd.argoproj.io/sync-options` of an object has this word: "Prune=false".
bool has_sync_option(const Value& object, std::string_view option);

}  // namespace inferlab::sim
