#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/node/node_spec.h"
#include "sim/serving/model_spec.h"
#include "tests/support/golden.h"

namespace inferlab {

// What the commands of tests/golden/node say of a cluster; see node_world.h.

std::int64_t bytes(const testing::GoldenCommand& command, const std::string& key,
                   std::int64_t fallback);
std::vector<std::string> words_of(const std::string& text, char separator);
sim::NodePoolSpec pool_of(const testing::GoldenCommand& command);
sim::ImageSpec image_of(const testing::GoldenCommand& command);
std::vector<sim::GpuSpec> cards();
std::vector<sim::ModelSpec> models();

}  // namespace inferlab
