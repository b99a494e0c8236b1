#include "labs/grade/batch/verdict.h"

#include <fmt/format.h>
#include <string.h>  // NOLINT: sigabbrev_np() is glibc's
#include <sys/wait.h>

#include <csignal>

#include "labs/report/escape.h"
#include "labs/report/wrap.h"
#include "sim/api/quantity.h"

namespace inferlab::labs::batch {
namespace {

constexpr std::size_t kShownOutput = 200;
// What a run costs is told by nothing but its limits; this is what a submission can do about it.
constexpr const char* kMostTime = "; what costs most are many Pods, and loops without a pause";
constexpr const char* kMostMemory =
    "; what costs most are many Pods, and objects that are written often";

struct Reason {
  Outcome outcome;
  std::string why;
};

std::string memory_text(const ChildLimits& limits) {
  constexpr std::int64_t kMi = std::int64_t{1} << 20;
  return limits.memory_bytes % (kMi << 10) == 0
             ? fmt::format("{}Gi", limits.memory_bytes / (kMi << 10))
             : fmt::format("{}Mi", limits.memory_bytes / kMi);
}

// The first line that it has written: of a check of ours that did not hold, that check.
std::string with_output(std::string why, const std::string& output) {
  const std::string line = output.substr(0, output.find('\n'));
  return line.empty() ? why : fmt::format("{}: {}", why, cut(for_terminal(line), kShownOutput));
}

Reason reason_of_signal(int signal, const ChildEnd& end, const ChildLimits& limits) {
  switch (signal) {
    case SIGXCPU:
      return {Outcome::kTimedOut, fmt::format("has computed for more than {}{}",
                                              format_duration(limits.wall), kMostTime)};
    case SIGXFSZ:
      return {Outcome::kCrashed, "has written too large a file"};
    case SIGKILL:
      // Not by us: the system does it where memory runs out.
      return {Outcome::kOutOfMemory, "was killed by the system"};
    default: {
      const char* name = ::sigabbrev_np(signal);
      const std::string why =
          name == nullptr ? fmt::format("signal {}", signal) : fmt::format("SIG{}", name);
      return {Outcome::kCrashed, with_output(why, end.output)};
    }
  }
}

Reason reason_of(const ChildEnd& end, const ChildLimits& limits) {
  if (end.flooded) return {Outcome::kCrashed, "has sent too long a report"};
  if (end.timed_out) {
    return {Outcome::kTimedOut,
            fmt::format("took more than {}{}", format_duration(limits.wall), kMostTime)};
  }
  if (WIFSIGNALED(end.status)) return reason_of_signal(WTERMSIG(end.status), end, limits);
  switch (WEXITSTATUS(end.status)) {
    case kChildNoMemory:
      return {Outcome::kOutOfMemory,
              fmt::format("needs more than {}{}", memory_text(limits), kMostMemory)};
    case kChildNotStarted:
      return {Outcome::kNotGraded, "the process that grades it cannot be started"};
    default:
      return {Outcome::kCrashed,
              with_output(fmt::format("exit status {}", WEXITSTATUS(end.status)), end.output)};
  }
}

}  // namespace

ChildReport verdict_of(const ChildEnd& end, const ChildLimits& limits) {
  ChildReport out = read_child_report(end.sent);
  const bool ended_well =
      !end.flooded && !end.timed_out && WIFEXITED(end.status) && WEXITSTATUS(end.status) == 0;
  if (!out.complete || !ended_well) {
    Reason reason = reason_of(end, limits);
    out.row = Row();
    out.row.outcome = reason.outcome;
    out.row.why = std::move(reason.why);
    out.json.clear();
    out.text.clear();
  }
  out.row.why = for_terminal(out.row.why, /*multiline=*/true);
  out.row.cpu_ms = end.cpu_ms;
  return out;
}

}  // namespace inferlab::labs::batch
