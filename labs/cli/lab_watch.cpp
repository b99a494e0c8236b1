// Looks at a lab, or at an answer to it, again whenever a file is saved: what an instructor has in
// a corner of the screen while writing, and a learner while solving.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <thread>

#include "labs/cli/commands.h"
#include "labs/cli/lab_test_json.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/cli/stop_signals.h"
#include "labs/grade/grade.h"
#include "labs/grade/lab_test.h"
#include "labs/grade/submission.h"
#include "labs/report/command_words.h"
#include "labs/report/escape.h"
#include "labs/report/json_text.h"
#include "labs/report/wrap.h"
#include "labs/spec/catalog.h"
#include "labs/spec/load_lab.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;
using sim::Value;

constexpr std::size_t kMaxFiles = 2000;

// Of all files below a folder: when each was written, and how large it is.
using Stamps = std::map<std::string, std::pair<fs::file_time_type, std::uintmax_t>>;

Stamps stamps_of(const std::string& folder) {
  Stamps out;
  std::error_code failed;
  for (fs::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    std::error_code ignored;
    if (out.size() >= kMaxFiles) break;
    if (!entry->is_regular_file(ignored)) continue;
    out[entry->path().string()] = {entry->last_write_time(ignored), entry->file_size(ignored)};
  }
  return out;
}

class LabWatch final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab, or path of its folder");
    args.option("--submission", submission_,
                "grade this folder whenever it is saved; the lab itself is tested if left out");
    args.flag("--once", once_, "look once and end");
    declare_learner(args, learner_);
    args.choice("--format", format_, {"text", "json"},
                "how to print; json is an object a line, one for each look");
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(lab_folder_, find_lab_folder(lab_id_));
    const std::string folder = submission_.empty() ? lab_folder_ : submission_;
    const StopSignals signals;
    Stamps seen;
    int status = kExitDone;
    bool first = true;
    while (!signals.seen()) {
      Stamps now = stamps_of(folder);
      if (first || now != seen) {
        // An editor may write several files, or one in two steps.
        if (!first) std::this_thread::sleep_for(kSettle);
        seen = stamps_of(folder);
        first = false;
        if (!is_json()) begin(terminal, folder);
        INFERLAB_TRY(status, submission_.empty() ? test(terminal) : grade_once(terminal));
        if (once_) return status;
        if (!is_json()) {
          terminal.out << terminal.style.faint("\nWaiting for a file to be saved; Ctrl-C ends.\n");
        }
        terminal.out.flush();
      }
      std::this_thread::sleep_for(kLook);
    }
    return kExitDone;
  }

 private:
  static constexpr auto kLook = std::chrono::milliseconds(300);
  static constexpr auto kSettle = std::chrono::milliseconds(150);

  static void begin(Terminal& terminal, const std::string& folder) {
    if (terminal.out_is_terminal) terminal.out << "\x1b[H\x1b[2J";
    terminal.out << terminal.style.bold(folder) << '\n';
  }

  [[nodiscard]] bool is_json() const { return format_ == "json"; }

  // Data, on one line: whoever reads it reads lines.
  static void print_line(Terminal& terminal, const Value& value) {
    terminal.out << sim::to_json(value) << '\n';
  }

  // What kept this look from being one.
  int tell(Terminal& terminal, const std::vector<Error>& errors) const {
    Value::Array out;
    for (const Error& error : errors) {
      if (!is_json()) print_error(terminal, error);
      out.push_back(Value::object({{"message", error.message}, {"hint", error.hint}}));
    }
    if (is_json()) print_line(terminal, Value::object({{"errors", Value::array(std::move(out))}}));
    return kExitBadInput;
  }

  // What is wrong with the lab's files; if nothing is, its promises.
  Result<int> test(Terminal& terminal) {
    const std::vector<Error> errors = lint_lab(lab_folder_);
    if (!errors.empty()) return tell(terminal, errors);
    INFERLAB_TRY(const LabSpec lab, load_lab(lab_folder_));
    ProgressLine line(terminal, "testing " + lab.id);
    LabTestOptions options;
    options.learners = lab.parameters.values.empty() ? 0 : 2;
    options.progress = [&](std::string_view what, int done, int of) { line.show(what, done, of); };
    const auto result = test_lab(lab, options);
    line.clear();
    if (!result) return tell(terminal, {result.error()});
    if (is_json()) {
      print_line(terminal, lab_test_json(*result));
      return result->holds() ? kExitDone : kExitFailed;
    }
    int holding = 0;
    for (const LabTestRow& row : result->rows) {
      if (row.holds) {
        ++holding;
        continue;
      }
      terminal.out << fmt::format("{}  {}: {}\n      expected: {}\n", terminal.style.bad("✘ WRONG"),
                                  row.answer, wrap(row.seen, terminal.prose_width(), 6),
                                  wrap(row.expected, terminal.prose_width(), 16));
      for (const auto& reason : row.reasons) {
        terminal.out << fmt::format(
            "      {}: {}\n", reason.check,
            wrap(for_terminal(reason.seen), terminal.prose_width(), 8 + reason.check.size()));
      }
    }
    terminal.out << fmt::format("{} of {} answers and promises hold\n", holding,
                                result->rows.size());
    return result->holds() ? kExitDone : kExitFailed;
  }

  // The grade, and what is new since the last one.
  Result<int> grade_once(Terminal& terminal) {
    const auto read = load_lab(lab_folder_, learner_of(learner_));
    if (!read) return tell(terminal, {read.error()});  // an instructor is at it
    const LabSpec& lab = *read;
    const auto submission = submission_from_folder(submission_, lab);
    if (!submission) return tell(terminal, {submission.error()});
    ProgressLine line(terminal, "grading");
    GradeOptions options;
    options.progress = [&](std::string_view what, int done, int of) { line.show(what, done, of); };
    const auto report = grade(lab, *submission, options);
    line.clear();
    if (!report) return report.error();
    if (is_json()) {
      print_line(terminal, grade_json(*report));
    } else {
      print_grade(terminal, lab, *report);
    }
    passed_.clear();
    for (const CheckResult& check : report->checks) {
      if (check.passed) passed_.insert(check.id);
    }
    first_ = false;
    return report->passed ? kExitDone : kExitFailed;
  }

  // The points of a look. What a check has seen in full is in the report of `grade`.
  [[nodiscard]] Value grade_json(const Report& report) const {
    Value::Array checks;
    for (const CheckResult& check : report.checks) {
      checks.push_back(
          Value::object({{"id", check.id},
                         {"passed", check.passed},
                         {"passed_before", first_ ? Value() : Value(passed_.count(check.id) > 0)},
                         {"earned", check.earned},
                         {"points", check.points},
                         {"seen", json_text(check.seen)},
                         {"hint", check.hint.empty() ? Value() : Value(check.hint)}}));
    }
    return Value::object({{"lab", report.lab_id},
                          {"learner", json_text(report.learner)},
                          {"earned", report.earned},
                          {"points", report.points},
                          {"passed", report.passed},
                          {"checks", Value::array(std::move(checks))}});
  }

  void print_grade(Terminal& terminal, const LabSpec& lab, const Report& report) const {
    for (const CheckResult& check : report.checks) {
      const bool is_new = check.passed && !first_ && passed_.count(check.id) == 0;
      const bool is_lost = !check.passed && passed_.count(check.id) > 0;
      terminal.out << fmt::format(
          "{}  {:>3}/{:<3} {}{}\n",
          check.passed ? terminal.style.good("✔ pass") : terminal.style.bad("✘ FAIL"), check.earned,
          check.points, check.title,
          is_new    ? "   (new)"
          : is_lost ? "   (it passed before)"
                    : "");
      if (check.passed) continue;
      terminal.out << fmt::format("        {}\n",
                                  wrap(for_terminal(check.seen), terminal.prose_width(), 8));
      if (!check.hint.empty()) {
        // As it was named here: its id says nothing where it is a folder.
        terminal.out << "        hint: "
                     << hint_command(shell_word(lab_id_), check.hint, lab.learner) << '\n';
      }
    }
    terminal.out << fmt::format("{} of {} points, {}\n", report.earned, report.points,
                                report.passed ? "passed" : "not passed yet");
  }

  std::string lab_id_, lab_folder_, submission_, learner_, format_ = "text";
  bool once_ = false, first_ = true;
  std::set<std::string> passed_;
};

}  // namespace

std::unique_ptr<Command> make_lab_watch() {
  return std::make_unique<LabWatch>();
}

}  // namespace inferlab::labs
