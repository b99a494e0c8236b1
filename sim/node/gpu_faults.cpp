#include "sim/node/gpu_faults.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "sim/node/kubelet.h"

namespace inferlab::sim {
namespace {

Result<GpuCard*> card_of(Kubelet& kubelet, int card) {
  std::vector<GpuCard>& cards = kubelet.node().gpus.cards();
  if (card >= 0 && card < static_cast<int>(cards.size())) return &cards[card];
  return Error{ErrorKind::kNotFound,
               fmt::format("{}: has {} GPUs, and no number {}", kubelet.name(), cards.size(), card),
               "GPUs count from 0"};
}

bool is_on(const GpuCard& card, const GpuDevice* device) {
  return std::any_of(card.devices.begin(), card.devices.end(),
                     [&](const auto& one) { return one.get() == device; });
}

/// Whether a container that has `gpus` dies of the Xid on `card`.
bool is_hit(const std::vector<GpuDevice*>& gpus, const GpuCard& card, int instance,
            const XidRow& xid) {
  const auto on_card = [&](const GpuDevice* device) { return is_on(card, device); };
  const bool has_card = std::any_of(gpus.begin(), gpus.end(), on_card);
  switch (xid.scope) {
    case XidScope::kNone:
      return false;
    case XidScope::kLinks:  // a job of one card sends nothing over the links
      return has_card && !std::all_of(gpus.begin(), gpus.end(), on_card);
    case XidScope::kProcess:
      if (instance < 0) return has_card;
      return std::find(gpus.begin(), gpus.end(), card.devices[instance].get()) != gpus.end();
    case XidScope::kGpu:
    case XidScope::kBus:
      break;
  }
  return has_card;
}

std::vector<Container*> users_of(Kubelet& kubelet) {
  std::vector<Container*> out;
  kubelet.for_each_pod([&](PodWorker& pod) {
    pod.for_each_container([&](Container& container) {
      if (container.workload != nullptr && !container.gpus.empty()) out.push_back(&container);
    });
  });
  return out;
}

}  // namespace

Result<void> gpu_xid(Kubelet& kubelet, int card_index, int code, int instance) {
  INFERLAB_TRY(GpuCard* const card, card_of(kubelet, card_index));
  const XidRow* xid = find_xid(code);
  if (xid == nullptr) {
    std::vector<int> codes;
    for (const XidRow& row : xid_rows()) codes.push_back(row.code);
    return Error{ErrorKind::kInvalid, fmt::format("gpu-xid: {}: is no Xid that is known", code),
                 fmt::format("one of {}", fmt::join(codes, ", "))};
  }
  if (instance >= static_cast<int>(card->profiles.size())) {
    return Error{ErrorKind::kNotFound,
                 fmt::format("gpu-xid: GPU {} of {} has {} MIG instances, and no number {}",
                             card_index, kubelet.name(), card->profiles.size(), instance),
                 "instances count from 0"};
  }
  if (!kubelet.is_up()) {
    return Error{ErrorKind::kUnavailable, fmt::format("gpu-xid: {}: is down", kubelet.name()), ""};
  }
  kubelet.node().gpus.note_xid(*card, instance, *xid);
  kubelet.node().status_changed = true;
  for (Container* container : users_of(kubelet)) {
    if (container->workload == nullptr || !is_hit(container->gpus, *card, instance, *xid)) continue;
    container->workload->gpu_failed(xid->cuda_error);
  }
  return {};
}

Result<void> gpu_reset(Kubelet& kubelet, int card_index) {
  INFERLAB_TRY(GpuCard* const card, card_of(kubelet, card_index));
  const auto refused = [&](std::string_view why, std::string hint) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("gpu-reset: GPU {} of {}: {}", card_index, kubelet.name(), why),
                 std::move(hint)};
  };
  if (card->off_the_bus) return refused("is off the bus", "reboot the node: node-down, node-up");
  for (const Container* container : users_of(kubelet)) {
    for (const GpuDevice* device : container->gpus) {
      if (is_on(*card, device)) {
        return refused(fmt::format("is in use by container {}", container->view.name),
                       "drain the node first");
      }
    }
  }
  kubelet.node().gpus.heal(*card);
  kubelet.node().status_changed = true;
  return {};
}

Result<void> gpu_throttle(Kubelet& kubelet, int card_index, int percent) {
  INFERLAB_TRY(GpuCard* const card, card_of(kubelet, card_index));
  if (percent < 1 || percent > 100) {
    return Error{ErrorKind::kInvalid, fmt::format("gpu-throttle: {}%: is no clock", percent),
                 "state between 1 and 100 percent of the clock"};
  }
  for (const auto& device : card->devices) device->set_clock(percent / 100.0);
  return {};
}

}  // namespace inferlab::sim
