#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/access/rbac.h"
#include "sim/api/store.h"
#include "sim/api/value.h"

namespace inferlab::sim {

struct Type;

/// A resource that only answers questions (POST) and stores nothing.
struct ReviewResource {
  std::string_view group, version, kind, plural, singular;
  bool namespaced = false;
};
const std::vector<ReviewResource>& review_resources();

/// The shape of a review kind's question; nullptr: no such kind.
const Type* review_type(std::string_view api_version, std::string_view kind);

/// The answer to a review: the question with its status filled in. `asker` is who asks; a
/// SubjectAccessReview names another one. `ns` is the namespace of the URL, of a
/// LocalSubjectAccessReview. On the run's thread. nullopt: no such kind.
/// Source: Kubernetes API reference, "SelfSubjectAccessReview", "SubjectAccessReview",
/// "SelfSubjectRulesReview", "SelfSubjectReview".
std::optional<Value> answer_review(const Store& store, std::string_view kind, const Value& question,
                                   const Subject& asker, std::string_view ns);

}  // namespace inferlab::sim
