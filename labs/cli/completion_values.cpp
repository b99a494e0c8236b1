#include "labs/cli/completion_values.h"

#include <algorithm>
#include <optional>

#include "engine/backend/registry.h"
#include "labs/cli/learner.h"
#include "labs/lint/check.h"
#include "labs/progress/progress.h"
#include "labs/session/session_folder.h"
#include "labs/spec/add_ons.h"
#include "labs/spec/catalog.h"
#include "sim/cluster/faults.h"

namespace inferlab::labs {
namespace {

using Words = std::vector<CompletionWord>;
using Give = Words (*)(const CompletionLine& line);

// The lab that the line is about, in its learner's variant; nullopt: it names none that there is.
std::optional<LabSpec> lab_of(const CompletionLine& line) {
  const auto option = [&](const char* name) {
    const auto found = line.options.find(name);
    return found == line.options.end() ? std::string() : found->second;
  };
  std::string lab = option("--lab");
  if (lab.empty() && !line.arguments.empty()) lab = line.arguments.front();
  if (lab.empty()) return std::nullopt;
  auto found = find_lab(lab, learner_of(option("--learner")));
  return found ? std::optional<LabSpec>(std::move(*found)) : std::nullopt;
}

Words labs(const CompletionLine& /*line*/) {
  Words out;
  if (const auto names = lab_names()) {
    for (const std::string& name : *names) out.push_back({name, {}});
  }
  return out;
}

Words learners(const CompletionLine& /*line*/) {
  Words out;
  if (const auto names = Progress::learners()) {
    for (const std::string& name : *names) out.push_back({name, {}});
  }
  return out;
}

Words sessions(const CompletionLine& /*line*/) {
  Words out;
  if (const auto running = running_sessions()) {
    for (const SessionCard& card : *running) out.push_back({card.name(), {}});
  }
  return out;
}

Words hints(const CompletionLine& line) {
  Words out;
  if (const auto lab = lab_of(line)) {
    for (const LabHint& hint : lab->hints) out.push_back({hint.id, hint.when});
  }
  return out;
}

// A question, and behind it what it is answered with.
Words quiz(const CompletionLine& line) {
  Words out;
  const auto lab = lab_of(line);
  if (!lab) return out;
  if (line.arguments.size() < 2) {
    for (const Question& question : lab->quiz) out.push_back({question.id, question.text});
    return out;
  }
  const Question* question = lab->question(line.arguments[1]);
  if (question == nullptr) return out;
  for (const auto& [id, text] : question->options) {
    const bool is_given =
        std::find(line.arguments.begin() + 2, line.arguments.end(), id) != line.arguments.end();
    if (!is_given) out.push_back({id, text});
  }
  return out;
}

Words incidents(const CompletionLine& line) {
  Words out;
  if (const auto lab = lab_of(line)) {
    for (const Incident& incident : lab->incidents) out.push_back({incident.id, incident.title});
  }
  return out;
}

Words causes(const CompletionLine& line) {
  Words out;
  const auto lab = lab_of(line);
  if (!lab) return out;
  const auto named = line.options.find("--incident");
  for (const Incident& incident : lab->incidents) {
    if (named != line.options.end() && named->second != incident.id) continue;
    for (const auto& [id, text] : incident.causes) out.push_back({id, text});
  }
  return out;
}

Words shipped_answers(const CompletionLine& line) {
  Words out = {{"starter", {}}, {"solution", {}}};
  if (const auto lab = lab_of(line)) {
    for (const LabMutant& mutant : lab->mutants) out.push_back({mutant.id, mutant.title});
  }
  return out;
}

Words faults(const CompletionLine& /*line*/) {
  Words out;
  for (const std::string_view name : sim::fault_names()) out.push_back({std::string(name), {}});
  return out;
}

Words add_ons(const CompletionLine& /*line*/) {
  Words out;
  if (const auto names = list_add_ons()) {
    for (const std::string& name : *names) out.push_back({name, {}});
  }
  return out;
}

Words lint_checks(const CompletionLine& /*line*/) {
  Words out;
  for (const lint::Check* check : lint::check_table()) {
    out.push_back({std::string(check->id), std::string(check->title)});
  }
  return out;
}

Words speeds(const CompletionLine& /*line*/) {
  return {{"1", "as fast as the clock"},
          {"10", {}},
          {"60", {}},
          {"max", "as fast as it goes"},
          {"pause", "nothing happens"}};
}

Words replay_speeds(const CompletionLine& /*line*/) {
  return {{"1", "as fast as the clock"}, {"10", {}}, {"60", {}}, {"max", "all at once"}};
}

Words devices(const CompletionLine& /*line*/) {
  Words out;
  for (const BackendRow& row : backends()) {
    out.push_back({std::string(row.name), std::string(row.what)});
  }
  return out;
}

Words runners(const CompletionLine& /*line*/) {
  return {{"auto", {}}, {"generate", {}}, {"pooling", "embeddings"}};
}

Words no_words(const CompletionLine& /*line*/) {
  return {};
}

struct Row {
  std::string_view command;  // empty: of every command
  std::string_view name;
  Completion::Mode mode;
  Give words;
};
using Mode = Completion::Mode;
// The first that fits counts. What is in no row is a text of its writer's own, or a number.
constexpr Row kRows[] = {
    {"lab test", "--learners", Mode::kWords, no_words},
    {"lab record", "--output", Mode::kFolders, no_words},
    {"lab replay", "--speed", Mode::kWords, replay_speeds},
    {"", "--addon", Mode::kWords, add_ons},
    {"", "--answer", Mode::kWords, shipped_answers},
    {"", "--api-key-file", Mode::kFiles, no_words},
    {"", "--apply", Mode::kFiles, no_words},
    {"", "--audit-log", Mode::kFiles, no_words},
    {"", "--batch", Mode::kFolders, no_words},
    {"", "--context", Mode::kFiles, no_words},
    {"", "--device", Mode::kWords, devices},
    {"", "--ignore", Mode::kWords, lint_checks},
    {"", "--incident", Mode::kWords, incidents},
    {"", "--key", Mode::kFiles, no_words},
    {"", "--lab", Mode::kWords, labs},
    {"", "--learner", Mode::kWords, learners},
    {"", "--learners", Mode::kFiles, no_words},
    {"", "--model", Mode::kFiles, no_words},
    {"", "--new-key", Mode::kFiles, no_words},
    {"", "--output", Mode::kFiles, no_words},
    {"", "--profile", Mode::kFiles, no_words},
    {"", "--public-key", Mode::kFiles, no_words},
    {"", "--report-folder", Mode::kFolders, no_words},
    {"", "--results", Mode::kFiles, no_words},
    {"", "--runner", Mode::kWords, runners},
    {"", "--scheduler-config", Mode::kFiles, no_words},
    {"", "--screenshot", Mode::kFiles, no_words},
    {"", "--session", Mode::kWords, sessions},
    {"", "--similarity", Mode::kFiles, no_words},
    {"", "--spec", Mode::kFiles, no_words},
    {"", "--speed", Mode::kWords, speeds},
    {"", "--state", Mode::kFiles, no_words},
    {"", "--submission", Mode::kFolders, no_words},
    {"", "--token-file", Mode::kFiles, no_words},
    {"", "--verify", Mode::kFiles, no_words},
    {"", "ANSWER", Mode::kWords, quiz},
    {"", "CAUSE", Mode::kWords, causes},
    {"", "FAULT", Mode::kWords, faults},
    {"", "FILE", Mode::kFiles, no_words},
    {"", "FILES", Mode::kFiles, no_words},
    {"", "FOLDER", Mode::kFolders, no_words},
    {"", "FROM", Mode::kFiles, no_words},
    {"", "HINT", Mode::kWords, hints},
    {"", "INCIDENT", Mode::kWords, incidents},
    {"", "LAB", Mode::kWords, labs},
    {"", "MODEL", Mode::kFiles, no_words},
    {"", "SPEED", Mode::kWords, speeds},
    {"", "TO", Mode::kFiles, no_words},
};

// A lab may be named by its folder, too, as find_lab() reads it.
bool is_path(std::string_view begun) {
  return begun.starts_with('.') || begun.starts_with('~') ||
         begun.find('/') != std::string_view::npos;
}

}  // namespace

Completion values_of(std::string_view name, const CompletionLine& line, std::string_view begun) {
  Completion out;
  if ((name == "LAB" || name == "--lab") && is_path(begun)) {
    out.mode = Completion::Mode::kFolders;
    return out;
  }
  const auto* const row = std::ranges::find_if(kRows, [&](const Row& each) {
    return each.name == name && (each.command.empty() || each.command == line.command);
  });
  if (row != std::end(kRows)) out = {row->mode, row->words(line)};
  return out;
}

}  // namespace inferlab::labs
