// What the pager says in a lab's session, and that somebody has seen it.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "labs/cli/commands.h"
#include "labs/cli/incident_calls.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/report/command_words.h"
#include "labs/report/wrap.h"
#include "labs/spec/suggest.h"

namespace inferlab::labs {
namespace {

class LabAck final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab whose session runs");
    args.positional("INCIDENT", incident_, "its id; the first one that nobody has acknowledged",
                    /*required=*/false);
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const IncidentCalls calls, incident_calls(lab_id_, learner_));
    INFERLAB_TRY(const Incident* incident, choose(calls));
    // Who asks again reads again; what counts is the first time.
    std::optional<Time> said;
    for (const IncidentNote& note : calls.notes) {
      if (!said && note.incident == incident->id && note.cause.empty()) said = note.at;
    }
    if (!said) {
      INFERLAB_TRY(said, say_of_incident(calls, *incident, {}));
    }
    const Time at = *said;
    if (format_ == "json") {
      sim::Value::Array causes;
      for (const auto& [id, text] : incident->causes) {
        causes.push_back(sim::Value::object({{"id", id}, {"text", text}}));
      }
      print_json(terminal,
                 sim::Value::object({{"incident", incident->id},
                                     {"title", incident->title},
                                     {"page", incident->page},
                                     {"causes", sim::Value::array(std::move(causes))},
                                     {"acknowledgedSeconds", to_seconds(at.time_since_epoch())}}));
      return kExitDone;
    }
    show(terminal, *incident, calls.lab.learner, at);
    terminal.out << said_too_late(calls.lab, at);
    return kExitDone;
  }

 private:
  Result<const Incident*> choose(const IncidentCalls& calls) const {
    if (incident_.empty()) {
      for (const Incident* each : calls.called) {
        if (!calls.is_acknowledged(*each)) return each;
      }
      if (calls.called.empty()) {
        return Error{ErrorKind::kNotFound, "the pager is silent: it has not called yet"};
      }
      return calls.called.back();  // all are known: the latest is read again
    }
    std::vector<std::string_view> known;
    for (const Incident* each : calls.called) {
      if (each->id == incident_) return each;
      known.push_back(each->id);
    }
    return Error{ErrorKind::kNotFound,
                 fmt::format("incident {}: the pager has not called for it", incident_),
                 suggestion(incident_, known)};
  }

  void show(Terminal& terminal, const Incident& incident, const std::string& learner,
            Time at) const {
    terminal.out << terminal.style.bold(incident.id) << "  " << incident.title << "\n\n  "
                 << wrap_markdown(incident.page, terminal.prose_width(), 2) << "\n\n";
    terminal.out << fmt::format("Acknowledged at {}, {} after it began. What it may come of:\n\n",
                                spoken(at.time_since_epoch()), spoken(at - Time{incident.at}));
    std::size_t longest = 0;
    for (const auto& [id, text] : incident.causes) longest = std::max(longest, id.size());
    for (const auto& [id, text] : incident.causes) {
      terminal.out << fmt::format("  {}  {}\n", pad(id, longest),
                                  wrap_markdown(text, terminal.prose_width(), longest + 4));
    }
    terminal.out << fmt::format("\nWhen you know: inferlab lab diagnose {} CAUSE{}\n",
                                shell_word(lab_id_), learner_words(learner));
  }

  std::string lab_id_, incident_, learner_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_ack() {
  return std::make_unique<LabAck>();
}

}  // namespace inferlab::labs
