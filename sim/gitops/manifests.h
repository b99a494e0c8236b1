#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/value.h"
#include "sim/gitops/git_hash.h"

namespace inferlab::sim {

/// Where an Application's manifests lie in a commit.
struct ManifestSource {
  std::string path;      // "apps/vllm"; "." or empty: the repository's root
  bool recurse = false;  // into subfolders
};

/// The objects of a folder of plain manifests (.yaml, .yml, .json), in order of files, lists as
/// their items. kInvalid in Argo CD's words: no such folder, a file that is no manifest; or, in our
/// words, what is not simulated here (Helm, Kustomize, Jsonnet), or is too much: of a file 1 MiB,
/// 200 documents and 20,000 values (keys too, aliases written out), of all of them 50,000 values.
/// Source: Argo CD 3.5 documentation, "Directory".
Result<std::vector<Value>> manifests_in(const GitTree& tree, const ManifestSource& source);

}  // namespace inferlab::sim
