#include "labs/grade/batch/learners.h"

#include <fmt/format.h>

#include <map>

#include "labs/grade/batch/csv.h"
#include "labs/report/escape.h"
#include "labs/spec/text_file.h"

namespace inferlab::labs::batch {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{16} << 20;

}  // namespace

Result<std::size_t> assign_learners(const std::string& file,
                                    std::vector<SubmissionFolder>& submissions) {
  INFERLAB_TRY(const std::string text, read_text_file(file, kMaxBytes));
  INFERLAB_TRY(const auto records, read_csv(text, file));
  std::map<std::string, std::string> by_folder;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& record = records[i];
    if (record.size() != 2 || record[0].empty()) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("{}: record {}: must be folder,learner", file, i + 1)};
    }
    if (i == 0 && record[0] == "folder" && record[1] == "learner") continue;
    if (!by_folder.emplace(record[0], record[1]).second) {
      return Error{ErrorKind::kInvalid,
                   fmt::format("{}: {} is named twice", file, for_terminal(record[0]))};
    }
  }
  std::size_t unnamed = 0;
  for (SubmissionFolder& submission : submissions) {
    const auto found = by_folder.find(submission.name);
    if (found == by_folder.end()) {
      ++unnamed;
    } else {
      submission.learner = found->second;
    }
  }
  return unnamed;
}

}  // namespace inferlab::labs::batch
