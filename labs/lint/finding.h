#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "labs/lint/object.h"
#include "sim/api/value.h"

namespace inferlab::labs::lint {

/// What a finding means for who runs it.
enum class Severity : std::uint8_t {
  kError,    // it will not work, or harms who shares the cluster
  kWarning,  // it works until something else happens
  kNote,     // it could be said better
};
std::string_view to_string(Severity severity);

/// Where a check looks.
enum class Tier : std::uint8_t {
  kApi,      // the API server refuses the object
  kStatic,   // what the files alone show
  kContext,  // needs the facts of a cluster (see Context)
};
std::string_view to_string(Tier tier);

/// A change of one object's text that mends a finding whatever else is in it: nothing that was
/// meant is lost by it.
struct Fix {
  enum class Kind : std::uint8_t { kSet, kRemove };
  Kind kind = Kind::kSet;
  std::string path;  // "spec.template.spec.automountServiceAccountToken"
  sim::Value value;  // of kSet: a scalar, or a list or map that is not there yet
};

struct Check;

/// One defect, with its place.
struct Finding {
  const Check* check = nullptr;
  std::string object;  // "Deployment/llama-8b"
  std::string ns;      // the object's; empty: none
  std::string file;
  sim::Place place;
  std::string path;     // in the object; where nothing is written, of the nearest thing that is
  std::string message;  // what is so, with names and numbers
  std::string mend;     // what to do about it here
  std::vector<Fix> fixes;
  const Object* source = nullptr;
};

/// What a check says its findings to. Lives as long as one run of the linter.
class Report {
 public:
  explicit Report(std::vector<Finding>& findings) : findings_(findings) {}

  /// The check that speaks from now on.
  void begin(const Check& check) { check_ = &check; }
  /// A defect of `object` at `path`. What the check has no own word for, the finding takes from its
  /// row; the reference is good until the next call.
  Finding& add(const Object& object, std::string path, std::string message);

 private:
  std::vector<Finding>& findings_;
  const Check* check_ = nullptr;
};

}  // namespace inferlab::labs::lint
