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
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/cli/stop_signals.h"
#include "labs/grade/grade.h"
#include "labs/grade/lab_test.h"
#include "labs/grade/submission.h"
#include "labs/report/escape.h"
#include "labs/report/wrap.h"
#include "labs/spec/catalog.h"
#include "labs/spec/load_lab.h"

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;

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
        begin(terminal, folder);
        INFERLAB_TRY(status, submission_.empty() ? test(terminal) : grade_once(terminal));
        if (once_) return status;
        terminal.out << terminal.style.faint("\nWaiting for a file to be saved; Ctrl-C ends.\n");
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

  // What is wrong with the lab's files; if nothing is, its promises.
  Result<int> test(Terminal& terminal) {
    const std::vector<Error> errors = lint_lab(lab_folder_);
    for (const Error& error : errors) print_error(terminal, error);
    if (!errors.empty()) return kExitBadInput;
    INFERLAB_TRY(const LabSpec lab, load_lab(lab_folder_));
    ProgressLine line(terminal, "testing " + lab.id);
    LabTestOptions options;
    options.learners = lab.parameters.values.empty() ? 0 : 2;
    options.progress = [&](std::string_view what, int done, int of) { line.show(what, done, of); };
    const auto result = test_lab(lab, options);
    line.clear();
    if (!result) {
      print_error(terminal, result.error());
      return kExitBadInput;
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
    if (!read) {  // an instructor is at it
      print_error(terminal, read.error());
      return kExitBadInput;
    }
    const LabSpec& lab = *read;
    const auto submission = submission_from_folder(submission_, lab);
    if (!submission) {
      print_error(terminal, submission.error());
      return kExitBadInput;
    }
    ProgressLine line(terminal, "grading");
    GradeOptions options;
    options.progress = [&](std::string_view what, int done, int of) { line.show(what, done, of); };
    const auto report = grade(lab, *submission, options);
    line.clear();
    if (!report) return report.error();
    std::set<std::string> passed;
    for (const CheckResult& check : report->checks) {
      if (check.passed) passed.insert(check.id);
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
        terminal.out << fmt::format("        hint: inferlab lab hint {} {}\n", lab.id, check.hint);
      }
    }
    terminal.out << fmt::format("{} of {} points, {}\n", report->earned, report->points,
                                report->passed ? "passed" : "not passed yet");
    passed_ = std::move(passed);
    first_ = false;
    return report->passed ? kExitDone : kExitFailed;
  }

  std::string lab_id_, lab_folder_, submission_, learner_;
  bool once_ = false, first_ = true;
  std::set<std::string> passed_;
};

}  // namespace

std::unique_ptr<Command> make_lab_watch() {
  return std::make_unique<LabWatch>();
}

}  // namespace inferlab::labs
