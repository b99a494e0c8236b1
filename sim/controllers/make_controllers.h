#pragma once

#include <memory>

#include "sim/controllers/controller.h"

namespace inferlab::sim {

// One function for each controller: in the file named after it, and a row of controllers.inc.
#define INFERLAB_CONTROLLER(name, make) \
  std::unique_ptr<Controller> make(const ControllerContext& context);
#include "sim/controllers/controllers.inc"
#undef INFERLAB_CONTROLLER

}  // namespace inferlab::sim
