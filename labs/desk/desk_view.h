#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "labs/session/snapshot.h"

namespace inferlab::labs {

struct LabRow {
  std::string id, title, summary;
  std::string minutes;  // "20–30"
  int best_score = -1;  // points of 100; -1: not tried
};

struct CheckRow {
  std::string id, title;
  /// kNotYet: it is judged later in the session; `seen` says by when.
  enum class State : std::uint8_t { kUnknown, kPassed, kPartial, kFailed, kNotYet };
  State state = State::kUnknown;
  int points = 0, earned = 0;
  std::string seen, expected;  // what was seen and what was expected; empty when passed
  std::string rows;            // mission rows, "GPU-02, GPU-03"
};

struct HintRow {
  std::string id;
  int cost = 0;
  bool taken = false;
  std::string text;  // empty until taken
};

/// A mistake in the manifest, at its place in the editor's text (lines and columns from 1).
struct EditorProblem {
  int line = 0, column = 0;
  std::string message, hint;
};

/// Everything that the window shows, as one immutable picture. Made by Desk; any thread may read
/// it.
struct DeskView {
  std::vector<LabRow> labs;
  std::string lab_id, lab_title, lab_text;  // text: markdown
  std::vector<std::string> tasks;

  /// The manifest that the editor starts from; a new one comes with a new `editor_version` (lab
  /// opened, reset, solution's shape loaded), which the editor then takes over.
  std::string editor_text;
  std::uint64_t editor_version = 0;
  std::vector<EditorProblem> problems;     // of the last apply
  std::vector<std::string> apply_outcome;  // "deployment.apps/vllm-llama created"

  SnapshotPtr run;  // the cluster; null while a session is starting
  std::string kubeconfig, api_url, gateway_url;

  bool busy = false;      // a check or an apply is under way
  std::string busy_with;  // "Grading: replaying one virtual hour"
  double progress = 0;    // 0..1 of what it is busy with
  std::vector<CheckRow> checks;
  int score = -1, max_score = 100;  // -1: not checked yet
  bool so_far = false;  // some checks are judged later: max_score counts the others alone
  std::string saved;    // where the report of the last check was written to; empty: nowhere
  std::vector<HintRow> hints;

  std::string chat_answer;  // what the real engine has streamed so far
  bool chatting = false;
  std::string error;  // the last thing that went wrong, whole
};
using DeskViewPtr = std::shared_ptr<const DeskView>;

}  // namespace inferlab::labs
