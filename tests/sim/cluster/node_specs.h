#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/node/node_spec.h"
#include "tests/support/golden.h"

namespace inferlab {

/// What the commands `pool` and `image` of tests/golden/node say; see node_world.h.
sim::NodePoolSpec pool_of(const testing::GoldenCommand& command);
sim::ImageSpec image_of(const testing::GoldenCommand& command);

/// A command's option as a quantity of bytes.
std::int64_t bytes(const testing::GoldenCommand& command, const std::string& key,
                   std::int64_t fallback);
std::vector<std::string> words_of(const std::string& text, char separator);

}  // namespace inferlab
