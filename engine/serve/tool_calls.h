#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/rng.h"
#include "engine/serve/api_types.h"

namespace inferlab {

/// Turns the text of one choice that was bound by tool_call_spec() into OpenAI's `tool_calls`, as
/// it comes or as a whole. All functions give a JSON array, or nothing where there is nothing to
/// say. Source: vLLM, tool_parsers/streaming.py and renderers/chat_utils.py (make_tool_call_id).
class ToolCalls {
 public:
  /// `seed` makes the ids, "chatcmpl-tool-…".
  ToolCalls(ToolChoice choice, std::uint64_t seed);

  /// The deltas that `text` brings: the first of a call has its id and name, once its arguments
  /// begin; all have a piece of the arguments, as they were written.
  std::string deltas(std::string_view text);
  /// Instead of deltas(): more of an answer that is told as a whole.
  void add(std::string_view text) { text_ += text; }
  /// All calls of what was added, for a message; "[]" for an answer that was cut off before its end
  /// (of a named function: before it said anything). Once.
  std::string whole();

 private:
  /// Where the text of calls stands: `[{"name": NAME, "parameters": ARGUMENTS}, …]`.
  enum class Part : std::uint8_t { kOutside, kKey, kValue, kArguments };

  void push_character(char c);
  void end_member(char c);
  /// Writes what has come of arguments.
  void flush();
  std::string take_deltas();
  [[nodiscard]] std::string next_id();

  const ToolChoice choice_;
  Rng rng_;
  Part part_ = Part::kOutside;
  int depth_ = 0;  // of brackets; 1 is between calls, 2 is in a call
  bool in_string_ = false;
  bool escaped_ = false;
  std::string word_;  // a key, or the name, with its quotes
  std::string name_;  // likewise
  std::string arguments_;
  bool starts_call_ = false;  // the next delta is the call's first
  bool complete_ = false;
  std::size_t num_calls_ = 0;
  std::string deltas_;
  std::string text_;  // that was added
};

}  // namespace inferlab
