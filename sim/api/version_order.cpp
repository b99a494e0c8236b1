#include "sim/api/version_order.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <tuple>

namespace inferlab::sim {
namespace {

struct Version {
  int stability = 0;  // 2: v1, 1: v1beta1, 0: v1alpha1
  std::uint32_t major = 0, minor = 0;
  [[nodiscard]] auto rank() const { return std::tuple(stability, major, minor); }
};

// A number without leading zero at the beginning of `text`, which it is taken off.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::uint32_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || text.front() == '0') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return out;
}

std::optional<Version> read(std::string_view text) {
  if (!text.starts_with('v')) return std::nullopt;
  text.remove_prefix(1);
  Version out;
  const auto major = take_number(text);
  if (!major) return std::nullopt;
  out.major = *major;
  if (text.empty()) {
    out.stability = 2;
    return out;
  }
  const bool beta = text.starts_with("beta");
  if (!beta && !text.starts_with("alpha")) return std::nullopt;
  text.remove_prefix(beta ? 4 : 5);
  out.stability = beta ? 1 : 0;
  const auto minor = take_number(text);
  if (!minor || !text.empty()) return std::nullopt;
  out.minor = *minor;
  return out;
}

}  // namespace

bool version_comes_before(std::string_view a, std::string_view b) {
  const auto first = read(a);
  const auto second = read(b);
  if (first && second) return first->rank() > second->rank();
  if (first || second) return first.has_value();
  return a < b;
}

}  // namespace inferlab::sim
