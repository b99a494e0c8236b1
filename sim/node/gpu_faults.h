#pragma once

#include "engine/base/result.h"

namespace inferlab::sim {

class Kubelet;

/// An Xid on card number `card` of a node, or on one MIG instance of it (-1: on the card). What
/// computes there dies or goes on, the card's health and its counters change as the Xid's row says.
/// kNotFound: no such card or instance; kInvalid: no row for that Xid.
Result<void> gpu_xid(Kubelet& kubelet, int card, int xid, int instance = -1);

/// `nvidia-smi --gpu-reset` and a restart of the device plugin: the card is healthy again. kInvalid
/// while a process uses it, and for a card that is off the bus, which takes a reboot.
Result<void> gpu_reset(Kubelet& kubelet, int card);

/// The card runs at `percent` of its clock from now on, as one that is too hot does.
Result<void> gpu_throttle(Kubelet& kubelet, int card, int percent);

}  // namespace inferlab::sim
