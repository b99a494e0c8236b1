#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "labs/lint/finding.h"
#include "labs/lint/manifests.h"

namespace inferlab::labs::lint {

/// The lines of the files that were linted. Borrows their texts.
class SourceLines {
 public:
  explicit SourceLines(const std::vector<ManifestFile>& files);

  /// The line that a finding stands in, without its end; empty when it is not at hand.
  [[nodiscard]] std::string_view line_of(const Finding& finding) const;
  /// The column of a finding in characters, from 1; that of its place, which counts bytes, when the
  /// line is not at hand.
  [[nodiscard]] int column_of(const Finding& finding) const;

 private:
  std::map<std::string_view, std::vector<std::string_view>> lines_;  // by file
};

}  // namespace inferlab::labs::lint
