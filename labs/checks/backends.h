#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/store.h"

namespace inferlab::labs {

/// The Pods that a Service sends requests to.
struct Backends {
  std::vector<sim::ObjectPtr> pods;  // ready, by name
  std::string trouble;               // why there are none
};

/// Reads the Service's EndpointSlices at the end of the run, as a proxy would.
Backends ready_backends(const sim::Store& store, std::string_view ns, std::string_view service);

}  // namespace inferlab::labs
