#pragma once

#include <string>

namespace inferlab::labs {

/// The JSON Schema (draft-07) of lab.yaml, made from the tables that the reader goes by; indented
/// JSON with a final newline.
std::string lab_json_schema();

/// Of evals.yaml, in the same way.
std::string evals_json_schema();

}  // namespace inferlab::labs
