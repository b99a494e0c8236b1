#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "labs/lint/check.h"
#include "labs/lint/manifests.h"

namespace inferlab::labs::lint {

enum class Verdict : std::uint8_t {
  kPass,    // nothing was found
  kFail,    // something was
  kReject,  // the API server refuses the files: nothing else was looked at
};
std::string_view to_string(Verdict verdict);

struct LintOptions {
  std::vector<std::string> ignored;  // ids of checks that are not run
};

struct LintResult {
  Verdict verdict = Verdict::kPass;
  /// By file, line, column, then in the order of the table.
  std::vector<Finding> findings;
  /// What was not looked at, and why: kinds that are unknown, checks that need a context.
  std::vector<std::string> notes;
  std::size_t objects = 0;
  std::size_t checks = 0;  // that were run

  /// What the findings point into.
  std::shared_ptr<const Bundle> bundle;
};

/// Lints the manifests as one bundle. `context` may be nullptr: checks of that tier are then not
/// run. Equal input, equal result. `manifests` must outlive the result.
/// Errors: an add-on's file that cannot be read; whatever the manifests say is a finding.
Result<LintResult> lint(const std::vector<ManifestFile>& manifests, const Context* context,
                        const LintOptions& options = {});

}  // namespace inferlab::labs::lint
