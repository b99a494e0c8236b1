#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/api/custom/correlation.h"
#include "sim/api/custom/custom_rule.h"
#include "sim/api/kind.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// The x-kubernetes-validations of a schema, at whatever depth they stand, compiled once when a
/// version begins to be served. Immutable; may be used from any thread.
///
/// All rules of one object share the budget of a request; when it is used up the rest is not
/// looked at, which is an error too. A rule that speaks of oldSelf holds for updates of what can be
/// told to be the same (see Correlation), unless it says optionalOldSelf.
/// Source: Kubernetes documentation, "Validation rules"; apiextensions-apiserver 1.32.
class RuleTree {
 public:
  /// nullptr: the schema has no rules.
  static std::shared_ptr<const RuleTree> compile(const Value& schema);

  /// `old` is null for a creation. `errors` has what else is wrong with the object: rules are not
  /// asked about one of the wrong shape. A breach that an update leaves as it was gets no reason
  /// (see is_warning()).
  void validate(const Value& object, const Value& old, FieldErrors& errors) const;

 private:
  struct Run;  // one validation

  static std::shared_ptr<const RuleTree> make(const Value& validation, const Value& schema,
                                              bool resource_root, int depth);
  void visit(Run& run, const std::string& path, const Value& value, const Value* old,
             const Correlation& correlation) const;
  void visit_parts(Run& run, const std::string& path, const Value& value, const Value* old,
                   const Correlation& correlation) const;
  void visit_items(Run& run, const std::string& path, const Value& value, const Value* old,
                   const Correlation& correlation) const;
  void check_rules(Run& run, const std::string& path, const Value& value, const Value* old,
                   const Correlation& correlation) const;
  void check_rule(Run& run, const CustomRule& rule, const std::string& path,
                  const cel::Bindings& bindings, const cel::Bindings& optional_bindings,
                  const Correlation& correlation) const;

  std::string type_;  // of the schema: "object"
  bool resource_root_ = false;
  bool map_list_ = false;
  std::vector<std::string> list_keys_;
  std::optional<cel::Type> self_;  // none: expressions cannot see such values
  std::vector<CustomRule> rules_;
  std::vector<std::pair<std::string, std::shared_ptr<const RuleTree>>> properties_;
  std::shared_ptr<const RuleTree> additional_, items_;
  std::vector<std::shared_ptr<const RuleTree>> all_of_;
};

/// Whether an error of a validation is told as a warning and does not refuse the write.
inline bool is_warning(const FieldError& error) {
  return error.reason.empty();
}

}  // namespace inferlab::sim
