#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "labs/session/driver.h"
#include "labs/session/replay.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

struct SessionOptions {
  LabSpec lab;
  /// Of the random streams; empty: that of the session that is taken up, else the lab's.
  std::optional<std::uint64_t> seed;
  double speed = 1;  // virtual seconds a wall second
  int api_port = 0;  // 0: any free one
  int gateway_port = 0;
  std::string version = "v1.32.4";  // of Kubernetes, as the API server tells
  bool tls = true;
  bool fresh = false;  // forget what an earlier session of this lab did
  /// Where journal, kubeconfig and certificates lie; empty: session_folder(lab.id).
  std::string folder;
  std::string token;  // that clients of the API server must show; empty: a new one
  /// Where the audit log is written to, mode 0600; empty: nowhere. audit-policy.yaml in the folder,
  /// if there is one, decides what of each request, from the moment it is there or has changed.
  std::string audit_log = {};
  /// While an earlier session is replayed: where it stands, and where it will end. May be empty.
  ReplayProgress progress = {};
};

/// A lab being worked on: one cluster on its own virtual clock, the API server for kubectl, the
/// gateway with the real engine behind it, and the journal on disk. An earlier session of the same
/// lab is taken up where it was: its journal is replayed first, up to the time when it ended.
///
/// At kMaxSpeed the clock of a lab rests at the lab's horizon, and as long after the last thing
/// that was done as a graded run takes: nothing that a lab asks for takes longer, and a run that
/// goes on and on would fill memory and disk.
///
/// When the journal cannot be kept any more the run stops: driver().failure() says why, and writes
/// are answered with 500. Methods from any thread, but for start() and the destructor.
class Session {
 public:
  /// kConflict: a session of this folder runs, or the earlier one had another seed or cluster.
  static Result<std::unique_ptr<Session>> start(SessionOptions options);
  ~Session();  // end()
  /// Ends all of it, and lets go of the folder; the journal stays. What is asked for afterwards is
  /// answered as by a run that has ended. Idempotent.
  void end();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] Driver& driver();
  [[nodiscard]] const LabSpec& lab() const;
  [[nodiscard]] const std::string& folder() const;
  [[nodiscard]] std::uint64_t seed() const;
  [[nodiscard]] std::string kubeconfig() const;  // its path
  [[nodiscard]] const std::string& token() const;
  [[nodiscard]] std::string api_url() const;
  [[nodiscard]] std::string gateway_url() const;
  /// How many entries of an earlier session were replayed.
  [[nodiscard]] std::size_t resumed_entries() const;
  /// What has been done so far. Any thread; empty when the run has ended.
  [[nodiscard]] sim::Journal journal();
  /// What whoever sits at the session should read: what became of a changed audit-policy.yaml.
  [[nodiscard]] std::vector<std::string> take_news();
  /// Somebody asked over the control address that the session ends.
  [[nodiscard]] bool asked_to_stop() const;

 private:
  struct Parts;
  explicit Session(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// The Service that the lab's clients call: of its first traffic.
struct DefaultService;
DefaultService lab_service(const LabSpec& lab);

}  // namespace inferlab::labs
