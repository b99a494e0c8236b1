#include "engine/serve/tool_calls.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "engine/serve/json_text.h"

namespace inferlab {
namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

ToolCalls::ToolCalls(ToolChoice choice, std::uint64_t seed)
    : choice_(std::move(choice)), rng_(seed), starts_call_(choice_.is_named()) {
  if (!choice_.is_named()) return;
  append_json_string(name_, choice_.name);
  num_calls_ = 1;
}

std::string ToolCalls::next_id() {
  const std::uint64_t high = rng_.next();
  return fmt::format("chatcmpl-tool-{:016x}{:016x}", high, rng_.next());
}

void ToolCalls::flush() {
  if (!starts_call_ && arguments_.empty()) return;
  deltas_ += deltas_.empty() ? '[' : ',';
  deltas_ += '{';
  if (starts_call_) deltas_ += fmt::format(R"("id":"{}","type":"function",)", next_id());
  deltas_ += fmt::format(R"("index":{},"function":{{)", num_calls_ - 1);
  if (starts_call_) deltas_ += fmt::format(R"("name":{},)", name_);
  deltas_ += R"("arguments":)";
  append_json_string(deltas_, arguments_);
  deltas_ += "}}";
  starts_call_ = false;
  arguments_.clear();
}

std::string ToolCalls::take_deltas() {
  if (!deltas_.empty()) deltas_ += ']';
  return std::exchange(deltas_, {});
}

std::string ToolCalls::deltas(std::string_view text) {
  if (choice_.is_named()) {
    if (text.empty()) return {};
    arguments_ = text;
    flush();
    return take_deltas();
  }
  for (const char c : text) push_character(c);
  if (part_ == Part::kArguments) flush();
  return take_deltas();
}

void ToolCalls::push_character(char c) {
  const bool was_in_string = in_string_;
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    }
  } else if (c == '"') {
    in_string_ = true;
  }
  const bool is_mark = !was_in_string && c != '"';
  if (is_mark && depth_ == 2 && (c == ':' || c == ',' || c == '}')) return end_member(c);
  if (is_mark && (c == '[' || c == '{')) {
    if (++depth_ <= 2) {
      part_ = depth_ == 2 ? Part::kKey : Part::kOutside;
      return;
    }
  } else if (is_mark && (c == ']' || c == '}')) {
    if (--depth_ == 0) complete_ = true;
  }
  if (depth_ < 2 || (c == ' ' && !was_in_string && depth_ == 2)) return;  // between the parts
  (part_ == Part::kArguments ? arguments_ : word_) += c;
}

void ToolCalls::end_member(char c) {
  if (c == ':') {
    part_ = word_ == R"("parameters")" ? Part::kArguments : Part::kValue;
    if (part_ == Part::kArguments) {
      ++num_calls_;
      starts_call_ = true;
    }
  } else {
    // The grammar has the name before the parameters.
    if (part_ == Part::kValue) name_ = word_;
    if (part_ == Part::kArguments) flush();
    part_ = c == ',' ? Part::kKey : Part::kOutside;
    if (c == '}') --depth_;
  }
  word_.clear();
}

std::string ToolCalls::whole() {
  if (choice_.is_named()) {
    if (is_blank(text_)) return "[]";
    arguments_ = text_;
    flush();
  } else {
    for (const char c : text_) push_character(c);
    if (!complete_) return "[]";
  }
  // A message's calls have no index.
  using Json = nlohmann::ordered_json;
  Json calls = Json::parse(take_deltas(), nullptr, /*allow_exceptions=*/false);
  if (!calls.is_array()) return "[]";
  for (Json& call : calls) call.erase("index");
  return calls.dump();
}

}  // namespace inferlab
