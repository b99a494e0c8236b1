#include "labs/lint/object.h"

namespace inferlab::labs::lint {

sim::Place Object::place(std::string_view path) const {
  return document->place(path.empty() ? root : root + "." + std::string(path));
}

}  // namespace inferlab::labs::lint
