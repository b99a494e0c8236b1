#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// The parameters of one check. They were checked against the kind's table when the lab was loaded,
/// so a required one is there and has its type: asking for anything else is our mistake
/// (INFERLAB_CHECK).
class Params {
 public:
  explicit Params(sim::Value values) : values_(std::move(values)) {}

  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::string text_or(std::string_view name, std::string_view fallback) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] std::int64_t integer_or(std::string_view name, std::int64_t fallback) const;
  [[nodiscard]] double number(std::string_view name) const;
  [[nodiscard]] Duration duration(std::string_view name) const;
  [[nodiscard]] Duration duration_or(std::string_view name, Duration fallback) const;
  [[nodiscard]] double number_or(std::string_view name, double fallback) const;
  [[nodiscard]] bool flag(std::string_view name) const;  // false where it is left out
  [[nodiscard]] bool has(std::string_view name) const { return values_.has(name); }
  /// Of a list of texts or ids; empty where it is left out.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  /// What has a table of its own: a map, or a list of maps. Null where it is left out.
  [[nodiscard]] sim::Value value(std::string_view name) const { return values_[name]; }

 private:
  sim::Value values_;
};

}  // namespace inferlab::labs
