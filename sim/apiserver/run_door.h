#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "sim/api/access/rbac.h"
#include "sim/api/api.h"
#include "sim/kernel/mailbox.h"

namespace inferlab::sim {

class Cluster;

/// One line that a container wrote.
struct PodLogLine {
  Time at{};
  std::string text;  // without the newline
};

/// The lines of a container so far, oldest first; of the run before its last restart when
/// `previous`. Called on the run's thread. Errors: kNotFound, kInvalid ("container … is waiting to
/// start: …"); their message reaches the client as it stands.
using LogSource = std::function<Result<std::vector<PodLogLine>>(
    std::string_view ns, std::string_view pod, std::string_view container, bool previous)>;

/// What somebody has asked for who could not say who he is: 401.
struct UnauthenticatedRequest {
  AccessRequest asked;
  std::string path;  // with its query
  std::string why;   // what he has tried
  std::string source_ip, user_agent;
};

/// How the HTTP threads reach a run. They touch nothing behind `mailbox` except in functions that
/// they post to it.
struct RunDoor {
  Mailbox& mailbox;
  Api& api;  // on the run's thread only
  /// A write from outside: journalled, and what is due because of it done. On the run's thread.
  std::function<ApiResponse(const ApiRequest&)> write;
  LogSource logs;  // may be empty: no container ever wrote anything
  /// A write that no rule of access allows, with its answer, for the audit log; may be empty. On
  /// the run's thread.
  std::function<void(const ApiRequest&, const ApiResponse&)> refused = {};
  /// For the audit log, too; may be empty. On the run's thread.
  std::function<void(const UnauthenticatedRequest&)> unauthenticated = {};
};

/// The door to a whole cluster. Both must outlive the server that uses the door.
RunDoor door_to(Mailbox& mailbox, Cluster& cluster, LogSource logs = {});

}  // namespace inferlab::sim
