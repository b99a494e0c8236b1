#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inferlab::sim {

/// An amount of a resource, exact to a thousandth: "500m", "16Gi", "1e3", "0.5".
/// Suffixes: n u m "" k M G T P E and Ki Mi Gi Ti Pi Ei, or a decimal exponent; what is finer than
/// a thousandth is rounded up, what does not fit is capped, as in Kubernetes.
/// Source: k8s.io/apimachinery/pkg/api/resource, "Quantity".
class Quantity {
 public:
  Quantity() = default;
  static Quantity from_units(std::int64_t units);
  static Quantity from_milli(std::int64_t milli);
  /// nullopt for what Kubernetes refuses ("quantities must match the regular expression …").
  static std::optional<Quantity> parse(std::string_view text);

  [[nodiscard]] std::int64_t milli() const { return milli_; }
  /// Whole units, rounded up (Kubernetes' Value()).
  [[nodiscard]] std::int64_t units() const;
  [[nodiscard]] bool is_whole() const { return milli_ % 1000 == 0; }
  /// The canonical form in the suffix family it was written in: "1500m", "1536Mi".
  [[nodiscard]] std::string str() const;

  Quantity& operator+=(const Quantity& other);
  Quantity& operator-=(const Quantity& other);
  friend bool operator==(const Quantity& a, const Quantity& b) { return a.milli_ == b.milli_; }
  friend auto operator<=>(const Quantity& a, const Quantity& b) { return a.milli_ <=> b.milli_; }

 private:
  enum class Format : std::uint8_t { kDecimalSi, kBinarySi, kDecimalExponent };
  std::int64_t milli_ = 0;
  Format format_ = Format::kDecimalSi;
};

}  // namespace inferlab::sim
