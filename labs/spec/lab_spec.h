#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "labs/spec/cause.h"
#include "labs/spec/incident.h"
#include "labs/spec/parameters.h"
#include "labs/spec/quiz.h"
#include "labs/spec/run_event.h"
#include "sim/api/value.h"
#include "sim/api/yaml.h"
#include "sim/cluster/cluster_spec.h"

namespace inferlab::labs {

/// A tag that its publisher moves: today it names the image that carries it, in a later pull the
/// image that carries `moves_to`.
struct MovingTag {
  std::string repository, tag, moves_to;
};

struct LabCommand {
  std::string run, why;
};

/// Shows that a drill does what it says: in the run of `answer` with `change`, `check` holds; and
/// in the solution's own run it does not.
struct DrillProof {
  std::string answer;  // "solution", "starter", or a mutant's id
  sim::Value change;   // of labs/checks/change.h; null: none
  std::string kind;    // of the check
  sim::Value params;
};

struct LabDrill {
  std::string title, steps, expect;
  std::vector<DrillProof> proof = {};
};

struct LabCheck {
  std::string id, kind, title;
  int points = 0;
  std::vector<std::string> rows;  // of what must be taught: "GPU-02"
  std::string hint;               // a LabHint's id; may be empty
  sim::Value params;              // checked against the kind's table
};

struct LabHint {
  std::string id, text;
  int cost = 0;                          // points
  std::string when;                      // in words: when it is of use
  std::vector<std::string> causes = {};  // of kCauseWords; empty: all

  /// Whether a check that failed for this cause has use for it.
  [[nodiscard]] bool fits(Cause cause) const;
};

/// A change of a file: the text `from`, which stands in it once, becomes `to`.
struct LabEdit {
  std::string file, from, to;
};

/// A wrong answer that the lab ships: the solution with the files of mutants/ID/ in place of those
/// of the same name, less `removes`, with `edits` made. It must lose the points of `loses`, and no
/// others.
struct LabMutant {
  std::string id, title;
  std::vector<std::string> removes;
  std::vector<LabEdit> edits = {};
  std::vector<std::string> loses;     // ids of checks: on every seed
  std::vector<std::string> may_lose;  // of others: chance decides whether they are lost
};

/// A lab as its file states it. A folder: lab.yaml, starter/, solution/, mutants/.
struct LabSpec {
  std::string id, title;
  std::string folder;                 // where it was loaded from
  std::vector<std::string> included;  // files that its own includes, by name
  /// Whose variant it is; empty: nobody's. And what its parameters are in it.
  std::string learner;
  Parameters parameters;
  int minutes = 0;    // about how long a learner needs
  std::string track;  // of the catalogue; empty: none

  // What a learner reads. Markdown.
  std::string objective;
  std::vector<std::string> prerequisites;
  std::string story;
  std::vector<std::string> tasks;
  std::vector<LabCommand> commands;
  std::vector<std::string> validation_signals, expected_signals;
  std::vector<LabDrill> failure_drills;
  std::vector<std::string> rows;
  std::vector<std::string> sources;  // official documentation by title
  std::string reviewed;              // a date

  // What is run.
  sim::ClusterSpec cluster;
  std::vector<MovingTag> moving_tags;
  /// The name of the Git repository that repo/ of a submission is pushed to; empty: none.
  std::string submission_repository;
  std::uint64_t seed = 1;
  Duration horizon{};   // of a graded run
  Duration apply_at{};  // when a submission's manifests arrive
  std::string given;    // a folder: what is in the cluster from the beginning; empty: nothing
  std::vector<RunEvent> events;     // of the graded run, in order of time
  std::vector<Incident> incidents;  // to respond to, in the order of the file
  bool is_done_over_time = false;   // actions.yaml is asked for though there is no incident
  RunIdentity responder;            // in whose name a submission's actions are carried out
  /// Kinds that count as an answer ("Deployment"); empty: see is_answer().
  std::vector<std::string> answer_kinds;

  // What is graded.
  std::vector<LabCheck> checks;
  int pass_points = 0;
  std::vector<LabHint> hints;
  std::vector<LabMutant> mutants;
  std::vector<Question> quiz;  // of quiz.yaml beside the lab's file

  /// Of all checks.
  [[nodiscard]] int total_points() const;
  /// nullptr when there is none.
  [[nodiscard]] const LabCheck* check(std::string_view check_id) const;
  [[nodiscard]] const LabHint* hint(std::string_view hint_id) const;
  [[nodiscard]] const Question* question(std::string_view question_id) const;
  [[nodiscard]] const Incident* incident(std::string_view incident_id) const;
  /// Whether a submission may hold what was done when (see labs/grade/actions.h).
  [[nodiscard]] bool takes_actions() const { return is_done_over_time || !incidents.empty(); }
};

}  // namespace inferlab::labs
