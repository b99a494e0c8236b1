#include "sim/controllers/controllers.h"

namespace inferlab::sim {

Controllers::Controllers(Api& api, ControllersConfig config)
    : api_(api), config_(std::move(config)) {
  const ControllerContext context{api_, index_, config_};
  for (const ControllerRow& row : controller_registry()) {
    controllers_.push_back(row.make(context));
    Controller* controller = controllers_.back().get();
    for (const std::string_view resource : controller->watches()) {
      watchers_[std::string(resource)].push_back(controller);
    }
  }
}

void Controllers::start() {
  // The whole index first: a controller that is told of an object may look for others at once.
  std::vector<Change> present;
  for (const std::string& resource : api_.store().resources()) {
    for (const ObjectPtr& object : api_.store().list(resource)) {
      present.push_back({ChangeType::kAdded, object, nullptr});
      index_.update(present.back());
    }
  }
  for (const Change& change : present) {
    for (const auto& name :
         {std::string_view(change.object->key.resource), std::string_view("*")}) {
      const auto found = watchers_.find(name);
      if (found == watchers_.end()) continue;
      for (Controller* controller : found->second) controller->observe(change);
    }
  }
  api_.store().subscribe([this](const Change& change) { see(change); },
                         [this](const Renewal& renewal) { see(renewal); });
  for (const auto& controller : controllers_) controller->start();
}

void Controllers::see(const Renewal& renewal) {
  if (watchers_of_line_.size() <= renewal.line) watchers_of_line_.resize(renewal.line + 1, nullptr);
  const std::vector<Controller*>*& watchers = watchers_of_line_[renewal.line];
  if (watchers == nullptr) {
    const auto found = watchers_.find(renewal.key.resource);
    if (found == watchers_.end()) return;
    watchers = &found->second;
  }
  for (Controller* controller : *watchers) controller->observe_renewal(renewal);
}

void Controllers::see(const Change& change) {
  index_.update(change);
  for (const auto& name : {std::string_view(change.object->key.resource), std::string_view("*")}) {
    const auto found = watchers_.find(name);
    if (found == watchers_.end()) continue;
    for (Controller* controller : found->second) controller->observe(change);
  }
}

}  // namespace inferlab::sim
