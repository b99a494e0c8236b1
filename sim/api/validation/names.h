#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace inferlab::sim {

/// What is wrong with a name, in the API server's words; empty: nothing.
/// Source: k8s.io/apimachinery/pkg/util/validation; the grammar of RFC 1123, 1035 and 6901 names.
using NameErrors = std::vector<std::string>;

NameErrors check_dns1123_label(std::string_view text);      // "my-name"
NameErrors check_dns1123_subdomain(std::string_view text);  // "my.name"
NameErrors check_dns1035_label(std::string_view text);      // a Service's name
NameErrors check_qualified_name(std::string_view text);     // "example.com/MyName"
NameErrors check_label_value(std::string_view text);
NameErrors check_port_name(std::string_view text);  // IANA_SVC_NAME
NameErrors check_env_var_name(std::string_view text);
NameErrors check_config_map_key(std::string_view text);
NameErrors check_http_header_name(std::string_view text);
/// A name that becomes part of a path: not ".", "..", no '/' and no '%'.
NameErrors check_path_segment(std::string_view text);

/// "must be no more than N characters".
std::string too_long(std::size_t limit);

}  // namespace inferlab::sim
