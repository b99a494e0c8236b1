#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "labs/lint/object.h"
#include "sim/api/yaml.h"

namespace inferlab::labs::lint {

/// One file of manifests.
struct ManifestFile {
  std::string path;  // as it was asked for; "-": the standard input
  std::string text;
  std::vector<sim::YamlDocument> documents;
  /// What kept it from being read as YAML; `documents` is then empty.
  struct Fault {
    sim::Place place;
    std::string message;
  };
  std::optional<Fault> fault;
};

struct ManifestLimits {
  std::size_t max_files = 500;
  std::size_t max_file_bytes = std::size_t{1} << 20;
  std::size_t max_total_bytes = std::size_t{8} << 20;
};

/// Reads files, the .yaml, .yml and .json files of folders (by name, without subfolders, as kubectl
/// does), and "-", the standard input. kNotFound, kInvalid, kUnavailable: a path that cannot be
/// read, or more than the limits allow. Text that is no YAML is a fault of its file, not an error.
Result<std::vector<ManifestFile>> read_manifests(const std::vector<std::string>& paths,
                                                 const ManifestLimits& limits = {});

/// `text` as the file `path`.
ManifestFile parse_manifest(std::string path, std::string text);

/// The objects of the files, in order; a `kind: List` counts as its items. Borrows the documents.
std::deque<Object> objects_of(const std::vector<ManifestFile>& files);

}  // namespace inferlab::labs::lint
