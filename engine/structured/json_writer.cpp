#include "engine/structured/json_writer.h"

#include <algorithm>

namespace inferlab::structured {
namespace {

// RFC 8259, section 2.
const CharSet& whitespace() {
  static const CharSet kSet({{' ', ' '}, {'\t', '\t'}, {'\n', '\n'}, {'\r', '\r'}});
  return kSet;
}

}  // namespace

StateId JsonWriter::append_space(StateId from) {
  if (!any_whitespace_) return from;
  const StateId space = builder_.add_state();
  builder_.add_epsilon(from, space);
  builder_.add_chars(space, whitespace(), space);
  return space;
}

StateId JsonWriter::append_open(StateId from, std::string_view mark) {
  return append_space(builder_.append_literal(from, mark));
}

StateId JsonWriter::append_comma(StateId from) {
  if (!any_whitespace_) return builder_.append_literal(from, ", ");
  return append_space(builder_.append_literal(from, ","));
}

StateId JsonWriter::append_colon(StateId from) {
  if (!any_whitespace_) return builder_.append_literal(from, ": ");
  return append_space(builder_.append_literal(from, ":"));
}

StateId JsonWriter::append_value(StateId from, const SchemaJson& value) {
  if (!value.is_structured()) return builder_.append_literal(from, value.dump());
  StateId at = append_open(from, value.is_array() ? "[" : "{");
  bool first = true;
  const auto separate = [&] {
    if (!first) at = append_comma(at);
    first = false;
  };
  if (value.is_array()) {
    for (const SchemaJson& element : value) {
      separate();
      at = append_space(append_value(at, element));
    }
    return builder_.append_literal(at, "]");
  }
  for (const auto& [name, member] : value.items()) {
    separate();
    at = append_space(builder_.append_literal(at, SchemaJson(name).dump()));
    at = append_space(append_value(append_colon(at), member));
  }
  return builder_.append_literal(at, "}");
}

ObjectWriter::ObjectWriter(NetworkBuilder& builder, JsonWriter& json,
                           const std::vector<Member>& members, const std::vector<Others>& others,
                           std::uint64_t min, std::optional<std::uint64_t> max)
    : builder_(builder),
      json_(json),
      members_(members),
      others_(others),
      min_(min),
      max_(max),
      limit_(max.value_or(min)) {}

StateId ObjectWriter::append_member_value(StateId from, RuleId value) {
  const StateId colon = json_.append_colon(json_.append_space(from));
  return json_.append_space(builder_.append_call(colon, value));
}

/// A cell is (members of the list that are behind us, members that were written).
StateId ObjectWriter::append(StateId from) {
  const std::size_t positions = members_.size() + 1;
  for (std::size_t i = 0; i < positions * (limit_ + 1); ++i) {
    if (builder_.overflowed()) return from;
    next_.push_back(builder_.add_state());
    after_.push_back(builder_.add_state());
  }
  const StateId open = json_.append_open(from, "{");
  const StateId end = builder_.add_state();
  builder_.add_epsilon(open, next_[cell(0, 0)]);
  bool rest_is_optional = true;
  for (std::size_t position = positions; position-- > 0;) {
    if (position < members_.size() && members_[position].required) rest_is_optional = false;
    for (std::uint64_t count = 0; count <= limit_; ++count) {
      if (builder_.overflowed()) return end;
      const bool may_end = rest_is_optional && count >= min_;
      if (may_end && position == 0 && count == 0) {
        builder_.add_epsilon(builder_.append_literal(open, "}"), end);
      }
      const StateId after = after_[cell(position, count)];
      if (may_end) builder_.add_epsilon(builder_.append_literal(after, "}"), end);
      builder_.add_epsilon(json_.append_comma(after), next_[cell(position, count)]);
      add_entries(position, count);
    }
  }
  return end;
}

/// What may be the next member behind `next_` of this cell.
void ObjectWriter::add_entries(std::size_t position, std::uint64_t count) {
  const StateId from = next_[cell(position, count)];
  if (position < members_.size() && !members_[position].required) {
    builder_.add_epsilon(from, next_[cell(position + 1, count)]);
  }
  if (max_ && count == *max_) return;
  const std::uint64_t more = std::min(count + 1, limit_);
  if (position < members_.size()) {
    const Member& member = members_[position];
    const StateId name = builder_.append_literal(from, SchemaJson(member.name).dump());
    builder_.add_epsilon(append_member_value(name, member.value), after_[cell(position + 1, more)]);
    return;
  }
  for (const Others& others : others_) {
    const StateId name =
        builder_.append_json_dfa(builder_.append_literal(from, "\""), others.names);
    builder_.add_epsilon(append_member_value(name, others.value), after_[cell(position, more)]);
  }
}

}  // namespace inferlab::structured
