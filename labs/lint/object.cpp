#include "labs/lint/object.h"

#include <charconv>

namespace inferlab::labs::lint {

sim::Place Object::place(std::string_view path) const {
  return document->place(path.empty() ? root : root + "." + std::string(path));
}

sim::Value value_at(const sim::Value& document, std::string_view path) {
  sim::Value at = document;
  while (!path.empty()) {
    if (path.front() == '[') {
      const std::size_t end = path.find(']');
      if (end == std::string_view::npos) return {};
      std::size_t index = 0;
      std::from_chars(path.data() + 1, path.data() + end, index);
      at = sim::Value(at[index]);
      path.remove_prefix(end + 1);
    } else {
      if (path.front() == '.') path.remove_prefix(1);
      const std::size_t end = std::min(path.find_first_of(".["), path.size());
      at = sim::Value(at[path.substr(0, end)]);
      path.remove_prefix(end);
    }
  }
  return at;
}

}  // namespace inferlab::labs::lint
