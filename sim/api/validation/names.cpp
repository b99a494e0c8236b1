#include "sim/api/validation/names.h"

#include <algorithm>

namespace inferlab::sim {
namespace {

bool is_lower_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || is_upper(c);
}
bool is_alnum(char c) {
  return is_lower_alnum(c) || is_upper(c);
}

// [a-z0-9]([-a-z0-9]*[a-z0-9])?
bool is_label(std::string_view text) {
  return !text.empty() && is_lower_alnum(text.front()) && is_lower_alnum(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower_alnum(c) || c == '-'; });
}

// Labels joined by dots.
bool is_subdomain(std::string_view text) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]
bool is_name_part(std::string_view text) {
  return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

constexpr std::string_view kQualifiedText =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation "
    "is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

}  // namespace

std::string too_long(std::size_t limit) {
  return "must be no more than " + std::to_string(limit) +
         (limit == 1 ? " character" : " characters");
}

NameErrors check_dns1123_label(std::string_view text) {
  NameErrors errors;
  if (text.size() > 63) errors.push_back(too_long(63));
  if (!is_label(text)) {
    if (is_subdomain(text)) {
      errors.emplace_back("must not contain dots");
    } else {
      errors.emplace_back(
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
          "and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
          "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");
    }
  }
  return errors;
}

NameErrors check_dns1123_subdomain(std::string_view text) {
  NameErrors errors;
  if (text.size() > 253) errors.push_back(too_long(253));
  if (!is_subdomain(text)) {
    errors.emplace_back(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
        "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex "
        "used "
        "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
  }
  return errors;
}

NameErrors check_dns1035_label(std::string_view text) {
  NameErrors errors;
  if (text.size() > 63) errors.push_back(too_long(63));
  if (!is_label(text) || is_digit(text.front())) {
    errors.emplace_back(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
        "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or "
        "'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')");
  }
  return errors;
}

NameErrors check_qualified_name(std::string_view text) {
  NameErrors errors;
  const std::size_t slash = text.find('/');
  std::string_view name = text;
  if (slash != std::string_view::npos) {
    const std::string_view prefix = text.substr(0, slash);
    name = text.substr(slash + 1);
    if (name.find('/') != std::string_view::npos) {
      errors.push_back(
          "a qualified name " + std::string(kQualifiedText) +
          " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
      return errors;
    }
    if (prefix.empty()) {
      errors.emplace_back("prefix part must be non-empty");
    } else {
      for (const std::string& why : check_dns1123_subdomain(prefix)) {
        errors.push_back("prefix part " + why);
      }
    }
  }
  if (name.empty()) {
    errors.emplace_back("name part must be non-empty");
  } else if (name.size() > 63) {
    errors.push_back("name part " + too_long(63));
  }
  if (!is_name_part(name)) errors.push_back("name part " + std::string(kQualifiedText));
  return errors;
}

NameErrors check_label_value(std::string_view text) {
  NameErrors errors;
  if (text.size() > 63) errors.push_back(too_long(63));
  if (!text.empty() && !is_name_part(text)) {
    errors.emplace_back(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
        "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
        "'my_value',  or '12345', regex used for validation is "
        "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
  }
  return errors;
}

NameErrors check_port_name(std::string_view text) {
  NameErrors errors;
  if (text.size() > 15) errors.push_back(too_long(15));
  if (!std::all_of(text.begin(), text.end(),
                   [](char c) { return is_lower_alnum(c) || c == '-'; })) {
    errors.emplace_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; })) {
    errors.emplace_back("must contain at least one letter (a-z)");
  }
  if (text.find("--") != std::string_view::npos) {
    errors.emplace_back("must not contain consecutive hyphens");
  }
  if (!text.empty() && (text.front() == '-' || text.back() == '-')) {
    errors.emplace_back("must not begin or end with a hyphen");
  }
  return errors;
}

NameErrors check_env_var_name(std::string_view text) {
  // The relaxed rule: any printable ASCII but '='.
  NameErrors errors;
  if (text.empty()) errors.emplace_back("environment variable name must be non-empty");
  if (!std::all_of(text.begin(), text.end(),
                   [](char c) { return c >= ' ' && c <= '~' && c != '='; })) {
    errors.emplace_back(
        "a valid environment variable name must consist only of printable ASCII characters other "
        "than '='");
  }
  return errors;
}

NameErrors check_config_map_key(std::string_view text) {
  NameErrors errors;
  if (text.size() > 253) errors.push_back(too_long(253));
  if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
      })) {
    errors.emplace_back(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
        "'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "
        "'[-._a-zA-Z0-9]+')");
  }
  if (text == ".") {
    errors.emplace_back("must not be '.'");
  } else if (text == "..") {
    errors.emplace_back("must not be '..'");
  } else if (text.starts_with("..")) {
    errors.emplace_back("must not start with '..'");
  }
  return errors;
}

NameErrors check_http_header_name(std::string_view text) {
  const bool sound = !text.empty() && std::all_of(text.begin(), text.end(),
                                                  [](char c) { return is_alnum(c) || c == '-'; });
  if (sound) return {};
  return {
      "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', "
      "regex used for validation is '[-A-Za-z0-9]+')"};
}

NameErrors check_path_segment(std::string_view text) {
  NameErrors errors;
  if (text == ".") errors.emplace_back("may not be '.'");
  if (text == "..") errors.emplace_back("may not be '..'");
  for (const char c : {'/', '%'}) {
    if (text.find(c) != std::string_view::npos) {
      errors.push_back(std::string("may not contain '") + c + "'");
    }
  }
  return errors;
}

}  // namespace inferlab::sim
