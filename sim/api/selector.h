#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "sim/api/value.h"

namespace inferlab::sim {

using Labels = std::map<std::string, std::string, std::less<>>;
Labels labels_from(const Value& object_of_strings);

/// A label query: a conjunction of requirements. The default one matches everything.
/// Source: k8s.io/apimachinery/pkg/labels.
class LabelSelector {
 public:
  enum class Operator : std::uint8_t { kIn, kNotIn, kExists, kDoesNotExist, kGt, kLt };
  struct Requirement {
    std::string key;
    Operator op;
    std::vector<std::string> values;
  };

  LabelSelector() = default;
  /// matchLabels and matchExpressions; a null Value matches nothing, an empty object everything
  /// (metav1.LabelSelector's rule). Assumes that validation has passed.
  static LabelSelector from_object(const Value& selector);
  /// A map of equalities, as in a Service's spec.selector and a nodeSelector.
  static LabelSelector from_map(const Value& map);
  /// nodeSelectorTerms[].matchExpressions (adds Gt and Lt).
  static LabelSelector from_expressions(const Value& expressions);
  static LabelSelector from_requirements(std::vector<Requirement> requirements);
  /// The query string syntax: "app=x,tier!=y,zone in (a,b),!gone". Errors have the real text.
  static Result<LabelSelector> parse(std::string_view text);

  [[nodiscard]] bool matches(const Labels& labels) const;
  [[nodiscard]] const std::vector<Requirement>& requirements() const { return requirements_; }
  [[nodiscard]] std::string str() const;

 private:
  std::vector<Requirement> requirements_;
  bool nothing_ = false;
};

}  // namespace inferlab::sim
