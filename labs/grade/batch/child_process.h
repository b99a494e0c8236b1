#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "labs/grade/batch/descriptor.h"

namespace inferlab::labs::batch {

/// What one child may use.
struct ChildLimits {
  Duration wall = 60s;  // and as much of the processor
  /// Of address space. A check that asks the real engine needs 384 MiB of it (stacks and heaps of
  /// its threads, the mapped model), of which 50 are used.
  std::int64_t memory_bytes = std::int64_t{1} << 30;
};

/// How a child has ended.
struct ChildEnd {
  std::size_t id = 0;
  std::string sent;        // into its report's descriptor
  std::string output;      // the beginning of what it wrote to standard output and error
  int status = 0;          // as of waitpid()
  bool timed_out = false;  // it was killed for that
  bool flooded = false;    // it was killed because it sent too much
  std::int64_t cpu_ms = 0;
};

/// Runs children, each a program of its own: forked and executed anew, so that it has neither the
/// memory of this one (with other learners' grades) nor its threads, nor the places of its code.
/// It has a task on descriptor 0 and a report to send on descriptor 3 (see child.h), both standard
/// outputs in a pipe, no other descriptor, next to no environment, limits on what it uses, and a
/// process group, so that Ctrl-C reaches this program alone. It ends when this program does.
/// Not thread-safe.
class Children {
 public:
  /// `program` and its arguments; "/proc/self/exe" is this one, even if its file was replaced.
  Children(std::vector<std::string> program, ChildLimits limits);
  ~Children();  // stop()
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  /// kExhausted, kUnavailable: no process can be made.
  Result<void> start(std::size_t id, const std::string& task);
  /// Those that have ended, at once when some have, else within `at_most` or at a signal.
  std::vector<ChildEnd> wait(std::chrono::milliseconds at_most);
  [[nodiscard]] std::size_t running() const { return running_.size(); }
  /// Kills all that run.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Child {
    pid_t pid = -1;
    Descriptor report, output;  // closed at their ends
    Clock::time_point deadline;
    ChildEnd end;
  };

  void poll_for(std::chrono::milliseconds at_most);
  static void pump(Child& child);
  static void kill(const Child& child);
  static bool has_ended(Child& child);

  std::vector<std::string> program_, environment_;
  ChildLimits limits_;
  std::vector<Child> running_;
};

}  // namespace inferlab::labs::batch
