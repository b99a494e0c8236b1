#pragma once

#include <string>
#include <vector>

#include "tests/labs/temp_dir.h"

/// Reports held against the schemas that their consumers publish (tests/labs/schemas), by programs
/// that are not ours: xmllint (Debian: libxml2-utils) and jsonschema (python3-jsonschema).
class PublishedSchemas {
 public:
  /// `what` names the report in what faults() says.
  void add_junit(const std::string& what, const std::string& text);
  void add_sarif(const std::string& what, const std::string& text);

  /// What the validators say of all reports together; empty: all are valid. Fails the test where a
  /// validator cannot be run.
  [[nodiscard]] std::string faults() const;

  [[nodiscard]] std::size_t size() const { return junit_.size() + sarif_.size(); }

 private:
  std::string write(const std::string& what, const std::string& ending,
                    const std::string& text) const;

  TempDir dir_;
  std::vector<std::string> junit_, sarif_;  // paths
};
