// The table of controllers.inc.
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr ControllerRow kControllers[] = {
#define INFERLAB_CONTROLLER(name, make) {name, make},
#include "sim/controllers/controllers.inc"
#undef INFERLAB_CONTROLLER
};

}  // namespace

std::span<const ControllerRow> controller_registry() {
  return kControllers;
}

}  // namespace inferlab::sim
