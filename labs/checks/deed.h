#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "labs/spec/run_event.h"

namespace inferlab::labs {

/// One request that an event of a lab, or an action of a responder, has made to a run's API, with
/// its answer; or a note of a responder, which asks for nothing.
struct Deed {
  Time at{};
  RunEvent::Kind event = RunEvent::Kind::kFault;
  bool is_response = false;  // of the responder
  std::string what;          // the event or action, RunEvent::str()
  std::string user;          // in whose name; empty: the cluster's administrator
  std::vector<std::string> groups;
  std::string secret;  // of the user's token, where it is bound to one
  // The request; empty of a note. "create", "list" …; "secrets", "deployments.apps".
  std::string verb, resource, subresource, ns, name;
  int code = 200;
  std::string message;            // of a refusal: the API's words
  std::vector<std::string> read;  // "NAMESPACE/NAME" of what came back to a reader
  std::string incident, cause;    // of a note

  [[nodiscard]] bool ok() const { return code >= 200 && code < 300; }
  [[nodiscard]] bool is_note() const {
    return event == RunEvent::Kind::kAcknowledge || event == RunEvent::Kind::kDiagnose;
  }
  [[nodiscard]] bool reads() const { return verb == "get" || verb == "list"; }
};

}  // namespace inferlab::labs
