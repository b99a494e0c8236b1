#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "engine/base/rng.h"

namespace inferlab::test {

/// A document that nearly always satisfies the schema, and has its properties in order.
nlohmann::ordered_json random_document(std::string_view schema, Rng& rng);
/// `document` as text, with random whitespace and, in values, random escapes.
std::string random_spelling(const nlohmann::ordered_json& document, Rng& rng);

}  // namespace inferlab::test
