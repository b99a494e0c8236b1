#include "labs/grade/lab_test.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "labs/checks/change.h"
#include "labs/checks/table.h"
#include "labs/grade/grade.h"
#include "labs/grade/runs.h"
#include "labs/grade/shipped.h"
#include "labs/grade/submission.h"
#include "labs/spec/load_lab.h"

namespace inferlab::labs {
namespace {

using Files = std::vector<SubmissionFile>;

std::vector<std::string> lost_checks(const Report& report) {
  std::vector<std::string> out;
  for (const CheckResult& check : report.checks) {
    if (!check.passed) out.push_back(check.id);
  }
  return out;
}

std::string lost_text(const std::vector<std::string>& lost) {
  return lost.empty() ? "loses nothing" : fmt::format("loses {}", fmt::join(lost, ", "));
}

std::string learner_name(int number) {
  return fmt::format("learner-{}", number + 1);
}

class LabTester {
 public:
  LabTester(const LabSpec& lab, const LabTestOptions& options) : lab_(lab), options_(options) {
    result_.lab = lab.id;
    steps_ = static_cast<int>(lab.mutants.size() + lab.failure_drills.size()) + 2 + options.seeds +
             2 * options.learners;
  }

  Result<LabTestResult> run() {
    INFERLAB_TRY_VOID(empty());
    INFERLAB_TRY_VOID(starter());
    INFERLAB_TRY_VOID(solution());
    for (const LabMutant& mutant : lab_.mutants) INFERLAB_TRY_VOID(test_mutant(mutant));
    for (std::size_t i = 0; i < lab_.failure_drills.size(); ++i) {
      INFERLAB_TRY_VOID(test_drill(lab_.failure_drills[i], i + 1));
    }
    checks_are_lost();
    hints_are_named();
    if (options_.learners > 0) INFERLAB_TRY_VOID(test_learners());
    return std::move(result_);
  }

 private:
  void tell(const std::string& what) {
    if (options_.progress) options_.progress(what, done_++, steps_);
  }

  Result<Report> judge(const LabSpec& lab, const Files& files, const std::string& answer) {
    auto submission = submission_from_files(files, lab);
    if (!submission) {
      Error error = submission.error();
      error.message = fmt::format("{}/{}: {}", lab.folder, answer, error.message);
      return error;
    }
    GradeOptions options;
    options.submission = answer;
    return grade(lab, *submission, options);
  }

  // Of one of the answers that the lab ships, in its own variant.
  Result<Report> judge(const std::string& id, const std::string& answer) {
    INFERLAB_TRY(const Files files, answer_files(lab_, id));
    INFERLAB_TRY(Report report, judge(lab_, files, answer));
    for (const CheckResult& check : report.checks) {
      if (!check.hint.empty()) named_hints_.insert(check.hint);
    }
    return report;
  }

  LabTestRow& add(const Report& report, const std::string& answer, std::string expected) {
    result_.rows.push_back({.answer = answer,
                            .title = {},
                            .expected = std::move(expected),
                            .seen = lost_text(lost_checks(report)),
                            .earned = report.earned,
                            .points = report.points,
                            .holds = false});
    return result_.rows.back();
  }

  LabTestRow& add(std::string what, std::string expected, std::string seen, bool holds) {
    result_.rows.push_back({.answer = std::move(what),
                            .title = {},
                            .expected = std::move(expected),
                            .seen = std::move(seen),
                            .holds = holds});
    return result_.rows.back();
  }

  // Says of a row that does not hold what the checks saw that were lost, or not, against
  // `expected`.
  static void explain(LabTestRow& row, const Report& report,
                      const std::vector<std::string>& expected) {
    if (row.holds) return;
    for (const CheckResult& check : report.checks) {
      const bool should_be_lost =
          std::find(expected.begin(), expected.end(), check.id) != expected.end();
      if (check.passed != should_be_lost) continue;
      row.reasons.push_back({check.id, check.seen});
    }
  }

  Result<void> empty() {
    tell("empty");
    INFERLAB_TRY(const Report report, judge("empty", "empty"));
    LabTestRow& row = add(report, "empty", "earns at most a tenth");
    row.holds = report.earned * 10 <= report.points;
    explain(row, report, all_checks());
    return {};
  }

  std::vector<std::string> all_checks() const {
    std::vector<std::string> out;
    for (const LabCheck& check : lab_.checks) out.push_back(check.id);
    return out;
  }

  Result<void> starter() {
    tell("starter");
    INFERLAB_TRY(const Report report, judge("starter", "starter"));
    add(report, "starter", "does not pass").holds = !report.passed;
    return {};
  }

  Result<void> solution() {
    INFERLAB_TRY(const Files files, answer_files(lab_, "solution"));
    for (int i = 0; i < options_.seeds; ++i) {
      tell(options_.seeds == 1 ? "solution" : fmt::format("solution, seed {}", lab_.seed + i));
      LabSpec lab = lab_;
      lab.seed += static_cast<std::uint64_t>(i);
      INFERLAB_TRY(const Report report, judge(lab, files, "solution"));
      const bool holds = report.earned == report.points;
      if (i > 0 && holds) continue;
      const std::string name =
          i == 0 ? std::string("solution") : fmt::format("solution, seed {}", lab.seed);
      LabTestRow& row = add(report, name, "loses nothing");
      row.holds = holds;
      explain(row, report, {});
    }
    return {};
  }

  Result<void> test_mutant(const LabMutant& mutant) {
    const std::string answer = "mutant " + mutant.id;
    tell(answer);
    INFERLAB_TRY(const Report report, judge(mutant.id, answer));
    std::vector<std::string> expected = mutant.loses, lost = lost_checks(report);
    std::string words = lost_text(expected);
    if (!mutant.may_lose.empty()) {
      words += fmt::format(", and perhaps {}", fmt::join(mutant.may_lose, ", "));
    }
    LabTestRow& row = add(report, answer, words);
    row.title = mutant.title;
    for (const std::string& check : mutant.may_lose) {
      if (std::ranges::count(lost, check) > 0) expected.push_back(check);
    }
    std::sort(expected.begin(), expected.end());
    std::sort(lost.begin(), lost.end());
    row.holds = lost == expected;
    explain(row, report, expected);
    return {};
  }

  Result<Finding> look(const DrillProof& proof, const std::string& answer, bool changed) {
    INFERLAB_TRY(const Files files, answer_files(lab_, answer));
    INFERLAB_TRY(const Submission submission, submission_from_files(files, lab_));
    Runs runs(lab_, submission);
    sim::Value params = proof.params;
    const CheckRow* row = find_check_row(proof.kind);
    if (!changed || proof.change.is_null()) return row->run(runs, Params(params));
    const sim::Value nested = sim::Value::object(
        {{"change", proof.change},
         {"check", sim::Value::object({{"kind", proof.kind}, {"params", params}})}});
    return find_check_row("holds-under")->run(runs, Params(nested));
  }

  Result<void> test_drill(const LabDrill& drill, std::size_t number) {
    tell(fmt::format("drill {}", number));
    for (const DrillProof& proof : drill.proof) {
      INFERLAB_TRY(const Finding in_drill, look(proof, proof.answer, true));
      INFERLAB_TRY(const Finding without, look(proof, "solution", false));
      add(fmt::format("drill {}", number), "its signal is there in the drill, and only there",
          fmt::format("in the drill: {}; without it: {}", in_drill.seen, without.seen),
          in_drill.passed() && !without.passed())
          .title = drill.title;
    }
    return {};
  }

  void checks_are_lost() {
    std::vector<std::string> never;
    for (const LabCheck& check : lab_.checks) {
      const bool lost =
          std::any_of(lab_.mutants.begin(), lab_.mutants.end(), [&](const LabMutant& mutant) {
            return std::find(mutant.loses.begin(), mutant.loses.end(), check.id) !=
                   mutant.loses.end();
          });
      if (!lost) never.push_back(check.id);
    }
    add("checks", "each is lost by a mutant",
        never.empty() ? "each is" : fmt::format("no mutant loses {}", fmt::join(never, ", ")),
        never.empty());
  }

  void hints_are_named() {
    std::vector<std::string> never;
    for (const LabHint& hint : lab_.hints) {
      if (named_hints_.count(hint.id) == 0) never.push_back(hint.id);
    }
    add("hints", "a report names each for some answer",
        never.empty() ? "each is named" : fmt::format("never named: {}", fmt::join(never, ", ")),
        never.empty());
  }

  Result<void> test_learners() {
    const int count = options_.learners;
    std::vector<LabSpec> labs;
    std::vector<Files> solutions;
    std::set<std::string> keys;
    for (int i = 0; i < count; ++i) {
      INFERLAB_TRY(LabSpec lab, load_lab(lab_.folder, learner_name(i)));
      INFERLAB_TRY(Files files, shipped_answer(lab, "solution"));
      std::string key;
      for (const SubmissionFile& file : files) key += file.name + "\n" + file.text;
      keys.insert(key);
      labs.push_back(std::move(lab));
      solutions.push_back(std::move(files));
    }
    int solved = 0, neighbours = 0;
    std::string first_unsolved;
    LabTestRow unsolved;  // of the first one: why
    for (int i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      tell(learner_name(i));
      INFERLAB_TRY(const Report own, judge(labs[at], solutions[at], "solution"));
      if (own.earned == own.points) {
        ++solved;
      } else if (first_unsolved.empty()) {
        first_unsolved = fmt::format("; {} {}", learner_name(i), lost_text(lost_checks(own)));
        explain(unsolved, own, {});
      }
      tell(learner_name(i) + "'s neighbour");
      const auto next = static_cast<std::size_t>((i + 1) % count);
      const auto copied = submission_from_files(solutions[next], labs[at]);
      if (!copied) continue;  // refused: it does not pass
      INFERLAB_TRY(const Report report, grade(labs[at], *copied));
      if (report.passed) ++neighbours;
    }
    add("learners", "each one's solution solves his variant",
        fmt::format("{} of {}{}", solved, count, first_unsolved), solved == count)
        .reasons = unsolved.reasons;
    add("answer keys", "at least 95 % of the learners have one of their own",
        fmt::format("{} different ones of {}", keys.size(), count),
        static_cast<int>(keys.size()) * 100 >= 95 * count);
    if (count < 2) return {};  // his own neighbour
    add("neighbours", "at most 5 % pass with their neighbour's answer",
        fmt::format("{} of {} pass", neighbours, count), neighbours * 100 <= 5 * count);
    return {};
  }

  const LabSpec& lab_;
  const LabTestOptions& options_;
  LabTestResult result_;
  std::set<std::string> named_hints_;
  int done_ = 0, steps_ = 0;
};

}  // namespace

bool LabTestResult::holds() const {
  return std::all_of(rows.begin(), rows.end(), [](const LabTestRow& row) { return row.holds; });
}

Result<LabTestResult> test_lab(const LabSpec& lab, const LabTestOptions& options) {
  return LabTester(lab, options).run();
}

}  // namespace inferlab::labs
