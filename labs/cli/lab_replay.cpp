// A session looked back at: what was done, and what the cluster made of it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/cli/stop_signals.h"
#include "labs/grade/given.h"
#include "labs/progress/learner_work.h"
#include "labs/report/command_words.h"
#include "labs/report/escape.h"
#include "labs/report/wrap.h"
#include "labs/session/cluster_hash.h"
#include "labs/session/control.h"
#include "labs/session/replay.h"
#include "labs/session/session_folder.h"
#include "labs/session/timeline.h"

namespace inferlab::labs {
namespace {

using sim::Value;

class LabReplay final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab");
    args.option("--until", until_, "virtual time of the session to stop at, \"10m\"");
    args.option("--speed", speed_, "virtual seconds a second at which lines appear; default: max");
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    std::optional<Time> until;
    if (!until_.empty()) {
      const auto at = parse_duration(until_);
      if (!at || *at < 0s) {
        return Error{ErrorKind::kInvalid, fmt::format("--until: {}: is no time", until_),
                     "as in 90s or 10m"};
      }
      until = Time{*at};
    }
    const std::optional<double> speed = parse_speed(speed_);
    if (!speed || *speed <= 0) {
      return Error{ErrorKind::kInvalid, fmt::format("--speed: {}: is no speed", speed_),
                   "a number of virtual seconds a second, or max"};
    }
    INFERLAB_TRY(LabSpec lab, lab_of_learner(lab_id_, {}, learner_of(learner_)));
    INFERLAB_TRY(const std::string folder, session_folder(lab.id, lab.learner));
    INFERLAB_TRY(SessionJournal session, read_journal_file(journal_path(folder)));
    INFERLAB_TRY_VOID(check_session(lab, session));
    // A session that runs has come further than its journal says.
    INFERLAB_TRY(const Duration present, session_present(lab));
    session.clock = std::max(session.clock, Time{present});
    lab.cluster.start = session.header->start;
    sim::Cluster cluster(lab.cluster, session.header->seed);
    INFERLAB_TRY_VOID(give(lab, cluster));
    ProgressLine line(terminal, "replaying " + lab.id);
    replay_session(cluster, session, until, [&line](Time now, Time end) {
      line.show(format_duration(now.time_since_epoch()),
                static_cast<int>(to_seconds(now.time_since_epoch())),
                static_cast<int>(to_seconds(end.time_since_epoch())));
    });
    line.clear();
    const std::vector<TimelineEntry> timeline =
        timeline_of(cluster, cluster.gateway(), session.notes);
    if (format_ == "json") {
      print_json(terminal, as_json(lab, cluster.simulation().now(), timeline));
    } else {
      print(terminal, timeline, *speed);
      terminal.out << fmt::format("{} the session stood at {}\n",
                                  until && *until < session.clock ? "Stopped;" : "The end;",
                                  format_duration(cluster.simulation().now().time_since_epoch()));
    }
    return kExitDone;
  }

 private:
  static Result<void> check_session(const LabSpec& lab, const SessionJournal& session) {
    if (!session.header) {
      return Error{ErrorKind::kNotFound, fmt::format("lab {}: nothing has been done yet", lab.id),
                   fmt::format("inferlab lab start {}{}", lab.id, learner_words(lab.learner))};
    }
    INFERLAB_TRY(const std::string hash, cluster_hash(lab));
    if (session.header->cluster == hash) return {};
    return Error{ErrorKind::kConflict,
                 fmt::format("{}: its cluster has changed since the session was begun", lab.id),
                 "what happened in it cannot be told any more"};
  }

  static Value as_json(const LabSpec& lab, Time end, const std::vector<TimelineEntry>& timeline) {
    Value::Array entries;
    for (const TimelineEntry& entry : timeline) {
      entries.push_back(Value::object({{"at", format_duration(entry.at.time_since_epoch())},
                                       {"seconds", to_seconds(entry.at.time_since_epoch())},
                                       {"kind", std::string(word_of(entry.kind))},
                                       {"about", entry.about},
                                       {"text", entry.text}}));
    }
    return Value::object({{"lab", lab.id},
                          {"learner", lab.learner},
                          {"end", format_duration(end.time_since_epoch())},
                          {"timeline", Value::array(std::move(entries))}});
  }

  static bool is_done_by_hand(const TimelineEntry& entry) {
    using Kind = TimelineEntry::Kind;
    return entry.kind == Kind::kWrite || entry.kind == Kind::kFault || entry.kind == Kind::kNote;
  }

  // What was done stands at the margin, what came of it to its right.
  static void print(Terminal& terminal, const std::vector<TimelineEntry>& timeline, double speed) {
    const StopSignals signals;
    Time shown{};
    for (const TimelineEntry& entry : timeline) {
      if (speed != kMaxSpeed) {
        terminal.out.flush();
        std::this_thread::sleep_for(
            std::chrono::duration<double>(to_seconds(entry.at - shown) / speed));
        shown = entry.at;
      }
      if (signals.seen()) return;
      const std::string at = format_duration(
          std::chrono::floor<std::chrono::milliseconds>(entry.at.time_since_epoch()));
      const bool by_hand = is_done_by_hand(entry);
      const std::string text = for_terminal(fmt::format("{} {}", entry.about, entry.text));
      terminal.out << fmt::format("{:>12}  {}{:<16}{}\n", at, by_hand ? "" : "  ",
                                  word_of(entry.kind),
                                  wrap(text, terminal.prose_width(), by_hand ? 30 : 32));
    }
  }

  std::string lab_id_, until_, speed_ = "max", learner_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_replay() {
  return std::make_unique<LabReplay>();
}

}  // namespace inferlab::labs
