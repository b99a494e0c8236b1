#include "sim/api/cel/library/merge_lists.h"

#include <algorithm>

namespace inferlab::sim::cel {

namespace {

// Keeps what a list of this type does under == and +.
class TypedList final : public ListData {
 public:
  TypedList(std::vector<Val> items, Type type) : items_(std::move(items)), type_(std::move(type)) {}
  [[nodiscard]] std::size_t size() const override { return items_.size(); }
  [[nodiscard]] Val at(std::size_t index) const override { return items_.at(index); }
  [[nodiscard]] Type type() const override { return type_; }

 private:
  std::vector<Val> items_;
  Type type_;
};

bool same_item(const Val& a, const Val& b, const Type& type, Work& work) {
  if (type.merge() == Type::Merge::kSet) return equal(a, b, work);
  if (!a.is(Val::Kind::kMap) || !b.is(Val::Kind::kMap)) return false;
  return std::all_of(type.merge_keys().begin(), type.merge_keys().end(), [&](const auto& key) {
    const std::optional<Val> first = a.as_map().find(Val::string(key));
    const std::optional<Val> second = b.as_map().find(Val::string(key));
    if (!first || !second) return !first && !second;
    return equal(*first, *second, work);
  });
}

}  // namespace

Val merge_lists(const Val& a, const Val& b, Work& work) {
  const Type type = a.as_list().type();
  std::vector<Val> items;
  for (std::size_t i = 0; i < a.as_list().size(); ++i) items.push_back(a.as_list().at(i));
  for (std::size_t i = 0; i < b.as_list().size() && !work.spent(); ++i) {
    Val item = b.as_list().at(i);
    const auto found = std::find_if(items.begin(), items.end(), [&](const Val& each) {
      return same_item(each, item, type, work);
    });
    if (found == items.end()) {
      items.push_back(std::move(item));
    } else if (type.merge() == Type::Merge::kByKeys) {
      *found = std::move(item);
    }
  }
  work.bytes_left -= static_cast<std::int64_t>(items.size() * sizeof(Val));
  return Val::list(std::make_shared<TypedList>(std::move(items), type));
}

}  // namespace inferlab::sim::cel
