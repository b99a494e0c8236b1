#pragma once

#include <memory>
#include <string>

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "labs/session/driver.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

struct SessionOptions {
  LabSpec lab;
  std::uint64_t seed = 1;
  double speed = 1;  // virtual seconds a wall second
  int api_port = 0;  // 0: any free one
  int gateway_port = 0;
  bool tls = true;
  bool fresh = false;  // forget what an earlier session of this lab did
  /// Where journal, kubeconfig and certificates lie; empty: session_folder(lab.id).
  std::string folder;
};

/// A lab being worked on: one cluster on its own virtual clock, the API server for kubectl, the
/// gateway with the real engine behind it, and the journal on disk. An earlier session of the same
/// lab is taken up where it was: its journal is replayed first.
class Session {
 public:
  static Result<std::unique_ptr<Session>> start(SessionOptions options);
  /// Ends all of it. The journal stays.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] Driver& driver();
  [[nodiscard]] const LabSpec& lab() const;
  [[nodiscard]] const std::string& folder() const;
  [[nodiscard]] std::string kubeconfig() const;  // its path
  [[nodiscard]] std::string api_url() const;
  [[nodiscard]] std::string gateway_url() const;
  /// How many entries of an earlier session were replayed.
  [[nodiscard]] std::size_t resumed_entries() const;
  /// What has been done so far. Any thread; empty when the run has ended.
  [[nodiscard]] sim::Journal journal();
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
