#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace inferlab::sim {

/// Which nodes have changed, in the order in which they did, by NodeInfo::slot. Who remembers
/// something of all nodes looks up what has happened since, and need not compare thousands of them.
class NodeChanges {
 public:
  void add(std::size_t slot) {
    if (slots_.size() == 2 * kKept) {
      slots_.erase(slots_.begin(), slots_.begin() + kKept);
      first_ += kKept;
    }
    slots_.push_back(static_cast<std::uint32_t>(slot));
  }

  /// How many changes there have been.
  [[nodiscard]] std::uint64_t count() const { return first_ + slots_.size(); }
  /// The changes after the first `seen`; nullopt when they are no longer all known.
  [[nodiscard]] std::optional<std::span<const std::uint32_t>> since(std::uint64_t seen) const {
    if (seen < first_) return std::nullopt;
    return std::span<const std::uint32_t>(slots_).subspan(static_cast<std::size_t>(seen - first_));
  }

 private:
  static constexpr std::size_t kKept = 1U << 15U;
  std::vector<std::uint32_t> slots_;
  std::uint64_t first_ = 0;  // the number of the change that slots_ begins with
};

}  // namespace inferlab::sim
