#pragma once

#include <vector>

#include "labs/lint/lint.h"

namespace inferlab::labs::lint {

/// Two files and what checks of the tests' own would say of them: a Deployment with two findings of
/// one check, a ConfigMap with one that mends itself, a Service with none, a file that is no YAML.
/// Names and messages are those of strangers who mean harm.
struct LintSample {
  std::vector<ManifestFile> files;
  LintResult result;
};

LintSample lint_sample();

}  // namespace inferlab::labs::lint
