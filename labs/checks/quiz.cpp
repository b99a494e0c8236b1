// Questions of the lab's quiz are answered right. Each counts the same; which ones are wrong is
// said, what would be right is not.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "labs/checks/kinds.h"
#include "labs/checks/measure.h"

namespace inferlab::labs {
namespace {

constexpr SpecField kFields[] = {
    {.name = "questions",
     .type = SpecType::kIds,
     .description = "of quiz.yaml",
     .required = true,
     .min_items = 1},
};

// nullopt: the submission's own run has nothing to measure, which is no fault of the lab.
Result<std::optional<double>> truth_of(CheckContext& context, const Question& question) {
  if (question.measure.is_null()) return std::optional(question.number);
  INFERLAB_TRY(sim::Cluster* const run, question.measured_in == "submission"
                                            ? context.run({})
                                            : context.reference_run(question.measured_in));
  const auto number = measured(*run, measure_from(question.measure));
  if (number || question.measured_in == "submission") return number;
  return Error{ErrorKind::kInvalid,
               fmt::format("question {}: nothing was measured in the run of {}", question.id,
                           question.measured_in)};
}

}  // namespace

constexpr SpecTable kQuizParams = {"quiz_check", "", kFields};

Result<Finding> quiz(CheckContext& context, const Params& params) {
  const std::vector<std::string> ids = params.texts("questions");
  std::vector<std::string> wrong, missing, unread, unmeasured;
  for (const std::string& id : ids) {
    const Question* question = context.lab().question(id);
    if (question == nullptr) {
      return Error{ErrorKind::kInvalid, fmt::format("questions: there is no \"{}\"", id)};
    }
    const sim::Value* answer = context.submission().answers.find(id);
    if (answer == nullptr || answer->is_null()) {
      missing.push_back(id);
      continue;
    }
    INFERLAB_TRY(const std::optional<double> truth, truth_of(context, *question));
    if (!truth) {
      unmeasured.push_back(id);
      continue;
    }
    const auto right = is_right(*question, *answer, *truth);
    if (!right) unread.push_back(id);
    if (right && !*right) wrong.push_back(id);
  }
  const std::size_t lost = wrong.size() + missing.size() + unread.size() + unmeasured.size();
  const std::string expected = fmt::format("the right answers to {}", fmt::join(ids, ", "));
  if (lost == 0) return Finding::pass(fmt::format("{} right answer(s)", ids.size()));
  std::vector<std::string> parts;
  if (!wrong.empty()) parts.push_back(fmt::format("not right: {}", fmt::join(wrong, ", ")));
  if (!unread.empty()) {
    parts.push_back(fmt::format("no possible answer: {}", fmt::join(unread, ", ")));
  }
  if (!unmeasured.empty()) {
    parts.push_back(fmt::format("nothing to measure in this run: {}", fmt::join(unmeasured, ", ")));
  }
  if (!missing.empty()) parts.push_back(fmt::format("not answered: {}", fmt::join(missing, ", ")));
  Finding out = Finding::fail(fmt::format("{}", fmt::join(parts, "; ")), expected);
  if (lost == missing.size()) out.cause = Cause::kMissing;
  out.percent = static_cast<int>(100 * (ids.size() - lost) / ids.size());
  return out;
}

}  // namespace inferlab::labs
