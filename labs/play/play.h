#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "labs/report/report.h"
#include "labs/report/style.h"

namespace inferlab::labs {

struct PlayOptions {
  std::string lab_id;                 // empty: the first lab of the catalogue
  double speed = 30;                  // virtual seconds a wall second
  std::optional<std::uint64_t> seed;  // instead of the lab's
  /// Asked now and then; true ends the play with kUnavailable, and nothing is left behind.
  std::function<bool()> should_stop;
};

/// Plays a lab in the terminal from start to grade, as a learner would meet it: starts the cluster,
/// applies the starter's manifest and shows why its Pod waits, applies the reference solution,
/// follows the rollout, streams an answer of the real engine through the gateway, and grades the
/// session. Tells it all on `out`, a terminal or not. The session is a throw-away one: nobody's own
/// work is touched.
Result<Report> play_lab(const PlayOptions& options, const Style& style, std::FILE* out);

}  // namespace inferlab::labs
