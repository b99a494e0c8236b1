#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "labs/lint/lint.h"
#include "labs/lint/manifests.h"

namespace inferlab::labs::lint {

/// A file with fixes carried out.
struct FixedFile {
  std::string path, text;
  std::size_t fixes = 0;  // findings that it mends
};

/// The files that change, in their order, with every fix of `result` carried out that can be. The
/// fixes of one finding are carried out together or not at all; those of which an edit is refused
/// (see YamlEditor), or that want something else at a place than a finding before them, are left
/// out. Nothing is written. `files` are those that were linted: a finding of others is kInvalid.
Result<std::vector<FixedFile>> fixed_files(const std::vector<ManifestFile>& files,
                                           const LintResult& result);

}  // namespace inferlab::labs::lint
