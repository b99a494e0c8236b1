#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "labs/spec/lab_spec.h"
#include "labs/spec/run_event.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// Who writes what a lab's events do, in metadata.managedFields and journals.
inline constexpr std::string_view kLabManager = "inferlab-lab";

/// Makes a list of events happen to a run as its time comes. What an event names by what lies there
/// ("the node of Deployment default/vllm") is looked up then; what it names and is not there is
/// left out. Equal runs, equal events.
class EventPlayer {
 public:
  /// Borrows the run and the lab, whose files events may apply; `events` are in order of time.
  /// `late_files` are those of the submission that events may apply, by name; where there is none,
  /// as in a live session, the learner applies it.
  EventPlayer(sim::Cluster& run, const LabSpec& lab, std::vector<RunEvent> events,
              std::map<std::string, std::string> late_files = {})
      : run_(run), lab_(lab), events_(std::move(events)), late_files_(std::move(late_files)) {}

  /// Runs to `end`, and everything that falls due up to it.
  void run_until(Time end);
  /// Leaves out what was due up to `now`: it has happened, and is in the run's journal.
  void skip_until(Time now);

 private:
  /// A drain whose Pods do not all go at once: kubectl asks again every five seconds.
  struct Drain {
    std::string node;
    Time next{};
  };

  void carry_out(const RunEvent& event);
  void begin_drain(const std::string& node);
  void ask_again(Drain& drain);
  void apply_file(const std::string& file);
  void apply_answer(const RunEvent& event);
  void apply_text(const std::string& text, const std::string& file);
  void write(sim::ApiRequest request);
  [[nodiscard]] std::string node_of(const RunEvent& event) const;

  sim::Cluster& run_;
  const LabSpec& lab_;
  std::vector<RunEvent> events_;
  std::map<std::string, std::string> late_files_;
  std::size_t next_ = 0;
  std::vector<Drain> drains_;
};

}  // namespace inferlab::labs
