#include <fmt/format.h>

#include <algorithm>

#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/report/command_words.h"
#include "labs/report/wrap.h"
#include "labs/spec/catalog.h"

namespace inferlab::labs {
namespace {

using sim::Value;

class LabShow final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab, or path of its folder");
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const LabSpec lab, find_lab(lab_id_, learner_of(learner_)));
    if (format_ == "json") {
      print_json(terminal, as_value(lab));
    } else {
      print_text(terminal, lab);
    }
    return kExitDone;
  }

 private:
  // Which is right nobody is told.
  static Value choices(const std::vector<std::pair<std::string, std::string>>& all) {
    Value::Array out;
    for (const auto& [id, text] : all) {
      out.push_back(Value::object({{"id", id}, {"text", text}}));
    }
    return Value::array(std::move(out));
  }

  static Value as_value(const LabSpec& lab) {
    Value::Array commands, drills, checks, hints, questions, incidents;
    for (const Question& each : lab.quiz) {
      questions.push_back(Value::object(
          {{"id", each.id}, {"text", each.text}, {"options", choices(each.options)}}));
    }
    for (const Incident& each : lab.incidents) {
      incidents.push_back(Value::object({{"id", each.id}, {"causes", choices(each.causes)}}));
    }
    for (const LabCommand& each : lab.commands) {
      commands.push_back(Value::object({{"run", each.run}, {"why", each.why}}));
    }
    for (const LabDrill& each : lab.failure_drills) {
      drills.push_back(
          Value::object({{"title", each.title}, {"steps", each.steps}, {"expect", each.expect}}));
    }
    for (const LabCheck& each : lab.checks) {
      checks.push_back(Value::object({{"id", each.id},
                                      {"title", each.title},
                                      {"points", each.points},
                                      {"rows", Value::strings(each.rows)}}));
    }
    // Not their text: that has its price.
    for (const LabHint& each : lab.hints) {
      hints.push_back(Value::object({{"id", each.id}, {"when", each.when}, {"cost", each.cost}}));
    }
    return Value::object({{"id", lab.id},
                          {"title", lab.title},
                          {"learner", lab.learner},
                          {"minutes", lab.minutes},
                          {"points", lab.total_points()},
                          {"passPoints", lab.pass_points},
                          {"rows", Value::strings(lab.rows)},
                          {"objective", lab.objective},
                          {"prerequisites", Value::strings(lab.prerequisites)},
                          {"story", lab.story},
                          {"tasks", Value::strings(lab.tasks)},
                          {"commands", Value::array(std::move(commands))},
                          {"validationSignals", Value::strings(lab.validation_signals)},
                          {"failureDrills", Value::array(std::move(drills))},
                          {"expectedSignals", Value::strings(lab.expected_signals)},
                          {"questions", Value::array(std::move(questions))},
                          {"incidents", Value::array(std::move(incidents))},
                          {"checks", Value::array(std::move(checks))},
                          {"hints", Value::array(std::move(hints))},
                          {"sources", Value::strings(lab.sources)},
                          {"reviewed", lab.reviewed},
                          {"folder", lab.folder}});
  }

  static void heading(Terminal& terminal, std::string_view text) {
    terminal.out << '\n' << terminal.style.bold(text) << '\n';
  }

  static void list(Terminal& terminal, std::string_view title,
                   const std::vector<std::string>& items, bool numbered = false) {
    heading(terminal, title);
    int number = 0;
    for (const std::string& item : items) {
      const std::string mark = numbered ? fmt::format("{:>2}. ", ++number) : "  - ";
      terminal.out << mark << wrap_markdown(item, terminal.prose_width(), mark.size()) << '\n';
    }
  }

  // What lab ack and lab diagnose take. What happens is the pager's to tell, at its time.
  static void print_incidents(Terminal& terminal, const LabSpec& lab) {
    if (lab.incidents.empty()) return;
    heading(terminal, "Incidents, and what each may come of");
    for (const Incident& each : lab.incidents) {
      terminal.out << "  " << each.id << '\n';
      std::size_t longest = 0;
      for (const auto& [id, text] : each.causes) longest = std::max(longest, id.size());
      for (const auto& [id, text] : each.causes) {
        terminal.out << "    " << pad(id, longest) << "  "
                     << wrap_markdown(text, terminal.prose_width(), longest + 6) << '\n';
      }
    }
    terminal.out << fmt::format(
        "  When the pager calls: inferlab lab ack {0} INCIDENT{1}\n"
        "  When you know:        inferlab lab diagnose {0} CAUSE{1}\n",
        lab.id, learner_words(lab.learner));
  }

  static void print_text(Terminal& terminal, const LabSpec& lab) {
    const std::size_t width = terminal.prose_width();
    terminal.out << terminal.style.bold(lab.title) << '\n'
                 << terminal.style.faint(fmt::format("{}  about {} minutes  {} points", lab.id,
                                                     lab.minutes, lab.total_points()))
                 << '\n';
    heading(terminal, "Objective");
    terminal.out << wrap_markdown(lab.objective, width) << '\n';
    list(terminal, "Before you start", lab.prerequisites);
    heading(terminal, "The situation");
    terminal.out << wrap_markdown(lab.story, width) << '\n';
    list(terminal, "What to do", lab.tasks, /*numbered=*/true);
    heading(terminal, "Commands to look around");
    for (const LabCommand& each : lab.commands) {
      // A command stays one line, to be copied.
      terminal.out << "  $ " << wrap(each.run, std::string::npos, 4) << "\n      "
                   << wrap_markdown(each.why, width, 6) << '\n';
    }
    if (!lab.quiz.empty()) {
      heading(terminal, "Questions");
      for (const Question& each : lab.quiz) {
        terminal.out << "  " << each.id << "  "
                     << wrap_markdown(each.text, width, each.id.size() + 4) << '\n';
      }
      terminal.out << fmt::format("  Options and answers: inferlab lab answer {}\n",
                                  lab.id + learner_words(lab.learner));
    }
    print_incidents(terminal, lab);
    list(terminal, "How to see that it works", lab.validation_signals);
    heading(terminal, "Failure drills");
    for (const LabDrill& each : lab.failure_drills) {
      terminal.out << "  - " << wrap(each.title, width, 4) << "\n    "
                   << wrap_markdown(each.steps, width, 4)
                   << "\n    expect: " << wrap_markdown(each.expect, width, 12) << '\n';
    }
    list(terminal, "Signals the drills move", lab.expected_signals);
    heading(terminal, "What is graded");
    std::vector<std::vector<std::string>> rows = {{"POINTS", "CHECK", "WHAT MUST HOLD"}};
    for (const LabCheck& each : lab.checks) {
      rows.push_back({std::to_string(each.points), each.id, each.title});
    }
    print_table(terminal, rows);
    list(terminal, "Read more (official documentation, by title)", lab.sources);
    terminal.out << fmt::format(
        "\nBegin:   inferlab lab files {0} DIR{1}\n"
        "Grade:   inferlab grade --lab {0} --submission DIR{1}\n"
        "Hints:   inferlab lab hint {0}{1}\n",
        lab.id, learner_words(lab.learner));
  }

  std::string lab_id_, learner_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_lab_show() {
  return std::make_unique<LabShow>();
}

}  // namespace inferlab::labs
