#include "labs/spec/load_lab.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "labs/checks/change.h"
#include "labs/checks/params.h"
#include "labs/checks/table.h"
#include "labs/spec/cluster_section.h"
#include "labs/spec/cross_checks.h"
#include "labs/spec/includes.h"
#include "labs/spec/lab_files.h"
#include "labs/spec/lab_tables.h"
#include "labs/spec/rows.h"
#include "labs/spec/suggest.h"
#include "labs/spec/text_file.h"
#include "labs/spec/text_list.h"
#include "labs/spec/validate.h"

namespace inferlab::labs {
namespace fs = std::filesystem;
namespace {

using sim::Value;

constexpr std::size_t kMaxLabBytes = std::size_t{1} << 20;

// A block of Markdown without the line end that YAML's "|" leaves behind it.
std::string block_of(const Value& text) {
  std::string_view view = text.as_string();
  while (view.ends_with('\n')) view.remove_suffix(1);
  return std::string(view);
}

void read_words(const Value& root, LabSpec& lab) {
  lab.id = root["id"].str();
  lab.title = root["title"].str();
  lab.minutes = static_cast<int>(root["minutes"].as_int());
  lab.rows = text_list(root["rows"]);
  lab.objective = block_of(root["objective"]);
  lab.prerequisites = text_list(root["prerequisites"]);
  lab.story = block_of(root["story"]);
  lab.tasks = text_list(root["tasks"]);
  for (const Value& row : root["commands"].items()) {
    lab.commands.push_back({block_of(row["run"]), block_of(row["why"])});
  }
  lab.validation_signals = text_list(root["validation_signals"]);
  for (const Value& row : root["failure_drills"].items()) {
    LabDrill drill{row["title"].str(), block_of(row["steps"]), block_of(row["expect"])};
    for (const Value& proof : row["proof"].items()) {
      drill.proof.push_back({.answer = std::string(proof["answer"].as_string("solution")),
                             .change = proof["change"],
                             .kind = proof["kind"].str(),
                             .params = proof["params"]});
    }
    lab.failure_drills.push_back(std::move(drill));
  }
  lab.expected_signals = text_list(root["expected_signals"]);
  lab.sources = text_list(root["review"]["sources"]);
  lab.reviewed = root["review"]["reviewed"].str();
}

void read_grading(const Value& root, LabSpec& lab) {
  for (const Value& row : root["checks"].items()) {
    lab.checks.push_back({.id = row["id"].str(),
                          .kind = row["kind"].str(),
                          .title = row["title"].str(),
                          .points = static_cast<int>(row["points"].as_int()),
                          .rows = text_list(row["rows"]),
                          .hint = row["hint"].str(),
                          .params = row["params"]});
  }
  for (const Value& row : root["hints"].items()) {
    lab.hints.push_back({.id = row["id"].str(),
                         .text = block_of(row["text"]),
                         .cost = static_cast<int>(row["cost"].as_int()),
                         .when = row["when"].str(),
                         .causes = text_list(row["causes"])});
  }
  for (const Value& row : root["mutants"].items()) {
    LabMutant mutant{.id = row["id"].str(),
                     .title = row["title"].str(),
                     .removes = text_list(row["removes"]),
                     .loses = text_list(row["loses"]),
                     .may_lose = text_list(row["may_lose"])};
    for (const Value& edit : row["edits"].items()) {
      mutant.edits.push_back({edit["file"].str(), edit["from"].str(), edit["to"].str()});
    }
    lab.mutants.push_back(std::move(mutant));
  }
  lab.pass_points = static_cast<int>(root["pass_points"].as_int(lab.total_points()));
}

/// A lab as its file states it, and where that stands.
struct ReadLab {
  LabSpec lab = {};
  std::string file = {};
  sim::YamlDocument document = {};  // empty: it could not be read
  FilesByPath files = {};           // of what it includes

  [[nodiscard]] Error error(std::string_view path, std::string_view why,
                            std::string hint = {}) const {
    return SpecValidator(document, file, {}, &files).error(path, why, std::move(hint));
  }
};

ReadLab read_lab(std::string_view given, const std::string& file, const std::string& learner,
                 std::vector<Error>& errors) {
  ReadLab out{.file = file};
  LabSpec& lab = out.lab;
  lab.learner = learner;
  lab.parameters = choose_parameters(given, file, learner, errors);
  if (!errors.empty()) return out;
  const auto text = with_parameters(given, lab.parameters, file);
  if (!text) {
    errors.push_back(text.error());
    return out;
  }
  auto documents = sim::parse_yaml(*text, file);
  if (!documents) {
    errors.push_back(documents.error());
    return out;
  }
  if (documents->size() != 1) {
    errors.push_back({ErrorKind::kInvalid, fmt::format("{}:1:1: document: must be one, found {}",
                                                       file, documents->size())});
    return out;
  }
  IncludedDocument whole =
      with_includes(documents->front(), file, kLabTable, lab.parameters, errors);
  if (!errors.empty()) return out;
  out.document = std::move(whole.document);
  out.files = std::move(whole.files);
  std::set<std::string> included;
  for (const auto& [path, name] : out.files) included.insert(name);
  lab.included.assign(included.begin(), included.end());
  const auto params_of = [](std::string_view kind) -> const SpecTable* {
    const CheckRow* row = find_check_row(kind);
    return row == nullptr ? nullptr : row->params;
  };
  SpecValidator validator(out.document, file, params_of, &out.files);
  errors = validator.validate(kLabTable);
  if (!errors.empty()) return out;
  const Value& root = out.document.value;
  read_words(root, lab);
  lab.seed = static_cast<std::uint64_t>(root["run"]["seed"].as_int(1));
  lab.horizon = *parse_duration(root["run"]["horizon"].as_string());
  lab.apply_at = *parse_duration(root["run"]["apply_at"].as_string());
  lab.answer_kinds = text_list(root["run"]["answer_kinds"]);
  const std::string folder = fs::path(file).parent_path().string();
  read_cluster(root, validator, folder, lab, errors);
  check_events(root["run"]["events"], ".run.events", folder, lab.parameters, validator, errors);
  lab.given = root["run"]["given"].str();
  lab.events = events_from(root["run"]["events"]);
  lab.is_done_over_time = root["run"]["actions"].as_bool();
  lab.responder = identity_from(root["run"]["responder"]);
  lab.incidents = incidents_from(root["incidents"], lab.events);
  read_grading(root, lab);
  cross_check(lab, root, folder, validator, errors);
  return out;
}

std::string lab_file(const std::string& folder) {
  return (fs::path(folder) / "lab.yaml").string();
}

// quiz.yaml, where there is one, and the questions that checks ask.
void read_quiz_beside(const std::string& folder, ReadLab& read, std::vector<Error>& errors) {
  LabSpec& lab = read.lab;
  const std::string file = (fs::path(folder) / "quiz.yaml").string();
  std::error_code failed;
  if (fs::exists(file, failed)) {
    const auto text = read_text_file(file, kMaxLabBytes);
    if (!text) return errors.push_back(text.error());
    const auto filled = with_parameters(*text, lab.parameters, file);
    if (!filled) return errors.push_back(filled.error());
    const std::size_t before = errors.size();
    lab.quiz = read_quiz(*filled, file, errors);
    if (errors.size() > before) return;
  }
  std::vector<std::string_view> ids;
  for (const Question& question : lab.quiz) ids.push_back(question.id);
  for (std::size_t i = 0; i < lab.checks.size(); ++i) {
    if (lab.checks[i].kind != "quiz") continue;
    const std::vector<std::string> asked = Params(lab.checks[i].params).texts("questions");
    for (std::size_t j = 0; j < asked.size(); ++j) {
      if (lab.question(asked[j]) != nullptr) continue;
      errors.push_back(read.error(
          fmt::format(".checks[{}].params.questions[{}]", i, j),
          fmt::format("there is no question \"{}\" in quiz.yaml", asked[j]),
          ids.empty() ? "there is no quiz.yaml beside the lab's file" : suggestion(asked[j], ids)));
    }
  }
}

ReadLab read_lab_folder(const std::string& folder, const std::string& learner,
                        std::vector<Error>& errors) {
  const std::string file = lab_file(folder);
  auto text = read_text_file(file, kMaxLabBytes);
  if (!text) {
    errors.push_back(text.error());
    return {};
  }
  ReadLab read = read_lab(*text, file, learner, errors);
  read.lab.folder = folder;
  if (errors.empty()) read_quiz_beside(folder, read, errors);
  return read;
}

// Manifests that a run applies by itself: one that cannot be read would be left out in silence.
void check_applied_files(const LabSpec& lab, std::vector<Error>& errors) {
  std::vector<RunEvent> events = lab.events;
  for (const LabCheck& check : lab.checks) {
    const VariantSpec variant = variant_from(check.params["change"]);
    events.insert(events.end(), variant.events.begin(), variant.events.end());
  }
  std::set<std::string> files;
  for (const RunEvent& event : events) {
    if (event.kind == RunEvent::Kind::kApply) files.insert(event.file);
  }
  for (const std::string& file : files) {
    const auto manifest = lab_file(lab, file);
    if (!manifest) {
      errors.push_back(manifest.error());
      continue;
    }
    const auto documents = sim::parse_yaml(manifest->text, (fs::path(lab.folder) / file).string());
    if (!documents) errors.push_back(documents.error());
  }
}

}  // namespace

Result<LabSpec> parse_lab(std::string_view text, const std::string& file,
                          const std::string& learner) {
  std::vector<Error> errors;
  ReadLab read = read_lab(text, file, learner, errors);
  if (!errors.empty()) return errors.front();
  return std::move(read.lab);
}

Result<LabSpec> load_lab(const std::string& folder, const std::string& learner) {
  std::vector<Error> errors;
  ReadLab read = read_lab_folder(folder, learner, errors);
  if (!errors.empty()) return errors.front();
  return std::move(read.lab);
}

std::vector<Error> lint_lab(const std::string& folder) {
  std::vector<Error> errors;
  const ReadLab read = read_lab_folder(folder, {}, errors);
  if (!errors.empty()) return errors;
  const LabSpec& lab = read.lab;
  const auto fail = [&](const std::string& path, const std::string& why, std::string hint = {}) {
    errors.push_back(read.error(path, why, std::move(hint)));
  };
  std::error_code failed;
  const fs::path root = fs::weakly_canonical(folder, failed);
  if (root.filename() != lab.id) {
    fail(".id",
         fmt::format("is \"{}\", but the folder is \"{}\"", lab.id, root.filename().string()));
  }
  for (const char* needed : {"starter", "solution"}) {
    if (!fs::is_directory(root / needed, failed)) {
      fail("", fmt::format("the folder {}/ is missing", needed));
    }
  }
  if (const auto known = load_rows(); known) {
    std::vector<std::string_view> names;
    for (const TaughtRow& row : *known) names.push_back(row.id);
    for (std::size_t i = 0; i < lab.checks.size(); ++i) {
      for (std::size_t j = 0; j < lab.checks[i].rows.size(); ++j) {
        const std::string& row = lab.checks[i].rows[j];
        if (std::find(names.begin(), names.end(), row) != names.end()) continue;
        fail(fmt::format(".checks[{}].rows[{}]", i, j), fmt::format("there is no row {}", row),
             suggestion(row, names));
      }
    }
  }
  check_applied_files(lab, errors);
  std::set<std::string> declared;
  for (std::size_t i = 0; i < lab.mutants.size(); ++i) {
    const LabMutant& mutant = lab.mutants[i];
    declared.insert(mutant.id);
    const bool inline_only = !mutant.removes.empty() || !mutant.edits.empty();
    if (!fs::is_directory(root / "mutants" / mutant.id, failed) && !inline_only) {
      fail(fmt::format(".mutants[{}].id", i),
           fmt::format("the folder mutants/{}/ is missing", mutant.id));
    }
  }
  std::vector<std::string> undeclared;
  for (const auto& entry : fs::directory_iterator(root / "mutants", failed)) {
    const std::string name = entry.path().filename().string();
    if (declared.count(name) == 0) undeclared.push_back(name);
  }
  std::sort(undeclared.begin(), undeclared.end());
  for (const std::string& name : undeclared) {
    fail(".mutants", fmt::format("do not name mutants/{}/", name));
  }
  return errors;
}

}  // namespace inferlab::labs
