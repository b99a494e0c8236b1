#pragma once

#include <string>
#include <string_view>

#include "sim/api/value.h"

namespace inferlab::sim {

// Cells that tables of several kinds share. Source: pkg/printers/internalversion.

/// The text, or `missing` where there is none.
Value text_or(const Value& text, std::string_view missing);
/// "True", "False" or "<unset>".
std::string bool_text(const Value& value);
/// "1", "25%", or `missing`.
std::string int_or_string_text(const Value& value, std::string_view missing);
/// "a=b,c=d", or "<none>".
std::string label_map_text(const Value& map);
/// "RWO,ROX,RWX,RWOP": in this order.
std::string access_modes_text(const Value& modes);
/// The class of a PersistentVolume or claim.
std::string storage_class_of(const Value& object);

}  // namespace inferlab::sim
