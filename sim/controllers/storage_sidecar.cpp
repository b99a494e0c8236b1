#include "sim/controllers/storage_sidecar.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace inferlab::sim {

StorageSidecar::StorageSidecar(const ControllerContext& context, std::string form)
    : context_(context), form_(std::move(form)) {}

const StorageDriver* StorageSidecar::driver(std::string_view name) const {
  for (const StorageDriver& driver : context_.config.storage_drivers) {
    if (driver.name == name) return &driver;
  }
  return nullptr;
}

EventRecorder& StorageSidecar::events(const StorageDriver& driver) {
  std::unique_ptr<EventRecorder>& recorder = recorders_[driver.name];
  if (recorder == nullptr) {
    recorder = std::make_unique<EventRecorder>(context_.api,
                                               fmt::format(fmt::runtime(form_), driver.name));
  }
  return *recorder;
}

bool has_text(const Value& list, std::string_view text) {
  const auto& items = list.items();
  return std::any_of(items.begin(), items.end(),
                     [&](const Value& item) { return item.as_string() == text; });
}

Value without_text(const Value& list, std::string_view text) {
  Value::Array kept;
  for (const Value& item : list.items()) {
    if (item.as_string() != text) kept.push_back(item);
  }
  return kept.empty() ? Value() : Value::array(std::move(kept));
}

}  // namespace inferlab::sim
