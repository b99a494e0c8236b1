#pragma once

#include <string>

#include "sim/api/value.h"

namespace inferlab::sim {

// Values as Go's %#v prints them: the API server shows the values of structured fields so.

/// map[string]string{"app":"web"}; map[string]string(nil) for null.
std::string go_string_map(const Value& map);
/// v1.LabelSelector{MatchLabels:map[string]string{…}, MatchExpressions:…}
std::string go_label_selector(const Value& selector);
/// intstr.IntOrString{Type:0, IntVal:1, StrVal:""}
std::string go_int_or_string(const Value& value);
/// resource.Quantity{i:resource.int64Amount{value:15, scale:-1}, …}
std::string go_quantity(const Value& value);

}  // namespace inferlab::sim
