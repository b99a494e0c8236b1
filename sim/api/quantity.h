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
  /// nullopt for what Kubernetes refuses.
  static std::optional<Quantity> parse(std::string_view text);
  /// Why parse() refuses `text`, in the API server's words; empty when it does not.
  static std::string_view why_not(std::string_view text);
  /// The text that the API server keeps for this one: the canonical form, but an already short
  /// one as it was written ("+1" stays "+1"). Checks: parse(text) succeeds.
  static std::string normalized(std::string_view text);

  /// Capped to what an int64 holds.
  [[nodiscard]] std::int64_t milli() const;
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
  // An int64 of units, times a thousand, does not fit an int64: "1E" is a legal amount of memory.
  __extension__ using Wide = __int128;
  struct Parsed;
  static Parsed read(std::string_view text);

  Wide milli_ = 0;
  Format format_ = Format::kDecimalSi;
};

}  // namespace inferlab::sim
