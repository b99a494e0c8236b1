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
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view() : found->second;
}

}  // namespace inferlab::sim
