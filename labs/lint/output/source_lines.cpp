#include "labs/lint/output/source_lines.h"

#include <algorithm>

#include "labs/report/wrap.h"

namespace inferlab::labs::lint {

SourceLines::SourceLines(const std::vector<ManifestFile>& files) {
  for (const ManifestFile& file : files) {
    std::vector<std::string_view>& lines = lines_[file.path];
    if (!lines.empty()) continue;  // named twice
    std::string_view rest = file.text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view line = rest.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      lines.push_back(line);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
}

std::string_view SourceLines::line_of(const Finding& finding) const {
  const auto file = lines_.find(finding.file);
  if (file == lines_.end() || finding.place.line < 1) return {};
  const auto index = static_cast<std::size_t>(finding.place.line - 1);
  return index < file->second.size() ? file->second[index] : std::string_view();
}

int SourceLines::column_of(const Finding& finding) const {
  const std::string_view line = line_of(finding);
  const auto before = static_cast<std::size_t>(std::max(finding.place.column - 1, 0));
  if (line.size() < before) return finding.place.column;
  return static_cast<int>(display_width(line.substr(0, before))) + 1;
}

}  // namespace inferlab::labs::lint
