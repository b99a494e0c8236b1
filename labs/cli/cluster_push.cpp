// Pushes a folder to the Git repository of the running lab, as a merged pull request would: the
// commit puts the folder's files into the repository, and takes out of those that earlier pushes
// have added what is not in the folder any more. Or reverts a commit.
#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "labs/cli/commands.h"
#include "labs/cli/print.h"
#include "labs/cli/session_choice.h"
#include "labs/grade/submission.h"
#include "labs/session/control.h"
#include "labs/spec/tree_files.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

class ClusterPushCommand final : public Command {
 public:
  void declare(Args& args) override {
    args.positional("FOLDER", folder_, "what the repository is to hold, as repo/ of a submission",
                    /*required=*/false);
    args.option("-m,--message", message_, "of the commit");
    args.option("--revert", reverts_, "a commit to revert instead: its id, or last");
    args.option("--branch", branch_, "the default branch if left out");
    session_.declare(args);
    args.format(format_);
  }

  Result<int> run(Terminal& terminal) override {
    if (folder_.empty() == reverts_.empty()) {
      return Error{ErrorKind::kInvalid, "FOLDER: or --revert, one of the two, must be there",
                   "inferlab cluster push repo -m \"Use another image\""};
    }
    Value::Object files;
    if (!folder_.empty()) {
      INFERLAB_TRY_VOID(check_folder());
      INFERLAB_TRY(const std::vector<TreeFile> tree, read_tree(folder_, folder_));
      if (tree.empty()) {
        return Error{ErrorKind::kInvalid, fmt::format("{}: holds no file", folder_),
                     "a push of it would empty the repository"};
      }
      for (const TreeFile& file : tree) files.push_back({file.path, Value(file.text)});
    }
    INFERLAB_TRY(const SessionCard card, session_.find());
    const Value body = Value::object({{"branch", branch_},
                                      {"files", Value::object(std::move(files))},
                                      {"message", message_.empty() ? "Change" : message_},
                                      {"reverts", reverts_}});
    INFERLAB_TRY(const std::string answer, ask_session(card, "/inferlab/push", sim::to_json(body)));
    INFERLAB_TRY(const Value made, sim::parse_json(answer));
    if (format_ == "json") {
      print_json(terminal, made);
    } else {
      terminal.out << made["commit"].as_string() << "\n";
    }
    return kExitDone;
  }

 private:
  // A submission's folder holds the repository's as repo/: pushed whole it would be a tree of its
  // own, in which nothing is where it was.
  [[nodiscard]] Result<void> check_folder() const {
    namespace fs = std::filesystem;
    std::error_code failed;
    if (!fs::is_directory(folder_, failed)) {
      return Error{ErrorKind::kInvalid, fmt::format("{}: is no folder", folder_),
                   "a push takes the folder whose files the repository shall have"};
    }
    const fs::path inner = fs::path(folder_) / kRepositoryFolder;
    if (fs::is_directory(inner, failed)) {
      return Error{ErrorKind::kInvalid, fmt::format("{}: is a submission", folder_),
                   fmt::format("push what lies in {}", inner.string())};
    }
    return {};
  }

  SessionChoice session_;
  std::string folder_, message_, reverts_, branch_, format_ = "text";
};

}  // namespace

std::unique_ptr<Command> make_cluster_push() {
  return std::make_unique<ClusterPushCommand>();
}

}  // namespace inferlab::labs
