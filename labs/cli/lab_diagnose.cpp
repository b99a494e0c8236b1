// Says what an incident of a lab's session comes of.
#include <fmt/format.h>

#include "labs/cli/commands.h"
#include "labs/cli/incident_calls.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/report/command_words.h"
#include "labs/spec/suggest.h"

namespace inferlab::labs {
namespace {

class LabDiagnose final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab whose session runs");
    args.positional("CAUSE", cause_, "one of the incident's causes, by its id");
    args.option("--incident", incident_, "its id; the first one that may come of that");
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const IncidentCalls calls, incident_calls(lab_id_, learner_));
    INFERLAB_TRY(const Incident* incident, choose(calls));
    INFERLAB_TRY(const Time at, say_of_incident(calls, *incident, cause_));
    if (format_ == "json") {
      print_json(terminal,
                 sim::Value::object({{"incident", incident->id},
                                     {"cause", cause_},
                                     {"diagnosedSeconds", to_seconds(at.time_since_epoch())}}));
      return kExitDone;
    }
    // Whether it is right is the grade's business.
    terminal.out << fmt::format("{}: {}, noted at {}\n", incident->id, cause_,
                                spoken(at.time_since_epoch()))
                 << said_too_late(calls.lab, at);
    return kExitDone;
  }

 private:
  Result<const Incident*> choose(const IncidentCalls& calls) const {
    std::vector<std::string_view> known;
    for (const Incident* each : calls.called) {
      if (!incident_.empty() && each->id != incident_) continue;
      if (each->has_cause(cause_)) return each;
      for (const auto& [id, text] : each->causes) known.push_back(id);
    }
    if (known.empty()) {
      return Error{ErrorKind::kNotFound, "the pager has not called for such an incident",
                   fmt::format("see what it says with: inferlab lab ack {}{}", shell_word(lab_id_),
                               learner_words(calls.lab.learner))};
    }
    return Error{ErrorKind::kNotFound, fmt::format("{}: is no cause to choose from", cause_),
                 suggestion(cause_, known)};
  }

  std::string lab_id_, cause_, incident_, learner_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_diagnose() {
  return std::make_unique<LabDiagnose>();
}

}  // namespace inferlab::labs
