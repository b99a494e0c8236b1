#include "sim/api/custom/correlation.h"

#include <algorithm>

namespace inferlab::sim {
namespace {

bool is_simple(const Value& value) {
  return value.is_bool() || value.is_number() || value.is_string();
}

}  // namespace

const Value* item_with_keys_of(const Value& list, const Value& item,
                               const std::vector<std::string>& keys) {
  if (keys.empty()) return nullptr;
  for (const std::string& key : keys) {
    if (!is_simple(item[key])) return nullptr;
  }
  const auto& items = list.items();
  const auto found = std::find_if(items.begin(), items.end(), [&](const Value& other) {
    return std::all_of(keys.begin(), keys.end(),
                       [&](const std::string& key) { return other[key] == item[key]; });
  });
  return found == items.end() ? nullptr : &*found;
}

Correlation Correlation::member(const std::string& name, bool root) const {
  if (now_ == nullptr) return *this;
  // Both versions are read in the same apiVersion: whether it changed cannot be seen.
  if (root && (name == "apiVersion" || name == "kind")) return {};
  Correlation out;
  out.parent_now_ = now_;
  out.parent_before_ = before_;
  const Value* now = now_->find(name);
  const Value* before = before_->find(name);
  if (now == nullptr || before == nullptr) return out;
  out.now_ = now;
  out.before_ = before;
  return out;
}

Correlation Correlation::item(const Value& item, bool map_list,
                              const std::vector<std::string>& keys) const {
  if (now_ == nullptr) return *this;
  Correlation out;
  out.parent_now_ = now_;
  out.parent_before_ = before_;
  const Value* before = map_list ? item_with_keys_of(*before_, item, keys) : nullptr;
  if (before == nullptr) return out;
  out.now_ = &item;
  out.before_ = before;
  return out;
}

Correlation Correlation::beside() const {
  Correlation out = *this;
  out.now_ = out.before_ = nullptr;
  return out;
}

bool Correlation::unchanged() const {
  if (now_ != nullptr) return *now_ == *before_;
  return parent_now_ != nullptr && *parent_now_ == *parent_before_;
}

}  // namespace inferlab::sim
