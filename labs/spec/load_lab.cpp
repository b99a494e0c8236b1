#include "labs/spec/load_lab.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>

#include "labs/checks/params.h"
#include "labs/checks/table.h"
#include "labs/spec/cluster_section.h"
#include "labs/spec/lab_tables.h"
#include "labs/spec/rows.h"
#include "labs/spec/suggest.h"
#include "labs/spec/text_file.h"
#include "labs/spec/validate.h"
#include "sim/api/kind.h"

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

std::vector<std::string> texts_of(const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.items()) out.push_back(item.str());
  return out;
}

void read_words(const Value& root, LabSpec& lab) {
  lab.id = root["id"].str();
  lab.title = root["title"].str();
  lab.minutes = static_cast<int>(root["minutes"].as_int());
  lab.rows = texts_of(root["rows"]);
  lab.objective = block_of(root["objective"]);
  lab.prerequisites = texts_of(root["prerequisites"]);
  lab.story = block_of(root["story"]);
  lab.tasks = texts_of(root["tasks"]);
  for (const Value& row : root["commands"].items()) {
    lab.commands.push_back({block_of(row["run"]), block_of(row["why"])});
  }
  lab.validation_signals = texts_of(root["validation_signals"]);
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
  lab.expected_signals = texts_of(root["expected_signals"]);
  lab.sources = texts_of(root["review"]["sources"]);
  lab.reviewed = root["review"]["reviewed"].str();
}

void read_grading(const Value& root, LabSpec& lab) {
  for (const Value& row : root["checks"].items()) {
    lab.checks.push_back({.id = row["id"].str(),
                          .kind = row["kind"].str(),
                          .title = row["title"].str(),
                          .points = static_cast<int>(row["points"].as_int()),
                          .rows = texts_of(row["rows"]),
                          .hint = row["hint"].str(),
                          .params = row["params"]});
  }
  for (const Value& row : root["hints"].items()) {
    lab.hints.push_back({.id = row["id"].str(),
                         .text = block_of(row["text"]),
                         .cost = static_cast<int>(row["cost"].as_int()),
                         .when = row["when"].str(),
                         .causes = texts_of(row["causes"])});
  }
  for (const Value& row : root["mutants"].items()) {
    LabMutant mutant{.id = row["id"].str(),
                     .title = row["title"].str(),
                     .removes = texts_of(row["removes"]),
                     .loses = texts_of(row["loses"])};
    for (const Value& edit : row["edits"].items()) {
      mutant.edits.push_back({edit["file"].str(), edit["from"].str(), edit["to"].str()});
    }
    lab.mutants.push_back(std::move(mutant));
  }
  lab.pass_points = static_cast<int>(root["pass_points"].as_int(lab.total_points()));
}

// What one field alone cannot say: names that refer to others, and sums.
class CrossChecks {
 public:
  CrossChecks(const LabSpec& lab, const std::string& folder, const SpecValidator& places,
              std::vector<Error>& errors)
      : lab_(lab), folder_(folder), places_(places), errors_(errors) {}

  void run(const Value& root) {
    unique(lab_.checks, ".checks", "check");
    unique(lab_.hints, ".hints", "hint");
    unique(lab_.mutants, ".mutants", "mutant");
    kinds();
    nested();
    drills();
    answer_kinds();
    hints();
    mutants();
    if (lab_.pass_points > lab_.total_points()) {
      fail(".pass_points", fmt::format("is {}, but all checks together have {} points",
                                       lab_.pass_points, lab_.total_points()));
    }
    if (lab_.total_points() != 100) {
      fail(".checks", fmt::format("have {} points together", lab_.total_points()),
           "share out 100 points");
    }
    if (lab_.apply_at >= lab_.horizon) fail(".run.apply_at", "is not before run.horizon");
    if (lab_.horizon > 7 * 24h) fail(".run.horizon", "is more than a week");
    for (std::size_t i = 0; i < root["rows"].size(); ++i) {
      row_is_practised(lab_.rows[i], fmt::format(".rows[{}]", i));
    }
  }

 private:
  void fail(const std::string& path, std::string_view why, std::string hint = {}) {
    errors_.push_back(places_.error(path, why, std::move(hint)));
  }

  template <typename Item>
  void unique(const std::vector<Item>& items, const char* list, const char* what) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!seen.insert(items[i].id).second) {
        fail(fmt::format("{}[{}].id", list, i),
             fmt::format("a {} \"{}\" stands above", what, items[i].id),
             fmt::format("give each {} an id of its own", what));
      }
    }
  }

  template <typename Item>
  static std::vector<std::string_view> ids(const std::vector<Item>& items) {
    std::vector<std::string_view> out;
    for (const Item& item : items) out.push_back(item.id);
    return out;
  }

  void kinds() {
    const std::vector<std::string_view> known = known_kinds();
    for (std::size_t i = 0; i < lab_.checks.size(); ++i) {
      const std::string& kind = lab_.checks[i].kind;
      if (find_check_row(kind) == nullptr) {
        fail(fmt::format(".checks[{}].kind", i), fmt::format("there is no check \"{}\"", kind),
             suggestion(kind, known));
      }
    }
  }

  // Params that hold a check of their own, or events.
  void nested() {
    for (std::size_t i = 0; i < lab_.checks.size(); ++i) {
      const Value& params = lab_.checks[i].params;
      const std::string at = fmt::format(".checks[{}].params", i);
      if (lab_.checks[i].kind == "holds-under") {
        const std::string kind = params["check"]["kind"].str();
        if (find_check_row(kind) == nullptr) {
          fail(at + ".check.kind", fmt::format("there is no check \"{}\"", kind),
               suggestion(kind, known_kinds()));
        }
      }
      for (const Value* change : {&params["change"], &params["check"]["params"]["change"]}) {
        const bool inner = change != &params["change"];
        check_events((*change)["events"],
                     at + (inner ? ".check.params.change.events" : ".change.events"), folder_,
                     places_, errors_);
      }
    }
  }

  void drills() {
    for (std::size_t i = 0; i < lab_.failure_drills.size(); ++i) {
      const auto& proofs = lab_.failure_drills[i].proof;
      for (std::size_t j = 0; j < proofs.size(); ++j) {
        const std::string at = fmt::format(".failure_drills[{}].proof[{}]", i, j);
        const std::string& answer = proofs[j].answer;
        if (find_check_row(proofs[j].kind) == nullptr) {
          fail(at + ".kind", fmt::format("there is no check \"{}\"", proofs[j].kind),
               suggestion(proofs[j].kind, known_kinds()));
        }
        const auto names = ids(lab_.mutants);
        if (answer != "solution" && answer != "starter" &&
            std::find(names.begin(), names.end(), answer) == names.end()) {
          fail(at + ".answer", fmt::format("there is no answer \"{}\"", answer),
               suggestion(answer, names));
        }
        check_events(proofs[j].change["events"], at + ".change.events", folder_, places_, errors_);
      }
    }
  }

  static std::vector<std::string_view> known_kinds() {
    std::vector<std::string_view> known;
    for (const CheckRow& row : check_table()) known.push_back(row.kind);
    return known;
  }

  void answer_kinds() {
    std::vector<std::string_view> known;
    for (const sim::Kind* kind : sim::KindTable::builtin().all()) known.push_back(kind->kind);
    for (std::size_t i = 0; i < lab_.answer_kinds.size(); ++i) {
      const std::string& kind = lab_.answer_kinds[i];
      if (std::find(known.begin(), known.end(), kind) == known.end()) {
        fail(fmt::format(".run.answer_kinds[{}]", i),
             fmt::format("no \"{}\" in this cluster", kind), suggestion(kind, known));
      }
    }
  }

  void hints() {
    for (std::size_t i = 0; i < lab_.checks.size(); ++i) {
      const std::string& hint = lab_.checks[i].hint;
      if (!hint.empty() && lab_.hint(hint) == nullptr) {
        fail(fmt::format(".checks[{}].hint", i), fmt::format("there is no hint \"{}\"", hint),
             suggestion(hint, ids(lab_.hints)));
      }
    }
  }

  void mutants() {
    for (std::size_t i = 0; i < lab_.mutants.size(); ++i) {
      for (std::size_t j = 0; j < lab_.mutants[i].loses.size(); ++j) {
        const std::string& check = lab_.mutants[i].loses[j];
        if (lab_.check(check) == nullptr) {
          fail(fmt::format(".mutants[{}].loses[{}]", i, j),
               fmt::format("there is no check \"{}\"", check), suggestion(check, ids(lab_.checks)));
        }
      }
    }
  }

  void row_is_practised(const std::string& row, const std::string& path) {
    for (const LabCheck& check : lab_.checks) {
      for (const std::string& practised : check.rows) {
        if (practised == row) return;
      }
    }
    fail(path, fmt::format("no check practises {}", row),
         "add it to the rows of a check, or take it out here");
  }

  const LabSpec& lab_;
  const std::string& folder_;
  const SpecValidator& places_;
  std::vector<Error>& errors_;
};

LabSpec read_lab(std::string_view given, const std::string& file, const std::string& learner,
                 std::vector<Error>& errors) {
  LabSpec lab;
  lab.learner = learner;
  lab.parameters = choose_parameters(given, file, learner, errors);
  if (!errors.empty()) return lab;
  const auto text = with_parameters(given, lab.parameters, file);
  if (!text) {
    errors.push_back(text.error());
    return lab;
  }
  auto documents = sim::parse_yaml(*text, file);
  if (!documents) {
    errors.push_back(documents.error());
    return lab;
  }
  if (documents->size() != 1) {
    errors.push_back({ErrorKind::kInvalid, fmt::format("{}:1:1: document: must be one, found {}",
                                                       file, documents->size())});
    return lab;
  }
  const sim::YamlDocument& document = (*documents)[0];
  SpecValidator validator(document, file, [](std::string_view kind) -> const SpecTable* {
    const CheckRow* row = find_check_row(kind);
    return row == nullptr ? nullptr : row->params;
  });
  errors = validator.validate(kLabTable);
  if (!errors.empty()) return lab;
  const Value& root = document.value;
  read_words(root, lab);
  lab.seed = static_cast<std::uint64_t>(root["run"]["seed"].as_int(1));
  lab.horizon = *parse_duration(root["run"]["horizon"].as_string());
  lab.apply_at = *parse_duration(root["run"]["apply_at"].as_string());
  lab.answer_kinds = texts_of(root["run"]["answer_kinds"]);
  const std::string folder = fs::path(file).parent_path().string();
  read_cluster(root, validator, folder, lab, errors);
  check_events(root["run"]["events"], ".run.events", folder, validator, errors);
  lab.given = root["run"]["given"].str();
  lab.events = events_from(root["run"]["events"]);
  read_grading(root, lab);
  CrossChecks(lab, folder, validator, errors).run(root);
  return lab;
}

std::string lab_file(const std::string& folder) {
  return (fs::path(folder) / "lab.yaml").string();
}

// quiz.yaml, where there is one, and the questions that checks ask.
void read_quiz_beside(const std::string& folder, LabSpec& lab, std::vector<Error>& errors) {
  const std::string file = (fs::path(folder) / "quiz.yaml").string();
  std::error_code failed;
  if (fs::exists(file, failed)) {
    const auto text = read_text_file(file, kMaxLabBytes);
    if (!text) return errors.push_back(text.error());
    const auto filled = with_parameters(*text, lab.parameters, file);
    if (!filled) return errors.push_back(filled.error());
    lab.quiz = read_quiz(*filled, file, errors);
  }
  std::vector<std::string_view> ids;
  for (const Question& question : lab.quiz) ids.push_back(question.id);
  for (const LabCheck& check : lab.checks) {
    if (check.kind != "quiz") continue;
    for (const std::string& id : Params(check.params).texts("questions")) {
      if (lab.question(id) != nullptr) continue;
      errors.push_back({ErrorKind::kInvalid,
                        fmt::format("{}: check {}: there is no question \"{}\" in quiz.yaml",
                                    lab_file(folder), check.id, id),
                        suggestion(id, ids)});
    }
  }
}

LabSpec read_lab_folder(const std::string& folder, const std::string& learner,
                        std::vector<Error>& errors) {
  const std::string file = lab_file(folder);
  auto text = read_text_file(file, kMaxLabBytes);
  if (!text) {
    errors.push_back(text.error());
    return {};
  }
  LabSpec lab = read_lab(*text, file, learner, errors);
  lab.folder = folder;
  read_quiz_beside(folder, lab, errors);
  return lab;
}

}  // namespace

Result<LabSpec> parse_lab(std::string_view text, const std::string& file,
                          const std::string& learner) {
  std::vector<Error> errors;
  LabSpec lab = read_lab(text, file, learner, errors);
  if (!errors.empty()) return errors.front();
  return lab;
}

Result<LabSpec> load_lab(const std::string& folder, const std::string& learner) {
  std::vector<Error> errors;
  LabSpec lab = read_lab_folder(folder, learner, errors);
  if (!errors.empty()) return errors.front();
  return lab;
}

std::vector<Error> lint_lab(const std::string& folder) {
  std::vector<Error> errors;
  const LabSpec lab = read_lab_folder(folder, {}, errors);
  if (!errors.empty()) return errors;
  const std::string file = lab_file(folder);
  const auto fail = [&](const std::string& what, const std::string& why) {
    errors.push_back({ErrorKind::kInvalid, fmt::format("{}: {}: {}", file, what, why)});
  };
  std::error_code failed;
  const fs::path root = fs::weakly_canonical(folder, failed);
  if (root.filename() != lab.id) {
    fail("id",
         fmt::format("is \"{}\", but the folder is \"{}\"", lab.id, root.filename().string()));
  }
  for (const char* needed : {"starter", "solution"}) {
    if (!fs::is_directory(root / needed, failed)) fail(needed, "the folder is missing");
  }
  if (const auto known = load_rows(); known) {
    std::vector<std::string_view> names;
    for (const TaughtRow& row : *known) names.push_back(row.id);
    for (const LabCheck& check : lab.checks) {
      for (const std::string& row : check.rows) {
        if (std::find(names.begin(), names.end(), row) != names.end()) continue;
        errors.push_back({ErrorKind::kInvalid,
                          fmt::format("{}: check {}: there is no row {}", file, check.id, row),
                          suggestion(row, names)});
      }
    }
  }
  std::set<std::string> declared;
  for (const LabMutant& mutant : lab.mutants) {
    declared.insert(mutant.id);
    const bool inline_only = !mutant.removes.empty() || !mutant.edits.empty();
    if (!fs::is_directory(root / "mutants" / mutant.id, failed) && !inline_only) {
      fail("mutants/" + mutant.id, "the folder is missing");
    }
  }
  for (const auto& entry : fs::directory_iterator(root / "mutants", failed)) {
    const std::string name = entry.path().filename().string();
    if (declared.count(name) == 0) fail("mutants/" + name, "the lab does not declare this mutant");
  }
  return errors;
}

}  // namespace inferlab::labs
