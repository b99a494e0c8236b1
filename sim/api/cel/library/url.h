#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace inferlab::sim::cel {

/// The parts of an absolute URI or absolute path, as Go's net/url takes it apart.
struct Url {
  std::string scheme, host, path, query;
  bool has_query = false;
};

/// Why a text is no URL, in the words of Go's url.ParseRequestURI ("parse \"x\": …"); empty when it
/// is one.
std::string why_no_url(std::string_view text);
/// nullopt when why_no_url() says something. The path is unescaped.
std::optional<Url> parse_url(std::string_view text);
/// A percent-encoded text decoded; nullopt for a broken one. In a query "+" is a space.
std::optional<std::string> percent_decoded(std::string_view text, bool query);

}  // namespace inferlab::sim::cel
