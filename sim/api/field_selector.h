#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/kind.h"
#include "sim/api/store.h"

namespace inferlab::sim {

/// "status.phase=Running,metadata.name!=x". Source: k8s.io/apimachinery/pkg/fields.
class FieldSelector {
 public:
  static Result<FieldSelector> parse(std::string_view text);
  /// kInvalid when it names a field that the kind cannot be selected by.
  [[nodiscard]] Result<void> check(const Kind& kind) const;
  [[nodiscard]] bool matches(const Kind& kind, const StoredObject& object) const;
  [[nodiscard]] bool empty() const { return terms_.empty(); }

 private:
  struct Term {
    std::string field, value;
    bool equal = true;
  };
  std::vector<Term> terms_;
};

}  // namespace inferlab::sim
