#pragma once

#include <string>

#include "engine/base/rng.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// A random document of at most `depth` levels.
inline Value random_value(Rng& rng, int depth) {
  const auto text = [&] {
    constexpr std::string_view kAlphabet = "abc \"\\/\n\t:#-'{}[]01.\xc3\xa9";
    std::string out;
    const std::uint64_t length = rng.below(8);
    for (std::uint64_t i = 0; i < length; ++i) {
      const char c = kAlphabet[rng.below(kAlphabet.size() - 2)];
      out.push_back(c);
      if (rng.below(10) == 0) out += "\xc3\xa9";
    }
    return out;
  };
  switch (rng.below(depth > 0 ? 8 : 6)) {
    case 0:
      return {};
    case 1:
      return rng.below(2) == 0;
    case 2:
      return rng.between(std::int64_t{-1000}, std::int64_t{1000});
    case 3:
      return static_cast<std::int64_t>(rng.next());
    case 4:
      return 0.25 + static_cast<double>(rng.between(std::int64_t{-1000}, std::int64_t{1000}));
    case 5:
      return text();
    case 6: {
      Value::Array items;
      const std::uint64_t size = rng.below(4);
      for (std::uint64_t i = 0; i < size; ++i) items.push_back(random_value(rng, depth - 1));
      return Value::array(std::move(items));
    }
    default: {
      Value::Object members;
      const std::uint64_t size = rng.below(4);
      for (std::uint64_t i = 0; i < size; ++i)
        members.push_back({text(), random_value(rng, depth - 1)});
      return Value::object(std::move(members));
    }
  }
}

}  // namespace inferlab::sim
