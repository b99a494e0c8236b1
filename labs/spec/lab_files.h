#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "labs/spec/lab_spec.h"

namespace inferlab::labs {

/// The text of a file below a lab's folder. `path` is relative, stays inside (no "..", no link as
/// its last part) and is at most 1 MiB: kInvalid, kNotFound otherwise.
Result<std::string> read_lab_file(const std::string& folder, const std::string& path);

struct ManifestText {
  std::string name;  // in the lab's folder: "corpus/good/pinned.yaml"
  std::string text;
};

/// The same with the lab's parameters in it.
Result<ManifestText> lab_file(const LabSpec& lab, const std::string& path);

/// The manifests of a folder of the lab, by name, as `kubectl apply -f` takes them, with the lab's
/// parameters in them. `folder` is relative and stays inside. kInvalid, kNotFound as the words say.
Result<std::vector<ManifestText>> manifests_of(const LabSpec& lab, const std::string& folder);

}  // namespace inferlab::labs
