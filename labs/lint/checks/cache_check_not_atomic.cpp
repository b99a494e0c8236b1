// cache-check-not-atomic: an init container takes a folder that exists for a model that is
// complete.
#include <fmt/format.h>

#include <algorithm>

#include "labs/lint/checks/checks.h"
#include "sim/node/shell_words.h"

namespace inferlab::labs::lint {
namespace {

// `[ -d X ]`, `test -e X`, `[[ ! -d X ]]`, `[ "$(ls -A X)" ]`.
bool tests_folder(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word.starts_with("$(ls ")) return true;
  }
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "-d") return true;
    const std::string& path = words[i + 1];
    const std::string name =
        path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
    if (words[i] == "-e" && name.find('.') == std::string::npos) return true;
  }
  return false;
}

// A test of a file (a marker), a checksum, or a rename that makes the copy whole at once.
bool makes_sure(const std::vector<std::string>& words) {
  constexpr std::string_view kMarks[] = {"-f", "-s", "mv", "sha256sum", "md5sum", "rename"};
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(std::begin(kMarks), std::end(kMarks), word) != std::end(kMarks);
  });
}

void run(const Bundle& bundle, const Context&, Report& report) {
  for (const Workload& workload : bundle.workloads()) {
    for (const Container& container : workload.containers) {
      if (container.role != Container::Role::kInit) continue;
      std::vector<std::string> words;
      std::string where;
      for (const char* list : {"command", "args"}) {
        const sim::Value& items = container.value[list];
        for (std::size_t i = 0; i < items.size(); ++i) {
          const std::vector<std::string> more = sim::shell_words(items[i].as_string());
          if (tests_folder(more)) where = fmt::format("{}[{}]", list, i);
          words.insert(words.end(), more.begin(), more.end());
        }
      }
      if (where.empty() || makes_sure(words)) continue;
      report.add(
          *workload.object, container.at(where),
          fmt::format("init container \"{}\" asks only whether a folder exists", container.name));
    }
  }
}

}  // namespace

const Check kCacheCheckNotAtomic = {
    .id = "cache-check-not-atomic",
    .tier = Tier::kStatic,
    .severity = Severity::kError,
    .title = "an init container takes a folder that exists for a model that is complete",
    .why =
        "A copy that was interrupted leaves the folder behind: the next start skips the copy, and "
        "the server loads half a model or fails for ever.",
    .mend =
        "Copy to a temporary folder, rename it when the copy is whole, and test for a marker file "
        "that is written last.",
    .rows = "TRP-07",
    .run = run,
};

}  // namespace inferlab::labs::lint
