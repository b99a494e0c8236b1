#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "labs/checks/audit_rules.h"
#include "labs/checks/deed.h"
#include "labs/checks/params.h"
#include "labs/checks/trouble.h"
#include "labs/checks/variant.h"
#include "labs/spec/evals.h"
#include "labs/spec/lab_spec.h"
#include "sim/cluster/cluster.h"

namespace inferlab::labs::lint {
struct LintResult;
}

namespace inferlab::labs {

/// What a check found. `seen` and `expected` are for the learner: they name what happened and what
/// should have, with objects, times and numbers, and never say how to get there.
struct Finding {
  int percent = 0;  // of the check's points; 100: holds
  std::string seen;
  std::string expected;
  Cause cause = Cause::kFinding;  // of a failure
  /// The object at fault that kept the check from judging, as Trouble::root; empty: it has judged.
  std::string root;

  [[nodiscard]] bool passed() const { return percent == 100; }
  static Finding pass(std::string seen) {
    Finding out;
    out.percent = 100;
    out.seen = std::move(seen);
    return out;
  }
  static Finding fail(std::string seen, std::string expected) {
    Finding out;
    out.seen = std::move(seen);
    out.expected = std::move(expected);
    return out;
  }
  /// Failed because of this trouble; `seen` begins with `intro`.
  static Finding fail(const Trouble& trouble, std::string expected, std::string_view intro = {}) {
    Finding out = fail(std::string(intro) + trouble.what, std::move(expected));
    out.cause = trouble.cause;
    out.root = trouble.root;
    return out;
  }
  Finding with(Cause why) && {
    cause = why;
    return std::move(*this);
  }
};

/// What was handed in.
struct Submission {
  Submission(sim::Journal writes,
             sim::Value given = {})  // NOLINT: most answers are manifests alone
      : journal(std::move(writes)), answers(std::move(given)) {}

  sim::Journal journal;                 // what it does to the cluster
  sim::Value answers;                   // to the questions of the lab's quiz, by id; null: none
  std::optional<EvalSuite> evals = {};  // of the model
  std::vector<RunEvent> actions = {};   // of its responder, in order of time
  AuditPolicy audit = {};               // what the API server shall log; no rules: none was given
  /// Files that events of the lab apply later, by name: their text.
  std::map<std::string, std::string> late_files = {};

  /// Holds nothing at all.
  [[nodiscard]] bool empty() const {
    return journal.empty() && answers.empty() && !evals && actions.empty() && audit.rules.empty() &&
           late_files.empty();
  }
};

/// What a check may look at: the lab, what was handed in, the graded run at its horizon, and the
/// same run with something changed. Checks read; what they post to a cluster would reach the checks
/// after them.
class CheckContext {
 public:
  virtual ~CheckContext() = default;
  [[nodiscard]] virtual const LabSpec& lab() const = 0;
  [[nodiscard]] virtual const Submission& submission() const = 0;
  /// The submission's manifests, linted with the facts of the lab's cluster: as they are applied
  /// first, and, where files are held back, as they are when each of those has been applied. Made
  /// at the first question, and good until grading ends.
  virtual Result<std::span<const lint::LintResult>> linted() = 0;
  /// The run of this variant, at its horizon. Made at the first question, shared with other checks,
  /// and good until grading ends. run({}) is the graded run itself.
  virtual Result<sim::Cluster*> run(const VariantSpec& variant) = 0;
  /// What the lab's events and the submission's actions have asked for in that run, in order.
  virtual Result<const std::vector<Deed>*> deeds(const VariantSpec& variant) = 0;
  /// The run of an answer that the lab ships, "starter" or "solution", in the same way.
  virtual Result<sim::Cluster*> reference_run(const std::string& answer) = 0;
};

/// A kind of check: one file, and one row of labs/checks/table.cpp. An Error says that it cannot be
/// carried out (which is the lab's or our fault); a lab not solved is a Finding.
using CheckFunction = Result<Finding> (*)(CheckContext& context, const Params& params);

}  // namespace inferlab::labs
