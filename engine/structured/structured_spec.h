#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::structured {

/// What a request asks its answer to look like.
struct StructuredSpec {
  enum class Kind : std::uint8_t {
    kJsonSchema,  ///< `text` is a JSON schema
    kJsonObject,  ///< any JSON object
    kRegex,       ///< `text` is a regular expression that the whole answer matches
    kChoice,      ///< one of `choices`
    kGrammar,     ///< `text` is a grammar in GBNF
  };
  Kind kind = Kind::kJsonObject;
  std::string text = {};
  std::vector<std::string> choices = {};
  /// JSON: any whitespace where JSON admits it, as vLLM's XGrammar backend has it by default.
  /// Otherwise the form of Python's json.dumps on one line: ", " and ": " and no other whitespace,
  /// which is what XGrammar makes of vLLM's disable_any_whitespace.
  bool any_whitespace = true;
  /// The field of the request, for messages: "structured_outputs.json". No part of the key.
  std::string place = "structured_outputs";

  /// Equal for specs that make equal grammars; as long as the spec.
  [[nodiscard]] std::string key() const;
};

/// What the body of a request asks for; nothing for most. `body` is JSON (objects keep the order of
/// their members, which is the order of the properties of the answer: that is why the text is read
/// and not a value). Understands
///   - vLLM's `structured_outputs`: {json | regex | choice | grammar | json_object,
///     disable_any_whitespace}, of which exactly one of the first five,
///   - OpenAI's `response_format`: {type: text | json_object | json_schema},
///   - the older `guided_json`, `guided_regex`, `guided_choice`, `guided_grammar`.
/// A schema may be a value or a string that holds one. kInvalid names the field: structural tags
/// and whitespace patterns are not supported; two constraints in one request contradict each other.
/// Source: vLLM's documentation, "Structured Outputs", and StructuredOutputsParams; the OpenAI API
/// reference, "response_format".
Result<std::optional<StructuredSpec>> read_structured_spec(std::string_view body);

}  // namespace inferlab::structured
