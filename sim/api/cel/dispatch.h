#pragma once

#include <string_view>
#include <vector>

#include "sim/api/cel/overload.h"

namespace inferlab::sim::cel {

/// Of the overloads that the checker left the first one that these arguments are for; nullptr when
/// there is none. Types of items are looked at in the first one, as cel-go does.
const Overload* matching_overload(const std::vector<const Overload*>& overloads, Args args);

/// "no such overload", with as much behind it as cel-go says for this function.
Val no_overload_at_run_time(std::string_view name, Args args);

/// What a macro says of a value that is no list and no map.
Val not_iterable(const Val& range);

}  // namespace inferlab::sim::cel
