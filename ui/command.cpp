#include "ui/command.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "engine/base/time.h"
#include "labs/cli/learner.h"
#include "labs/desk/desk.h"
#include "labs/grade/submission.h"
#include "labs/spec/text_file.h"
#include "ui/window.h"

namespace inferlab::ui {
namespace {

class UiCommand final : public labs::Command {
 public:
  void declare(labs::Args& args) override {
    args.option("--lab", lab_, "id of a lab; default: the first");
    labs::declare_learner(args, learner_);
    args.option("--screenshot", screenshot_, "write a PNG of the window and end; needs no display");
    args.option("--at", at_, "with --screenshot: virtual time of the picture, \"120s\"");
    args.option("--apply", apply_,
                "with --screenshot: a manifest to apply at the start, or a folder of them");
    args.flag("--check", check_,
              "with --screenshot: grade first, and show the report; no attempt of yours");
  }

  Result<int> run(labs::Terminal& terminal) override {
    if (!screenshot_.empty()) INFERLAB_TRY_VOID(labs::check_writable(screenshot_));
    labs::Desk::Options options;
    options.lab_id = lab_;
    options.learner = labs::learner_of(learner_);
    options.serve = screenshot_.empty();
    std::error_code failed;
    if (std::filesystem::is_directory(apply_, failed)) options.answers_folder = apply_;
    INFERLAB_TRY(const std::unique_ptr<labs::Desk> desk, labs::Desk::open(std::move(options)));
    if (screenshot_.empty()) {
      INFERLAB_TRY_VOID(run_window(*desk));
      return labs::kExitDone;
    }
    const std::optional<Duration> at = parse_duration(at_);
    if (!at || *at < 0s) {
      return Error{ErrorKind::kInvalid, "--at: " + at_ + ": is no duration", "as in 120s or 5m"};
    }
    INFERLAB_TRY_VOID(prepare_picture(*desk, *at));
    INFERLAB_TRY_VOID(save_screenshot(*desk, {.path = screenshot_}));
    terminal.out << screenshot_ << "\n";
    return labs::kExitDone;
  }

 private:
  Result<void> prepare_picture(labs::Desk& desk, Duration at) const {
    INFERLAB_TRY(const std::vector<std::string> files, manifests());
    for (const std::string& file : files) {
      INFERLAB_TRY_VOID(desk.apply_file(file));
      // In the window these stand beside the editor; a picture would show them to nobody.
      const labs::DeskViewPtr shown = desk.view();
      if (!shown->problems.empty()) {
        const labs::EditorProblem& first = shown->problems.front();
        const std::string line = first.line > 0 ? fmt::format(":{}", first.line) : "";
        return Error{ErrorKind::kInvalid, fmt::format("{}{}: {}", file, line, first.message),
                     first.hint};
      }
    }
    INFERLAB_TRY_VOID(desk.run_until(Time{at}));
    if (check_) desk.check_and_wait();
    return {};
  }

  // The manifests of a folder by name, as `kubectl apply -f` takes them.
  [[nodiscard]] Result<std::vector<std::string>> manifests() const {
    std::error_code failed;
    if (apply_.empty()) return std::vector<std::string>();
    if (!std::filesystem::is_directory(apply_, failed)) return std::vector<std::string>{apply_};
    INFERLAB_TRY(const auto found, labs::read_submission(apply_));
    std::vector<std::string> out;
    for (const labs::SubmissionFile& file : found) {
      if (labs::is_no_manifest(file.name)) continue;
      out.push_back((std::filesystem::path(apply_) / file.name).string());
    }
    return out;
  }

  std::string lab_, learner_, screenshot_, at_ = "0s", apply_;
  bool check_ = false;
};

}  // namespace

std::unique_ptr<labs::Command> make_ui() {
  return std::make_unique<UiCommand>();
}

int open_window(labs::Terminal& terminal) {
  const Result<int> done = UiCommand().run(terminal);
  return done ? *done : labs::print_error(terminal, done.error());
}

}  // namespace inferlab::ui
