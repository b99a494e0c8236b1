#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/api.h"
#include "sim/controllers/controller.h"

namespace inferlab::sim {

/// kube-controller-manager: all controllers of registry.cpp on one run.
class Controllers {
 public:
  explicit Controllers(Api& api, ControllersConfig config = {});
  Controllers(const Controllers&) = delete;
  Controllers& operator=(const Controllers&) = delete;

  /// Takes in what the store holds and follows it from now on. Once. This object must live as long
  /// as the store and the simulation are run.
  void start();

 private:
  void see(const Change& change);
  void see(const Renewal& renewal);

  Api& api_;
  ControllersConfig config_;
  ObjectIndex index_;
  std::vector<std::unique_ptr<Controller>> controllers_;
  std::map<std::string, std::vector<Controller*>, std::less<>> watchers_;  // by resource
  std::vector<const std::vector<Controller*>*> watchers_of_line_;          // by Renewal::line
};

}  // namespace inferlab::sim
