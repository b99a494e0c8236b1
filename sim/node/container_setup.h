#pragma once

#include <map>
#include <string>
#include <vector>

namespace inferlab::sim {

/// What one run of a container was started with: $(VAR) references expanded, ConfigMaps and Secrets
/// looked up (and decoded) at the moment of the start.
struct ContainerSetup {
  std::vector<std::string> command, args;
  std::map<std::string, std::string> env;
};

}  // namespace inferlab::sim
