#pragma once

#include <functional>
#include <map>
#include <memory>
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
  /// Paths below which volumes are mounted: without `files` nobody knows what lies there.
  std::vector<std::string> mounts;
  std::map<std::string, std::string> environment = {};
  std::string hostname = {};
  Time now{};
  std::shared_ptr<ContainerFiles> files = {};
};

/// Carries an exec probe out as far as a simulated container can: what a ShellScript may hold; a
/// GET of localhost by curl, wget or Python's urllib and requests; without `files`, `cat`, `test`
/// and `ls` of a file. Everything else is `errored`, which says so: the kubelet throws such a
/// result away. Messages are those of curl 8, BusyBox and CPython 3.
ProbeOutcome run_exec_probe(const std::vector<std::string>& command, Duration timeout,
                            const ExecWorld& world);

}  // namespace inferlab::sim
