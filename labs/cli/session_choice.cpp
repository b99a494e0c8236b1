#include "labs/cli/session_choice.h"

#include <fmt/format.h>

#include <vector>

#include "labs/report/command_words.h"
#include "labs/report/escape.h"
#include "labs/spec/suggest.h"

namespace inferlab::labs {

std::string spoken_name(const SessionCard& card) {
  return card.learner.empty()
             ? card.lab_id
             : fmt::format("{} of learner {}", card.lab_id, for_terminal(card.learner));
}

void SessionChoice::declare(Args& args) {
  args.option(
      "--session", name_,
      fmt::format("where several are running: the id of the lab (of a learner LAB@LEARNER), "
                  "or {} for `cluster up`",
                  kPlainCluster));
}

Result<SessionCard> SessionChoice::find() const {
  INFERLAB_TRY(const std::vector<SessionCard> running, running_sessions());
  if (running.empty()) {
    return Error{ErrorKind::kNotFound, "session: none is running",
                 "start one: inferlab cluster up, or inferlab lab start vllm-inference"};
  }
  std::string names;
  std::vector<std::string> called;
  for (const SessionCard& card : running) {
    called.push_back(card.name());
    if (called.back() == name_) return card;
    names += (names.empty() ? "" : ", ") + called.back();
  }
  const std::vector<std::string_view> words(called.begin(), called.end());
  if (!name_.empty()) {
    return Error{ErrorKind::kNotFound, fmt::format("--session {}: is not running", name_),
                 suggestion(name_, words)};
  }
  if (running.size() > 1) {
    return Error{ErrorKind::kConflict,
                 fmt::format("session: {} are running: {}", running.size(), names),
                 "say which: --session " + shell_word(called.front())};
  }
  return running.front();
}

}  // namespace inferlab::labs
