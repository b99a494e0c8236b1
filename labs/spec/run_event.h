#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/time.h"
#include "labs/spec/parameters.h"
#include "labs/spec/spec_table.h"
#include "labs/spec/validate.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// In whose name something is asked of the API: an account, or a person. What its roles do not
/// allow is refused.
struct RunIdentity {
  std::string user;  // empty: the cluster's administrator, who may do everything
  std::vector<std::string> groups = {};
  /// Of the token that the user, a service account, shows: it lies in this Secret of the account's
  /// namespace, and is worth nothing without it. Empty: a token that is bound to the account alone.
  std::string secret = {};
  /// As the audit log has them.
  std::string source_ip = {}, user_agent = {};

  auto operator<=>(const RunIdentity&) const = default;
};

/// Something that happens to a run from outside besides the submission: a fault, or what an
/// operator does. Whom it hits may depend on the run: "the node that holds most Pods of …" is
/// looked up when the time has come (see labs/grade/event_player.h).
struct RunEvent {
  /// Of kCommit and kRevert.
  struct Git {
    std::string repository, branch, author, message;
    std::string folder;                // of the lab: files added or changed
    std::vector<std::string> removes;  // paths in the repository
    /// Texts that stand in the repository's files, wherever, and what stands there afterwards.
    std::vector<std::pair<std::string, std::string>> edits;
    std::string commit;  // kRevert: its id, or "last"

    auto operator<=>(const Git&) const = default;
  };
  enum class Kind : std::uint8_t {
    kFault,     // `fault` of `node`, or of a Pod of `workload`; `detail` stands behind the target
    kDrain,     // cordon the node and evict its Pods, as kubectl drain does, until all are gone
    kUncordon,  // the node takes Pods again
    kApply,     // create or update what `file` holds
    kDelete,    // the object of kind `what` called `workload`
    kRestart,   // kubectl rollout restart
    kSetImage,  // kubectl set image: of container `what`, all of them when it is empty
    kUndo,      // kubectl rollout undo
    kScale,     // kubectl scale, to `replicas`
    kApplyAnswer,  // create or update what `file` of the submission holds, with `fill` in it
    kRead,         // get the object of kind `what` called `workload`, or list NAMESPACE/*
    kCommit,       // somebody pushes a commit to a Git repository: `git`
    kRevert,       // git revert, pushed
    // Of responders (see labs/grade/actions.h) alone:
    kCordon,       // the node takes no more Pods
    kEvict,        // one Pod, `workload`
    kPatch,        // of `workload`: `body`
    kAcknowledge,  // `incident`: somebody has seen it; nothing is done to the run
    kDiagnose,     // and says that it comes of `cause`
  };
  /// A word of the file, and what stands in its place: the value at `path` of the newest object of
  /// `kind` that has these values, JSONPath to text.
  struct Fill {
    std::string word, kind, path;
    std::map<std::string, std::string> where;
    auto operator<=>(const Fill&) const = default;
  };
  Duration at{};
  Kind kind = Kind::kFault;
  std::string id = {};        // for incidents to name it by
  std::string fault = {};     // as sim/cluster/faults.cpp names it
  std::string node = {};      // by name; empty: where most Pods of `workload` lie
  std::string workload = {};  // "Deployment NAMESPACE/NAME"
  std::string detail = {};    // of a fault: "0/79", the GPU and the Xid
  std::string file = {};      // of the lab's folder, or of the submission
  std::string what = {};      // container, or kind
  std::string image = {};
  std::int64_t replicas = 0;
  std::vector<Fill> fill = {};
  /// Of a deletion or patch of all objects of a kind ("*"): only of those that have these values,
  /// JSONPath to text.
  std::map<std::string, std::string> where = {};
  RunIdentity as = {};
  bool is_response = false;     // an action of the responder, of a submission
  std::string manifests = {};   // kApply: what is in `file`; empty: it is the lab's
  std::string body = {};        // kPatch: JSON
  std::string patch_type = {};  // kPatch: "strategic" (also if empty), "merge", "json", "apply"
  std::string incident = {};    // kAcknowledge, kDiagnose: its id
  std::string cause = {};       // kDiagnose
  Git git = {};

  auto operator<=>(const RunEvent&) const = default;
  /// "node-down of the node of Deployment default/vllm", for reports.
  [[nodiscard]] std::string str() const;
};

extern const SpecTable kEventTable;
/// The form of an identity.
extern const SpecTable kIdentityTable;
RunIdentity identity_from(const sim::Value& value);

/// The events of a list that its table was checked against, in order of time; what comes again and
/// again is there each time.
std::vector<RunEvent> events_from(const sim::Value& list);

/// What the table of events cannot say: one action each, its target, files that are there, with
/// these parameters in them. `path` is that of the list, for places.
void check_events(const sim::Value& list, const std::string& path, std::string_view folder,
                  const Parameters& parameters, const SpecValidator& places,
                  std::vector<Error>& errors);

}  // namespace inferlab::labs
