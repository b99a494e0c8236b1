// Writes a new lab that works: a small one, to be changed bit by bit.
#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "labs/cli/check_kinds.h"
#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/spec/data_dirs.h"
#include "labs/spec/json_schema.h"
#include "labs/spec/text_file.h"
#include "labs/spec/validate.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

namespace fs = std::filesystem;
using sim::Value;

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

// "gpu-node-pools": "Gpu node pools".
std::string title_of(std::string id) {
  for (char& c : id) {
    if (c == '-') c = ' ';
  }
  if (!id.empty() && id.front() >= 'a' && id.front() <= 'z') id.front() -= 'a' - 'A';
  return id;
}

class LabNew final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("FOLDER", folder_, "of the new lab; its name is the lab's id",
                    /*required=*/false);
    args.option("--title", title_, "of the lab, for lists");
    args.option("--date", date_, "of its review, YYYY-MM-DD");
    args.flag("--kinds", kinds_,
              "print the kinds of checks and what each looks at, and make no lab");
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    if (kinds_) {
      if (format_ == "json") {
        print_json(terminal, check_kinds());
      } else {
        print_check_kinds(terminal);
      }
      return kExitDone;
    }
    const fs::path folder = fs::path(folder_).lexically_normal();
    const std::string id =
        (folder.filename().empty() ? folder.parent_path() : folder).filename().string();
    if (!is_id(id)) {
      return Error{ErrorKind::kInvalid, fmt::format("\"{}\" is no id of a lab", id),
                   "name the folder with lower-case letters, digits and '-': my-first-lab"};
    }
    std::error_code failed;
    if (fs::exists(folder, failed) && !fs::is_empty(folder, failed)) {
      return Error{ErrorKind::kConflict, fmt::format("{}: is there already", folder.string()),
                   "name a new folder"};
    }
    INFERLAB_TRY(const std::string from, find_data("assets/lab-template"));
    std::vector<std::string> written;
    for (const char* file : {"lab.yaml", "quiz.yaml", "starter/app.yaml", "solution/app.yaml",
                             "solution/answers.txt"}) {
      INFERLAB_TRY(std::string text, read_text_file((fs::path(from) / file).string(), kMaxBytes));
      text = replaced(std::move(text), "LAB_ID", id);
      // In quotes, which YAML has from JSON: a title may hold a colon.
      text = replaced(std::move(text), "LAB_TITLE",
                      title_.empty() ? title_of(id) : sim::to_json(Value(title_)));
      text = replaced(std::move(text), "LAB_DATE", date_);
      INFERLAB_TRY_VOID(put(folder / file, text));
      written.push_back((folder / file).string());
    }
    INFERLAB_TRY_VOID(put(folder / "lab.schema.json", lab_json_schema()));
    written.push_back((folder / "lab.schema.json").string());
    if (format_ == "json") {
      print_json(terminal, Value::object({{"lab", id}, {"files", Value::strings(written)}}));
      return kExitDone;
    }
    for (const std::string& file : written) terminal.out << file << '\n';
    const std::string path = folder.is_absolute() || folder_.find('/') != std::string::npos
                                 ? folder.string()
                                 : "./" + folder.string();
    terminal.out << fmt::format(
        "\nThe lab works as it is: inferlab lab test {0}\n"
        "While you change it:    inferlab lab watch {0}\n"
        "What learners read:     inferlab lab preview {0}\n"
        "What a check may be:    inferlab lab new --kinds\n",
        path);
    return kExitDone;
  }

 private:
  static Result<void> put(const fs::path& file, const std::string& text) {
    std::error_code failed;
    fs::create_directories(file.parent_path(), failed);
    if (failed) {
      return Error{ErrorKind::kUnavailable,
                   fmt::format("{}: {}", file.parent_path().string(), failed.message())};
    }
    return write_text_file(file.string(), text);
  }

  std::string folder_, title_, date_ = "2026-01-01", format_ = "text";
  bool kinds_ = false;
};

}  // namespace

std::unique_ptr<Command> make_lab_new() {
  return std::make_unique<LabNew>();
}

}  // namespace inferlab::labs
