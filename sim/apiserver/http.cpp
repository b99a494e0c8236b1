#include "sim/apiserver/http.h"

namespace inferlab::sim {

std::string_view HttpRequest::query_value(std::string_view name) const {
  const auto found = query.lower_bound(name);
  return found == query.end() || found->first != name ? std::string_view() : found->second;
}

bool HttpRequest::has_query(std::string_view name) const {
  return query.contains(name);
}

std::string_view HttpRequest::header(std::string_view name) const {
  const auto found = headers.lower_bound(name);
  return found == headers.end() || found->first != name ? std::string_view() : found->second;
}

std::vector<std::string> HttpRequest::header_values(std::string_view name) const {
  std::vector<std::string> out;
  const auto [begin, end] = headers.equal_range(name);
  for (auto it = begin; it != end; ++it) out.push_back(it->second);
  return out;
}

}  // namespace inferlab::sim
