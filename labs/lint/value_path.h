#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/value.h"

namespace inferlab::labs::lint {

/// One step into a document: a member by its key, or an item by its index.
struct PathStep {
  std::string key;  // of a member
  std::optional<std::size_t> index;

  friend bool operator==(const PathStep&, const PathStep&) = default;
};
using ValuePath = std::vector<PathStep>;
using ValuePathView = std::span<const PathStep>;

/// The steps of "spec.containers[0].image" or ".spec.containers[0].image" in `document`. Keys may
/// hold dots: of the members that are there the longest that fits is taken, and what is not there
/// is cut at each dot, but below labels, annotations, limits and the like, whose keys are whole.
ValuePath path_in(const sim::Value& document, std::string_view path);

/// What stands there; nullopt: nothing does, which is not the same as null.
std::optional<sim::Value> find_at(const sim::Value& document, ValuePathView path);
/// What stands at path_in(document, path), or null.
sim::Value value_at(const sim::Value& document, std::string_view path);
/// A copy with `value` there. What is missing on the way is made, and an item behind the last one
/// is added. nullopt: something on the way can hold no such step.
std::optional<sim::Value> with_at(const sim::Value& document, ValuePathView path,
                                  const sim::Value& value);
/// A copy without what stands there; nullopt: nothing does.
std::optional<sim::Value> without_at(const sim::Value& document, ValuePathView path);

}  // namespace inferlab::labs::lint
