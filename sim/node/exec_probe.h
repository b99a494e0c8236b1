#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/node/probe.h"
#include "sim/node/workload.h"

namespace inferlab::sim {

/// What a command inside a container can see of the simulated world.
struct ExecWorld {
  /// A GET to a port of the pod, from inside it.
  std::function<HttpAnswer(int port, std::string_view path)> get;
  /// Paths below which volumes are mounted: their files are not simulated.
  std::vector<std::string> mounts;
};

/// Carries an exec probe out as far as a simulated container can: `true`, `false`, `exit N`,
/// `sleep N`, `echo`; a GET of localhost by curl, wget or Python's urllib and requests; `cat`,
/// `test` and `ls` of a file; these in `sh -c` too, joined by && || and ;.
/// Everything else is `errored`, which says so: the kubelet throws such a result away.
/// Messages are those of curl 8, BusyBox and CPython 3.
ProbeOutcome run_exec_probe(const std::vector<std::string>& command, Duration timeout,
                            const ExecWorld& world);

}  // namespace inferlab::sim
