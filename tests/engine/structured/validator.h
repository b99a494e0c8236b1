#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace inferlab::test {

/// A JSON Schema validator for tests: says why `value` does not satisfy `schema`; empty: it does.
/// Shares nothing with the engine's compiler. Knows the keywords of draft 2020-12 that the
/// engine carries, `nullable`, and formats by their own means (calendar, inet_pton, RE2).
/// With `strict`, objects that name properties and say nothing of additional ones have no others,
/// and likewise arrays with a prefix.
std::string why_invalid(const nlohmann::json& schema, const nlohmann::json& value,
                        const nlohmann::json& root, bool strict = false);

}  // namespace inferlab::test
