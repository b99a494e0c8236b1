#include "labs/cli/metrics_json.h"

#include <charconv>
#include <cmath>
#include <utility>

namespace inferlab::labs {
namespace {

using sim::Value;

// A text in double quotes at the begin of `rest`, which is taken from it. Source: Prometheus
// documentation, "Exposition formats": \\, \" and \n are escaped.
std::string take_quoted(std::string_view& rest) {
  std::string out;
  rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != '"') {
    const bool is_escape = rest.front() == '\\' && rest.size() > 1;
    if (is_escape) rest.remove_prefix(1);
    out += is_escape && rest.front() == 'n' ? '\n' : rest.front();
    rest.remove_prefix(1);
  }
  if (!rest.empty()) rest.remove_prefix(1);
  return out;
}

Value number_json(std::string_view text) {
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = failed == std::errc{} && end == text.data() + text.size();
  return is_number && std::isfinite(value) ? Value(value) : Value(std::string(text));
}

}  // namespace

Value sample_json(std::string_view line) {
  if (line.empty() || line.front() == '#') return {};
  const std::size_t name_end = line.find_first_of("{ ");
  if (name_end == std::string_view::npos) return {};
  const std::string name(line.substr(0, name_end));
  std::string_view rest = line.substr(name_end);
  Value::Object labels;
  if (rest.front() == '{') {
    rest.remove_prefix(1);
    while (!rest.empty() && rest.front() != '}') {
      const std::size_t equals = rest.find("=\"");
      if (equals == std::string_view::npos) return {};
      const std::string label(rest.substr(0, equals));
      rest.remove_prefix(equals + 1);
      labels.push_back({label, take_quoted(rest)});
      if (!rest.empty() && rest.front() == ',') rest.remove_prefix(1);
    }
    if (rest.empty()) return {};
    rest.remove_prefix(1);
  }
  const std::size_t begin = rest.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  rest.remove_prefix(begin);
  return Value::object({{"name", name},
                        {"labels", Value::object(std::move(labels))},
                        {"value", number_json(rest.substr(0, rest.find(' ')))}});
}

}  // namespace inferlab::labs
