#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/api/views.h"
#include "sim/node/workload.h"

namespace inferlab::sim {

enum class ProbeType : std::uint8_t { kStartup, kReadiness, kLiveness };

/// "Startup", "Readiness", "Liveness", as in the kubelet's events.
std::string_view title_of(ProbeType type);
/// "startup" …, as in the kubelet's Killing messages.
std::string_view name_of(ProbeType type);

struct ProbeOutcome {
  bool success = false;
  std::string output;  // why not: what follows "Readiness probe failed: "
  /// It could not be carried out at all, so nothing is known: the result is thrown away.
  bool errored = false;
};

/// Carries one probe out, at once: a `workload` that would answer after the probe's timeout has
/// failed it. Texts are those of the kubelet's HTTP and TCP probers (Go's net package).
/// exec: see run_exec_probe(), here without mounts.
ProbeOutcome run_probe(const ProbeView& probe, const std::string& pod_ip, Workload& workload);

}  // namespace inferlab::sim
