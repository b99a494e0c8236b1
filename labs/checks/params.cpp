#include "labs/checks/params.h"

#include "engine/base/check.h"
#include "labs/spec/text_list.h"

namespace inferlab::labs {

std::string Params::text(std::string_view name) const {
  INFERLAB_CHECK(values_[name].is_string());
  return values_[name].str();
}

std::string Params::text_or(std::string_view name, std::string_view fallback) const {
  return values_.has(name) ? text(name) : std::string(fallback);
}

std::int64_t Params::integer(std::string_view name) const {
  INFERLAB_CHECK(values_[name].is_int());
  return values_[name].as_int();
}

std::int64_t Params::integer_or(std::string_view name, std::int64_t fallback) const {
  return values_.has(name) ? integer(name) : fallback;
}

double Params::number(std::string_view name) const {
  INFERLAB_CHECK(values_[name].is_number());
  return values_[name].as_double();
}

double Params::number_or(std::string_view name, double fallback) const {
  return values_.has(name) ? number(name) : fallback;
}

bool Params::flag(std::string_view name) const {
  return values_[name].as_bool();
}

std::vector<std::string> Params::texts(std::string_view name) const {
  return text_list(values_[name]);
}

Duration Params::duration(std::string_view name) const {
  const auto value = parse_duration(values_[name].as_string());
  INFERLAB_CHECK(value.has_value());
  return *value;
}

Duration Params::duration_or(std::string_view name, Duration fallback) const {
  return values_.has(name) ? duration(name) : fallback;
}

}  // namespace inferlab::labs
