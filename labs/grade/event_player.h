#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "labs/checks/deed.h"
#include "labs/spec/lab_spec.h"
#include "labs/spec/run_event.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs {

/// Who writes what a lab's events do, in metadata.managedFields and journals.
inline constexpr std::string_view kLabManager = "inferlab-lab";
/// And what the actions of a submission do.
inline constexpr std::string_view kResponderManager = "inferlab-responder";

/// Makes a list of events happen to a run as its time comes: a lab's, and a responder's actions.
/// What an event names by what lies there ("the node of Deployment default/vllm") is looked up
/// then; what it names and is not there is left out, and of an action told. Equal runs, equal
/// events.
class EventPlayer {
 public:
  /// Borrows the run and the lab, whose files events may apply; `events` are in order of time.
  /// `late_files` are those of the submission that events may apply, by name; where there is none,
  /// as in a live session, the learner applies it.
  EventPlayer(sim::Cluster& run, const LabSpec& lab, std::vector<RunEvent> events,
              std::map<std::string, std::string> late_files = {})
      : run_(run), lab_(lab), events_(std::move(events)), late_files_(std::move(late_files)) {
    remember_tokens();
  }

  /// Runs to `end`, and everything that falls due up to it.
  void run_until(Time end);
  /// Leaves out what was due up to `now`: it has happened, and is in the run's journal.
  void skip_until(Time now);
  /// What has been asked of the API so far, and noted, in order.
  [[nodiscard]] std::vector<Deed> take_deeds() { return std::exchange(deeds_, {}); }

 private:
  /// A drain whose Pods do not all go at once: kubectl asks again every five seconds.
  struct Drain {
    std::string node;
    Time next{};
    RunEvent event;
  };

  void carry_out(const RunEvent& event);
  void on_node(const RunEvent& event);
  void on_each(const RunEvent& event);
  void on_object(const RunEvent& event);
  void begin_drain(const RunEvent& event, const std::string& node);
  void ask_again(Drain& drain);
  void apply_file(const RunEvent& event);
  void apply_answer(const RunEvent& event);
  void apply_text(const RunEvent& event, const std::string& text);
  void remember_tokens();
  void remember_token(const RunIdentity& as);
  [[nodiscard]] bool token_is_good(const RunIdentity& as);
  sim::ApiResponse send(const RunEvent& event, sim::ApiRequest request);
  void note(const RunEvent& event);
  void note_missing(const RunEvent& event, std::string why);
  void push(const RunEvent& event);
  [[nodiscard]] std::string node_of(const RunEvent& event) const;

  sim::Cluster& run_;
  const LabSpec& lab_;
  std::vector<RunEvent> events_;
  std::map<std::string, std::string> late_files_;
  std::size_t next_ = 0;
  std::vector<Drain> drains_;
  std::vector<Deed> deeds_;
  // What a token was made for: uid of the account, or of the Secret behind a name ("user/secret").
  std::map<std::string, std::string> token_uids_;
};

}  // namespace inferlab::labs
