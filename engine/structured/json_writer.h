#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/structured/network.h"
#include "engine/structured/schema_document.h"

namespace inferlab::structured {

/// Appends the marks of JSON to a network, with the whitespace that may stand beside them.
class JsonWriter {
 public:
  /// `any_whitespace` as StructuredSpec has it. `builder` must outlive it.
  JsonWriter(NetworkBuilder& builder, bool any_whitespace)
      : builder_(builder), any_whitespace_(any_whitespace) {}

  StateId append_space(StateId from);
  /// "[" or "{", and whitespace.
  StateId append_open(StateId from, std::string_view mark);
  /// "," or ":" and whitespace. What stands before it has ended with append_space().
  StateId append_comma(StateId from);
  StateId append_colon(StateId from);
  /// Exactly this value; scalars as dump() spells them.
  StateId append_value(StateId from, const SchemaJson& value);

 private:
  NetworkBuilder& builder_;
  bool any_whitespace_;
};

/// Appends an object with declared members in order and others behind them.
class ObjectWriter {
 public:
  struct Member {
    std::string name;
    RuleId value;
    bool required;
  };
  /// Members with any of these names.
  struct Others {
    CharDfa names;
    RuleId value;
  };
  /// With `min` and `max` members; 0 and nothing: they are not counted.
  ObjectWriter(NetworkBuilder& builder, JsonWriter& json, const std::vector<Member>& members,
               const std::vector<Others>& others, std::uint64_t min,
               std::optional<std::uint64_t> max);

  StateId append(StateId from);

 private:
  [[nodiscard]] std::size_t cell(std::size_t position, std::uint64_t count) const {
    return position * (limit_ + 1) + count;
  }
  StateId append_member_value(StateId from, RuleId value);
  void add_entries(std::size_t position, std::uint64_t count);

  NetworkBuilder& builder_;
  JsonWriter& json_;
  const std::vector<Member>& members_;
  const std::vector<Others>& others_;
  std::uint64_t min_;
  std::optional<std::uint64_t> max_;
  std::uint64_t limit_;         // counts above it are the same
  std::vector<StateId> next_;   // by cell: a member may begin here
  std::vector<StateId> after_;  // a member has ended here
};

}  // namespace inferlab::structured
