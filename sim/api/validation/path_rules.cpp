#include "sim/api/validation/path_rules.h"

#include <algorithm>

namespace inferlab::sim {

void validate_no_backsteps(const Value& text, const FieldPath& path, FieldErrors& errors) {
  const std::string_view all = text.as_string();
  for (std::size_t start = 0; start <= all.size();) {
    const std::size_t end = std::min(all.find('/', start), all.size());
    if (all.substr(start, end - start) == "..") {
      errors.push_back(invalid_value(path, text, "must not contain '..'"));
      return;
    }
    start = end + 1;
  }
}

void validate_descending_path(const Value& text, const FieldPath& path, FieldErrors& errors) {
  if (text.as_string().starts_with('/'))
    errors.push_back(invalid_value(path, text, "must be a relative path"));
  validate_no_backsteps(text, path, errors);
}

void validate_file_path(const Value& text, const FieldPath& path, FieldErrors& errors) {
  validate_descending_path(text, path, errors);
  const std::string_view all = text.as_string();
  if (all.starts_with("..") && !all.starts_with("../"))
    errors.push_back(invalid_value(path, text, "must not start with '..'"));
}

}  // namespace inferlab::sim
