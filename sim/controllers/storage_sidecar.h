#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sim/controllers/controller.h"

namespace inferlab::sim {

/// What the sidecars of a CSI driver have in common: which drivers are installed, and under which
/// name each of their sidecars signs its Events.
class StorageSidecar {
 public:
  /// `form` is the name of the Events' component, with "{}" for the driver's.
  StorageSidecar(const ControllerContext& context, std::string form);

  /// nullptr: it is not installed.
  [[nodiscard]] const StorageDriver* driver(std::string_view name) const;
  [[nodiscard]] bool any() const { return !context_.config.storage_drivers.empty(); }
  EventRecorder& events(const StorageDriver& driver);

 private:
  ControllerContext context_;
  std::string form_;
  std::map<std::string, std::unique_ptr<EventRecorder>> recorders_;  // by driver
};

/// Whether a list of texts has this one, and without it.
bool has_text(const Value& list, std::string_view text);
Value without_text(const Value& list, std::string_view text);

}  // namespace inferlab::sim
