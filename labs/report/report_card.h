#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "labs/report/report.h"

namespace inferlab::labs {

/// What makes a platform of a demo. A report card has a mark for each.
enum class Property : std::uint8_t { kPredictable, kObservable, kEfficient, kSecure, kOperable };
inline constexpr std::size_t kNumProperties = 5;

/// "predictable", for programs.
std::string_view id_of(Property property);
/// "Predictable under load", for people.
std::string_view title_of(Property property);

/// The property that a row of what must be taught belongs to: "GPU-02" to kEfficient. kOperable
/// when the table does not know it.
Property property_of(std::string_view row);

struct SubScore {
  Property property = Property::kOperable;
  int checks = 0;
  int points = 0;  // to be had; 0: the lab asks nothing of this property
  int earned = 0;
};

/// Every check that was judged counts once, for the property of its first row, so that the five add
/// up to the report's points. In the order of Property.
std::array<SubScore, kNumProperties> report_card(const Report& report);

}  // namespace inferlab::labs
