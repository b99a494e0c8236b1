#include "labs/grade/written_fields.h"

#include <string>
#include <string_view>
#include <utility>

namespace inferlab::labs {
namespace {

using sim::Value;

// Null stands for "all of it": nothing below it is left out.
Value joined(const Value& before, const Value& written) {
  if (!before.is_object() || !written.is_object()) return {};
  Value out = before;
  for (const auto& [key, value] : written.members()) {
    const Value* known = before.find(key);
    out = out.with(key, known == nullptr ? Value() : joined(*known, value));
  }
  return out;
}

// "/spec/template/spec/containers/0/image": up to the first item of a list.
Value with_pointer(const Value& before, std::string_view pointer) {
  if (pointer.empty() || pointer.front() != '/' || !before.is_object()) return {};
  pointer.remove_prefix(1);
  const std::size_t slash = pointer.find('/');
  const std::string key(pointer.substr(0, slash));
  const Value* known = before.find(key);
  if (slash == std::string_view::npos || known == nullptr) return before.with(key, Value());
  return before.with(key, with_pointer(*known, pointer.substr(slash)));
}

Value pruned(const Value& now, const Value& written, const Value& made) {
  if (now.is_object() && written.is_object()) {
    Value out = now;
    for (const auto& [key, value] : now.members()) {
      const Value* said = written.find(key);
      const Value* given = made.find(key);
      if (said == nullptr && given != nullptr && *given == value) {
        out = out.without(key);
      } else if (said != nullptr && given != nullptr) {
        out = out.with(key, pruned(value, *said, *given));
      }
    }
    return out;
  }
  const bool same_items = now.is_array() && written.is_array() && made.is_array() &&
                          now.size() == written.size() && now.size() == made.size();
  if (!same_items) return now;
  Value::Array items;
  for (std::size_t i = 0; i < now.size(); ++i) {
    items.push_back(pruned(now[i], written[i], made[i]));
  }
  return Value::array(std::move(items));
}

}  // namespace

void WrittenFields::take(const sim::ApiRequest& request, const Value& document) {
  const bool whole = request.subresource.empty() &&
                     (request.verb == sim::Verb::kCreate || request.verb == sim::Verb::kUpdate);
  if (whole) {
    known_ = true;
    written_ = request.body;
    made_ = document;
    return;
  }
  if (!known_) return;
  if (request.subresource == "scale") {
    written_ = with_pointer(written_, "/spec/replicas");
  } else if (request.verb == sim::Verb::kPatch && request.patch_type == sim::PatchType::kJson) {
    for (const Value& operation : request.body.items()) {
      written_ = with_pointer(written_, operation["path"].as_string());
    }
  } else if (request.verb == sim::Verb::kPatch) {
    written_ = joined(written_, request.body);
  }
}

Value WrittenFields::only(const Value& document) const {
  return known_ ? pruned(document, written_, made_) : document;
}

}  // namespace inferlab::labs
