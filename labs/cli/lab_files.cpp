// Writes the files that a learner begins with: the lab's starter, in his own variant.
#include "labs/spec/lab_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "labs/cli/commands.h"
#include "labs/cli/learner.h"
#include "labs/cli/print.h"
#include "labs/grade/held_back.h"
#include "labs/grade/shipped.h"
#include "labs/report/command_words.h"
#include "labs/spec/catalog.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;
using sim::Value;

class LabFiles final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("LAB", lab_id_, "id of a lab, or path of its folder");
    args.positional("FOLDER", folder_, "where to write them; a new folder named after the lab",
                    /*required=*/false);
    args.option("--answer", answer_, "another answer that the lab ships: solution, a mutant's id");
    args.flag("--force", force_, "over files that are there");
    declare_learner(args, learner_);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    INFERLAB_TRY(const LabSpec lab, find_lab(lab_id_, learner_of(learner_)));
    INFERLAB_TRY(std::vector<SubmissionFile> files, answer_files(lab, answer_));
    if (answer_ == "starter") INFERLAB_TRY_VOID(add_handouts(lab, files));
    // Whatever the lab's author has named it, kubectl is to pass it over.
    for (SubmissionFile& file : files) {
      if (is_answers_file(file.name)) file.name = kAnswersFile;
    }
    const fs::path folder = folder_.empty() ? fs::path(lab.id) : fs::path(folder_);
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) {
      return Error{ErrorKind::kUnavailable,
                   fmt::format("{}: {}", folder.string(), failed.message())};
    }
    for (const SubmissionFile& file : files) {
      if (!force_ && fs::exists(folder / file.name, failed)) {
        return Error{ErrorKind::kConflict,
                     fmt::format("{}: is there already", (folder / file.name).string()),
                     "name another folder, or say --force"};
      }
    }
    Value::Array written;
    for (const SubmissionFile& file : files) {
      fs::create_directories((folder / file.name).parent_path(), failed);
      INFERLAB_TRY_VOID(write_text_file((folder / file.name).string(), file.text));
      written.emplace_back((folder / file.name).string());
    }
    if (format_ == "json") {
      print_json(terminal, Value::object({{"lab", lab.id},
                                          {"learner", lab.learner},
                                          {"files", Value::array(std::move(written))}}));
      return kExitDone;
    }
    for (const Value& file : written) terminal.out << file.as_string() << '\n';
    INFERLAB_TRY(const std::string manifests, kubectl_words(lab, files, folder));
    terminal.out << fmt::format(
        "\n{4}{3}Grade them: inferlab grade --lab {1} --submission "
        "{0}{2}\n",
        shell_word(folder.string()), lab.id, learner_words(lab.learner),
        lab.quiz.empty() ? ""
                         : fmt::format("Answer the quiz: {}, one line a question, ID: ANSWER\n",
                                       (folder / kAnswersFile).string()),
        manifests.empty() ? "" : "Apply them: kubectl apply" + manifests + "\n");
    return kExitDone;
  }

 private:
  // What kubectl is to apply at once: the folder as a whole where nothing in it is for the grader
  // under a manifest's name, and nothing is held back. Empty: nothing is.
  static Result<std::string> kubectl_words(const LabSpec& lab,
                                           const std::vector<SubmissionFile>& files,
                                           const fs::path& folder) {
    INFERLAB_TRY(const std::vector<std::string> held_back, held_back_files(files, lab));
    bool takes_all = true;
    std::string out;
    for (const SubmissionFile& file : files) {
      if (file.name.find('/') != std::string::npos || file.name == kAnswersFile) continue;
      if (is_no_manifest(file.name) || std::ranges::count(held_back, file.name) > 0) {
        takes_all = false;
      } else {
        out += " -f " + shell_word((folder / file.name).string());
      }
    }
    return takes_all && !out.empty() ? " -f " + shell_word(folder.string()) : out;
  }

  // What somebody commits in the run is seen in the repository when it is there.
  static bool is_committed(const LabSpec& lab, const std::string& folder) {
    return std::any_of(lab.events.begin(), lab.events.end(), [&](const RunEvent& event) {
      return event.git.folder.substr(0, event.git.folder.find('/')) == folder;
    });
  }

  // Manifests of drills and of other teams, each in a folder of its name; not what would give an
  // answer away, nor what an intruder brings, nor what is in the cluster already.
  static Result<void> add_handouts(const LabSpec& lab, std::vector<SubmissionFile>& files) {
    std::error_code failed;
    std::vector<std::string> folders;
    for (fs::directory_iterator entry(lab.folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
      const std::string name = entry->path().filename().string();
      const bool kept_back = name == "starter" || name == "solution" || name == "mutants" ||
                             name == lab.given || name == "intruder" ||
                             name.starts_with("corpus") || is_committed(lab, name);
      if (entry->is_directory(failed) && !kept_back) folders.push_back(name);
    }
    std::sort(folders.begin(), folders.end());
    for (const std::string& name : folders) {
      std::vector<std::string> names;
      for (fs::directory_iterator entry(fs::path(lab.folder) / name, failed), end;
           !failed && entry != end; entry.increment(failed)) {
        if (entry->is_regular_file(failed)) names.push_back(entry->path().filename().string());
      }
      std::sort(names.begin(), names.end());
      for (const std::string& each : names) {
        INFERLAB_TRY(ManifestText file, lab_file(lab, (fs::path(name) / each).string()));
        files.push_back({std::move(file.name), std::move(file.text)});
      }
    }
    return {};
  }

  std::string lab_id_, folder_, answer_ = "starter", learner_, format_ = "text";
  bool force_ = false;
};

}  // namespace

std::unique_ptr<Command> make_lab_files() {
  return std::make_unique<LabFiles>();
}

}  // namespace inferlab::labs
