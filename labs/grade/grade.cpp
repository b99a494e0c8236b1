#include "labs/grade/grade.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "engine/base/hash.h"
#include "labs/checks/table.h"
#include "labs/grade/actions.h"
#include "labs/grade/evidence.h"
#include "labs/grade/runs.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

/// A check's result, and what grading needs to know of it besides.
struct Judged {
  CheckResult result;
  std::string root;  // of its Finding
  bool whole = false;
};

/// A check of a session that has come to `present`; nullopt: to the lab's horizon.
Result<Judged> carry_out(const LabSpec& lab, const LabCheck& check, Runs& runs,
                         std::optional<Duration> present) {
  CheckResult result{.id = check.id,
                     .kind = check.kind,
                     .title = check.title,
                     .rows = check.rows,
                     .points = check.points,
                     .earned = 0,
                     .passed = false,
                     .seen = {},
                     .expected = {},
                     .hint = {},
                     .blocked_by = {}};
  const CheckRow* row = find_check_row(check.kind);
  INFERLAB_CHECK(row != nullptr);  // the loader refuses a lab with an unknown kind
  const Duration from = judged_from(lab, check);
  const bool waits = present && from > *present;
  if (waits) {
    result.judged_by = lab.horizon;  // `from` would tell when something comes
    const bool tells_present =
        row->tells_present && from == lab.horizon && *present >= lab.apply_at;
    if (!tells_present) return Judged{std::move(result), {}, false};
  }
  auto finding = row->run(runs, Params(check.params));
  // A run cut at the present may lack what the check names yet.
  const auto may_come = [](ErrorKind kind) {
    return kind == ErrorKind::kInvalid || kind == ErrorKind::kNotFound;
  };
  if (waits && !finding && may_come(finding.error().kind)) {
    return Judged{std::move(result), {}, false};
  }
  if (!finding) {
    Error error = finding.error();
    error.message = fmt::format("check {}: {}", check.id, error.message);
    return error;
  }
  if (waits) {
    result.seen = finding->passed() ? "it holds now" : "it does not hold now: " + finding->seen;
    return Judged{std::move(result), {}, false};
  }
  result.earned = check.points * std::clamp(finding->percent, 0, 100) / 100;
  result.passed = finding->passed();
  result.seen = std::move(finding->seen);
  result.expected = std::move(finding->expected);
  const LabHint* hint = result.passed ? nullptr : lab.hint(check.hint);
  if (hint != nullptr && hint->fits(finding->cause)) result.hint = hint->id;
  return Judged{std::move(result), finding->passed() ? std::string() : std::move(finding->root),
                row->judges == Judges::kWhole};
}

// One mistake is told once. Of the checks that one object keeps from judging, that which is there
// to judge it names the reason, or else the first; the others refer to it, in a few words.
void refer_to_roots(std::vector<Judged>& all) {
  constexpr std::size_t kFewWords = 110;
  std::map<std::string, const Judged*> named;
  for (const Judged& each : all) {
    if (each.root.empty()) continue;
    const Judged*& by = named[each.root];
    if (by == nullptr || (each.whole && !by->whole)) by = &each;
  }
  for (Judged& each : all) {
    if (each.root.empty()) continue;
    const Judged* const by = named[each.root];
    if (by == &each) continue;
    CheckResult& result = each.result;
    result.blocked_by = by->result.id;
    result.seen =
        fmt::format("blocked by `{}`: {}", result.blocked_by, shortened(result.seen, kFewWords));
    result.hint.clear();
  }
}

// What the API has refused of an answer, applied later or by its responder, has not happened: that
// must be known.
void tell_refused(const std::vector<Deed>& deeds, std::vector<std::string>& notes) {
  constexpr std::size_t kFewWords = 200;
  constexpr int kMaxNotes = 20;
  int told = 0;
  for (const Deed& deed : deeds) {
    const bool is_answer = deed.is_response || deed.event == RunEvent::Kind::kApplyAnswer;
    if (!is_answer || deed.ok() || told++ >= kMaxNotes) continue;
    notes.push_back(fmt::format("refused after {}: {}: {}",
                                format_duration(deed.at.time_since_epoch()), deed.what,
                                shortened(deed.message, kFewWords)));
  }
}

}  // namespace

Result<Report> grade_checks(const LabSpec& given, const Submission& submission,
                            const std::vector<std::string>& check_ids,
                            const GradeOptions& options) {
  LabSpec lab = given;
  if (options.seed) lab.seed = *options.seed;
  Report report{.lab_id = lab.id,
                .lab_title = lab.title,
                .submission = options.submission,
                .learner = lab.learner,
                .seed = lab.seed,
                .horizon = format_duration(lab.horizon),
                .apply_at = format_duration(lab.apply_at),
                .journal_hash = {},
                .run_hash = {},
                .checks = {},
                .points = lab.total_points(),
                .earned = 0,
                .pass_points = lab.pass_points,
                .passed = false,
                .hints_used = {},
                .hint_cost = 0,
                .notes = options.notes,
                .evidence = {},
                .next_lab = {}};
  RunHash journal_hash;
  journal_hash.add(sim::write_journal(submission.journal));
  if (!submission.answers.is_null()) journal_hash.add(sim::to_json(submission.answers));
  if (submission.evals) journal_hash.add(sim::to_json(submission.evals->document));
  if (!submission.actions.empty()) {
    journal_hash.add(write_actions(submission.actions));
    for (const RunEvent& action : submission.actions) journal_hash.add(action.manifests);
  }
  if (!submission.audit.text.empty()) journal_hash.add(submission.audit.text);
  for (const auto& [file, text] : submission.late_files) {
    journal_hash.add(file);
    journal_hash.add(text);
  }
  report.journal_hash = journal_hash.hex();

  const int steps = static_cast<int>(check_ids.size()) + 1;
  const auto tell = [&](std::string_view what, int done) {
    if (options.progress) options.progress(what, done, steps);
  };
  tell("run", 0);
  std::optional<Duration> present;
  if (!lab.incidents.empty() && options.present && *options.present < lab.horizon) {
    present = std::max(*options.present, Duration{});
    report.present = std::chrono::floor<std::chrono::seconds>(*present);
  }
  LabSpec played = lab;
  if (present) played.horizon = std::max<Duration>(*present, Duration{1});
  Runs runs(played, submission);
  INFERLAB_TRY(sim::Cluster* const base, runs.run({}));
  report.run_hash = fmt::format("{:016x}", base->run_hash());
  report.evidence = evidence_of(*base, played, submission);
  INFERLAB_TRY(const std::vector<Deed>* const deeds, runs.deeds({}));
  tell_refused(*deeds, report.notes);
  int done = 1;
  std::vector<Judged> judged;
  for (const LabCheck& check : lab.checks) {
    if (std::find(check_ids.begin(), check_ids.end(), check.id) == check_ids.end()) continue;
    tell(check.id, done++);
    INFERLAB_TRY(Judged one, carry_out(lab, check, runs, present));
    judged.push_back(std::move(one));
  }
  refer_to_roots(judged);
  for (Judged& each : judged) {
    report.earned += each.result.earned;
    report.checks.push_back(std::move(each.result));
  }
  tell("done", steps);
  report.passed = report.whole() && report.earned >= report.pass_points;
  for (const std::string& id : options.hints_used) {
    const LabHint* hint = lab.hint(id);
    if (hint == nullptr) continue;  // the lab's author has taken it out since
    report.hints_used.push_back(id);
    report.hint_cost += hint->cost;
  }
  return report;
}

Result<Report> grade(const LabSpec& lab, const Submission& submission,
                     const GradeOptions& options) {
  std::vector<std::string> all;
  for (const LabCheck& check : lab.checks) all.push_back(check.id);
  return grade_checks(lab, submission, all, options);
}

}  // namespace inferlab::labs
