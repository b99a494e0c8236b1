#include "sim/api/custom/rule_path.h"

#include <algorithm>
#include <vector>

namespace inferlab::sim {
namespace {

// Splits into ".", "[", "]", quoted texts and names.
std::vector<std::string_view> tokens_of(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    std::size_t length = 1;
    if (path.front() == '\'') {
      while (length < path.size() && (path[length] != '\'' || path[length - 1] == '\\')) ++length;
      length = std::min(length + 1, path.size());
    } else if (std::string_view(".[]").find(path.front()) == std::string_view::npos) {
      length = std::min(path.find_first_of(".[]"), path.size());
    }
    out.push_back(path.substr(0, length));
    path.remove_prefix(length);
  }
  return out;
}

// What stands between the quotes, its escapes read; nullopt for one that is none.
std::optional<std::string> unquoted(std::string_view token) {
  if (token.size() < 2 || token.front() != '\'' || token.back() != '\'') return std::nullopt;
  static constexpr std::string_view kEscapes = "abfnrtv'\\";
  static constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v'\\";
  token = token.substr(1, token.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '\\' || i + 1 == token.size()) {
      out += token[i];
      continue;
    }
    const std::size_t known = kEscapes.find(token[++i]);
    if (known == std::string_view::npos) return std::nullopt;
    out += kMeanings[known];
  }
  return out;
}

}  // namespace

std::optional<std::string> rule_field_path(std::string_view path, const Value& schema) {
  const std::vector<std::string_view> tokens = tokens_of(path);
  std::string out;
  const Value* at = &schema;
  for (std::size_t i = 0; i < tokens.size();) {
    std::string name;
    if (tokens[i] == "[") {
      if (i + 2 >= tokens.size() || tokens[i + 2] != "]") return std::nullopt;
      const std::optional<std::string> text = unquoted(tokens[i + 1]);
      if (!text) return std::nullopt;
      name = *text;
      i += 3;
    } else {
      if (tokens[i] != "." || i + 1 >= tokens.size()) return std::nullopt;
      name = tokens[i + 1];
      i += 2;
    }
    if (const Value* properties = at->find("properties")) {
      at = properties->find(name);
      if (at == nullptr) return std::nullopt;
      out += (out.empty() ? "" : ".") + name;
    } else {
      at = at->find("additionalProperties");
      if (at == nullptr || !at->is_object()) return std::nullopt;
      out += "[" + name + "]";
    }
  }
  return out;
}

}  // namespace inferlab::sim
