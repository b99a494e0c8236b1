#pragma once

#include <cstdint>

namespace inferlab::structured {

/// What compiling one spec may still cost, in steps of its loops: tens of millions take a second.
class Effort {
 public:
  explicit Effort(std::uint64_t steps) : left_(steps) {}

  /// False, from then on, when there is not so much left.
  bool spend(std::uint64_t steps) {
    left_ = steps > left_ ? 0 : left_ - steps;
    return left_ > 0;
  }

 private:
  std::uint64_t left_;
};

}  // namespace inferlab::structured
