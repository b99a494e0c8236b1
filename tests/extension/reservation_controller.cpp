// A controller in one file: notes on a GpuReservation whether its node is there. With its row,
// INFERLAB_CONTROLLER("reservation", make_reservation_controller), it runs.
#include "sim/controllers/make_controllers.h"

namespace inferlab::sim {
namespace {

constexpr std::string_view kWatches[] = {"gpureservations.test.inferlab.io"};

class ReservationController final : public Controller {
 public:
  explicit ReservationController(const ControllerContext& context)
      : Controller(context, "controller/reservation", "reservation-controller") {}

  std::span<const std::string_view> watches() const override { return kWatches; }
  void observe(const Change& change) override { queue().add(change.object->key); }

  Result<void> reconcile(const ObjectKey& key) override {
    const ObjectPtr held = store().get(key);
    if (held == nullptr) return {};
    const bool there = store().get({"nodes", "", held->document["spec"]["node"].str()}) != nullptr;
    const Value status = Value::object({{"held", there}});
    if (status == held->document["status"]) return {};
    return check(api().update_status(key.resource, held->document.with("status", status), user()),
                 key.name);
  }
};

}  // namespace

std::unique_ptr<Controller> make_reservation_controller(const ControllerContext& context) {
  return std::make_unique<ReservationController>(context);
}

}  // namespace inferlab::sim
