// Where what a command prints goes: into a file, or nowhere.
#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "sim/node/shell_run.h"

namespace inferlab::sim {

void ShellRun::answer(Ended ended) {
  INFERLAB_CHECK(call_.has_value());
  const Call call = *std::exchange(call_, std::nullopt);
  std::string text = ended.output.empty() ? std::string() : ended.output + "\n";
  std::string errors = ended.errors.empty() ? std::string() : ended.errors + "\n";
  status_ = ended.status;
  if (!call.into.empty()) {
    if (call.errors_too) text.insert(0, std::exchange(errors, {}));
    const ContainerFiles::Ran written = world_.files->write(call.into, text, /*at_end=*/true);
    if (written.status != 0) {
      errors += written.errors + "\n";
      status_ = written.status;
    }
    text.clear();
  }
  if (!call.hides_errors) printed_ += errors;
  if (!call.is_silent) printed_ += text;
  if (call.ends_shell || (call.exits_on_failure && status_ != 0)) exit(status_);
}

void ShellRun::begin_call(const ShellItem& item, std::vector<std::string> words, Time now) {
  Call call{.words = std::move(words),
            .is_silent = item.is_silent,
            .hides_errors = item.hides_errors,
            .ends_shell = item.ends_shell,
            .errors_too = item.errors_too};
  if (!item.into.empty()) {
    if (world_.files == nullptr) {
      is_unknown_ = true;
      return;
    }
    call.into = expand(item.into, now);
    const ContainerFiles::Ran opened = world_.files->write(call.into, {}, item.appends);
    if (opened.status != 0) {
      printed_ += opened.errors + "\n";
      status_ = opened.status;
      if (item.ends_shell) exit(status_);
      return;
    }
  }
  call_ = std::move(call);
}

/// The file is opened before the program starts, and empty then.
int ShellRun::run_into(const ShellItem& item, const std::vector<std::string>& words, Time now) {
  if (world_.files == nullptr) {
    is_unknown_ = true;
    return 1;
  }
  const std::string path = expand(item.into, now);
  ContainerFiles::Ran opened = world_.files->write(path, {}, item.appends);
  if (opened.status != 0) {
    complaints_ = opened.errors + "\n";
    return opened.status;
  }
  const std::size_t before = printed_.size();
  const int status = run_builtin(words, now);
  std::string text = printed_.substr(std::min(before, printed_.size()));
  printed_.resize(std::min(before, printed_.size()));
  if (item.errors_too) text.insert(0, std::exchange(complaints_, {}));
  opened = world_.files->write(path, text, /*at_end=*/true);
  if (opened.status == 0) return status;
  complaints_ += opened.errors + "\n";
  return opened.status;
}

}  // namespace inferlab::sim
