#pragma once

#include <string>
#include <string_view>

#include "sim/api/kind.h"
#include "sim/api/value.h"
#include "sim/api/yaml.h"

namespace inferlab::labs::lint {

/// One Kubernetes object of the files that are linted, and where it stands in them. Borrows the
/// document that it was read from.
struct Object {
  std::string file;  // as it is to be shown
  const sim::YamlDocument* document = nullptr;
  std::string root;    // its place in the document: "" or ".items[2]"
  sim::Value written;  // as the file has it
  sim::Value value;    // as the API server would keep it, defaults filled in; `written` until then
  std::string kind, name, ns;  // ns: "default" where none is written; empty: it lies in none
  const sim::Kind* served_as = nullptr;  // nullptr: the API does not know the kind

  /// "Deployment/llama-8b"
  [[nodiscard]] std::string id() const { return kind + "/" + name; }
  /// Of "spec.replicas", or of the nearest thing around it that is written.
  [[nodiscard]] sim::Place place(std::string_view path) const;
};

}  // namespace inferlab::labs::lint
