#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "labs/desk/desk.h"
#include "labs/grade/event_player.h"
#include "labs/session/session.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// The lab on the desk with the run that goes with it. Shared by everybody who is using it: another
/// lab may be opened meanwhile, which ends this run but leaves it standing until the last one goes.
class OpenLab {
 public:
  /// `fresh`: forgets what an earlier session did.
  static Result<std::shared_ptr<OpenLab>> open(LabSpec lab, const Desk::Options& options,
                                               bool fresh);

  /// After this its mailbox answers nothing and its last picture stays.
  void end();

  [[nodiscard]] const LabSpec& lab() const { return lab_; }
  [[nodiscard]] Driver& driver() { return session_ ? session_->driver() : *driver_; }
  /// nullptr: this desk serves nothing.
  [[nodiscard]] const Session* session() const { return session_.get(); }
  /// Where the answers to the quiz lie; empty: there are none.
  [[nodiscard]] std::string answers_folder() const {
    return session_ ? session_->folder() : answers_folder_;
  }

 private:
  LabSpec lab_;
  std::string answers_folder_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<EventPlayer> player_;  // outlives the driver
  std::unique_ptr<Driver> driver_;
};
using OpenLabPtr = std::shared_ptr<OpenLab>;

}  // namespace inferlab::labs
