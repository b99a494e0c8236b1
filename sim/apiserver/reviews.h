#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/value.h"

namespace inferlab::sim {

struct Type;

/// A resource that only answers questions (POST) and stores nothing.
struct ReviewResource {
  std::string_view group, version, kind, plural, singular;
};
const std::vector<ReviewResource>& review_resources();

/// The shape of a review kind's question; nullptr: no such kind.
const Type* review_type(std::string_view api_version, std::string_view kind);

/// Who asks.
struct Asker {
  std::string user;
  std::vector<std::string> groups;
};

/// The answer to a SelfSubjectAccessReview, SelfSubjectRulesReview or SelfSubjectReview: the
/// question with its status filled in. There is no authorizer here: whoever holds the token may do
/// everything, and that is what is answered. nullopt: no such kind.
std::optional<Value> answer_review(std::string_view kind, const Value& question,
                                   const Asker& asker);

}  // namespace inferlab::sim
