#include "sim/api/admission/default_class.h"

#include <algorithm>

namespace inferlab::sim::admission {

const StoredObject* default_class(const std::vector<ObjectPtr>& classes,
                                  std::initializer_list<std::string_view> annotations) {
  const StoredObject* found = nullptr;
  std::string_view newest;
  for (const ObjectPtr& one : classes) {
    const Value& meta = one->document["metadata"];
    const bool marked =
        std::any_of(annotations.begin(), annotations.end(), [&meta](std::string_view annotation) {
          return meta["annotations"][annotation].as_string() == "true";
        });
    const std::string_view created = meta["creationTimestamp"].as_string();
    if (!marked || (found != nullptr && created <= newest)) continue;
    found = one.get();
    newest = created;
  }
  return found;
}

}  // namespace inferlab::sim::admission
