#pragma once

#include <string>

#include "engine/base/result.h"
#include "labs/cli/args.h"
#include "labs/session/session_folder.h"

namespace inferlab::labs {

/// What `inferlab cluster up` calls its session; a lab's session has the lab's id.
inline constexpr const char* kPlainCluster = "cluster-up";

/// "vllm-inference of learner ann"; without him where it is nobody's.
std::string spoken_name(const SessionCard& card);

/// Which running session a command is about: --session NAME, or the only one there is.
class SessionChoice {
 public:
  void declare(Args& args);
  /// kNotFound: none is running, or none of this name; kConflict: several are, and none is named.
  [[nodiscard]] Result<SessionCard> find() const;

 private:
  std::string name_;
};

}  // namespace inferlab::labs
