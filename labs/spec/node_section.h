#pragma once

#include <string>
#include <vector>

#include "labs/spec/validate.h"
#include "sim/node/node_spec.h"

namespace inferlab::labs {

/// Reads what a pool states of its disks, NUMA nodes, huge pages, kubelet and sharing of GPUs.
void read_node(const sim::Value& row, sim::NodePoolSpec& pool);

/// What of it does not fit together goes to `errors`; `path` is the pool's.
void check_node(const sim::NodePoolSpec& pool, const std::string& path, const SpecValidator& places,
                std::vector<Error>& errors);

/// An image's layers add up to its size.
void check_layers(const sim::ImageSpec& image, const std::string& path, const SpecValidator& places,
                  std::vector<Error>& errors);

}  // namespace inferlab::labs
