// Source: k8s.io/apiserver 1.32, pkg/admission/plugin/policy/validating and
// pkg/admission/plugin/cel.
#include "sim/api/admission/policy_evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "sim/api/go_space.h"

namespace inferlab::sim {
namespace {

constexpr std::int64_t kMatchConditionsLimit = cel::kPerRequestLimit / 4;
constexpr std::size_t kMostMessageBytes = 5 * 1024;
constexpr std::size_t kMostAnnotationBytes = 10 * 1024;
// Variables within variables: deeper than anybody writes by hand, and far from this machine's
// stack.
constexpr int kDeepestVariable = 64;
constexpr const char* kOverBudget =
    "validation failed due to running out of cost budget, no further validation rules will be run";

// What one expression came to.
struct Outcome {
  cel::Val val;
  std::string error = {};
};

// Evaluates expressions that share variables, each of which is worked out once, and a budget.
class Group {
 public:
  Group(const PolicyPrograms& programs, const PolicyInput& input, cel::Budget& budget)
      : budget_(budget) {
    bindings_.set("object", dynamic(input.object));
    bindings_.set("oldObject", dynamic(input.old));
    bindings_.set("params", dynamic(input.params));
    bindings_.set("request", dynamic(input.request));
    bindings_.set("namespaceObject", dynamic(input.ns));
    bindings_.set("authorizer", input.authorizer);
    bindings_.set("authorizer.requestResource", input.request_resource);
    std::vector<std::pair<std::string, std::function<cel::Val()>>> variables;
    for (const PolicyPrograms::Named& one : programs.variables)
      variables.emplace_back(one.name, [this, &one] { return variable(one); });
    bindings_.set("variables", cel::lazy_object(std::move(variables)));
  }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  // nullopt: the budget is used up.
  std::optional<Outcome> evaluate(const PolicyExpression& expression) {
    if (!expression.program) return Outcome{{}, "compilation error: " + expression.error};
    auto made = expression.program->evaluate(bindings_, budget_);
    if (budget_.left < 0) return std::nullopt;
    if (made) return Outcome{*std::move(made)};
    return Outcome{{},
                   fmt::format("expression '{}' resulted in error: {}", expression.text,
                               made.error().message)};
  }

 private:
  static cel::Val dynamic(const Value& value) { return cel::from_value(value, cel::Type()); }

  cel::Val variable(const PolicyPrograms::Named& one) {
    if (!one.expression.program) {
      return cel::Val::error(fmt::format("composited variable \"{}\" fails to compile: {}",
                                         one.name, one.expression.error));
    }
    if (depth_ >= kDeepestVariable) {
      return cel::Val::error(fmt::format(
          "composited variable \"{}\" fails to evaluate: variables lie too deep within each other",
          one.name));
    }
    ++depth_;
    auto made = one.expression.program->evaluate(bindings_, budget_);
    --depth_;
    if (made) return *std::move(made);
    return cel::Val::error(fmt::format("composited variable \"{}\" fails to evaluate: {}", one.name,
                                       made.error().message));
  }

  cel::Budget& budget_;
  cel::Bindings bindings_;
  int depth_ = 0;
};

bool is_bool(const cel::Val& val, bool wanted) {
  return val.is(cel::Val::Kind::kBool) && val.as_bool() == wanted;
}

// As Go's aggregate of errors reads.
std::string aggregated(const std::vector<std::string>& errors) {
  std::vector<std::string> unique;
  for (const std::string& error : errors) {
    if (std::find(unique.begin(), unique.end(), error) == unique.end()) unique.push_back(error);
  }
  if (unique.size() == 1) return unique.front();
  return fmt::format("[{}]", fmt::join(unique, ", "));
}

enum class Match { kYes, kNo, kError };

// A condition that is false decides, whatever became of the others.
Match match(const PolicyPrograms& programs, const PolicyInput& input, std::string& error) {
  PolicyInput without_namespace = input;
  without_namespace.ns = Value();
  cel::Budget budget{.left = kMatchConditionsLimit};
  Group group(programs, without_namespace, budget);
  std::vector<std::string> errors;
  for (const PolicyPrograms::Named& condition : programs.match_conditions) {
    const std::optional<Outcome> outcome = group.evaluate(condition.expression);
    if (!outcome) {
      error = kOverBudget;
      return Match::kError;
    }
    if (!outcome->error.empty()) {
      errors.push_back(outcome->error);
    } else if (is_bool(outcome->val, false)) {
      return Match::kNo;
    }
  }
  if (errors.empty()) return Match::kYes;
  error = aggregated(errors);
  return Match::kError;
}

// What the message expression says where that can be told; empty: it cannot.
std::string said_by(const Outcome& outcome) {
  if (!outcome.error.empty() || !outcome.val.is(cel::Val::Kind::kString)) return {};
  std::string text = go_trimmed(outcome.val.as_string());
  const bool fits = text.size() <= kMostMessageBytes && text.find('\n') == std::string::npos;
  return fits ? text : std::string();
}

std::string message_of(const PolicyPrograms::Validation& validation, const Outcome* said) {
  std::string message = said == nullptr ? std::string() : said_by(*said);
  if (message.empty()) message = go_trimmed(validation.message);
  if (message.empty()) message = "failed expression: " + go_trimmed(validation.expression.text);
  return message;
}

// The values of all message expressions, in the place of their validations; nullopt: the budget is
// used up.
std::optional<std::vector<Outcome>> evaluate_messages(const PolicyPrograms& programs,
                                                      const PolicyInput& input,
                                                      cel::Budget& budget) {
  Group group(programs, input, budget);
  std::vector<Outcome> out;
  for (const PolicyPrograms::Validation& validation : programs.validations) {
    if (!validation.message_expression) {
      out.emplace_back();
      continue;
    }
    std::optional<Outcome> outcome = group.evaluate(*validation.message_expression);
    if (!outcome) return std::nullopt;
    out.push_back(*std::move(outcome));
  }
  return out;
}

void evaluate_validations(const PolicyPrograms& programs, const PolicyInput& input,
                          PolicyVerdict& verdict) {
  cel::Budget budget;
  std::vector<Outcome> outcomes;
  {
    Group group(programs, input, budget);
    for (const PolicyPrograms::Validation& validation : programs.validations) {
      std::optional<Outcome> outcome = group.evaluate(validation.expression);
      if (!outcome) {
        if (!programs.ignores_errors) verdict.breaches.push_back({0, kOverBudget});
        return;
      }
      outcomes.push_back(*std::move(outcome));
    }
  }
  const auto said = evaluate_messages(programs, input, budget);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const PolicyPrograms::Validation& validation = programs.validations[i];
    std::string error = outcomes[i].error;
    if (error.empty() && !said) error = fmt::format("failed messageExpression: {}", kOverBudget);
    if (!error.empty()) {
      if (!programs.ignores_errors) verdict.breaches.push_back({i, std::move(error)});
    } else if (!is_bool(outcomes[i].val, true)) {
      const Outcome* message = validation.message_expression ? &(*said)[i] : nullptr;
      verdict.breaches.push_back({i, message_of(validation, message), validation.reason});
    }
  }
}

void evaluate_annotations(const PolicyPrograms& programs, const PolicyInput& input,
                          PolicyVerdict& verdict) {
  if (programs.audit_annotations.empty()) return;
  cel::Budget budget;
  Group group(programs, input, budget);
  for (const PolicyPrograms::Named& annotation : programs.audit_annotations) {
    const std::optional<Outcome> outcome = group.evaluate(annotation.expression);
    if (!outcome) {
      verdict = {};
      if (!programs.ignores_errors) verdict.breaches.push_back({0, kOverBudget});
      return;
    }
    if (!outcome->error.empty()) {
      if (!programs.ignores_errors) verdict.annotation_errors.push_back(outcome->error);
      continue;
    }
    if (!outcome->val.is(cel::Val::Kind::kString)) continue;
    std::string text = go_trimmed(outcome->val.as_string());
    if (text.size() > kMostAnnotationBytes) text.resize(kMostAnnotationBytes);
    if (!text.empty()) verdict.annotations.emplace_back(annotation.name, std::move(text));
  }
}

}  // namespace

PolicyVerdict evaluate_policy(const PolicyPrograms& programs, const PolicyInput& input) {
  PolicyVerdict verdict;
  std::string error;
  switch (match(programs, input, error)) {
    case Match::kNo:
      return verdict;
    case Match::kError:
      if (!programs.ignores_errors) verdict.breaches.push_back({0, std::move(error)});
      return verdict;
    case Match::kYes:
      break;
  }
  evaluate_validations(programs, input, verdict);
  evaluate_annotations(programs, input, verdict);
  return verdict;
}

}  // namespace inferlab::sim
