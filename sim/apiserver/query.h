#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace inferlab::sim {

using Query = std::multimap<std::string, std::string, std::less<>>;

/// The parameters of "/path?labelSelector=app=web&watch": what follows the first "=" of each is its
/// value, percent-decoded. One with a broken escape or a semicolon is passed over, as Go does.
Query query_of(std::string_view target);

}  // namespace inferlab::sim
