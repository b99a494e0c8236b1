#include "engine/serve/tokenize_handler.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "engine/serve/api_request_parts.h"
#include "engine/serve/generation_plan.h"
#include "engine/serve/json_reader.h"
#include "engine/serve/json_text.h"

namespace inferlab {
namespace {

using Json = nlohmann::json;

/// The model's name, which must be served, and whatever was wrong before.
std::optional<ApiError> check(const Engine& engine, JsonReader& reader) {
  const std::string model = reader.text("model");
  if (reader.error()) return reader.error();
  const std::vector<std::string>& names = engine.served_model_names();
  if (model.empty() || std::ranges::find(names, model) != names.end()) return std::nullopt;
  // Adapters have the model's vocabulary.
  if (engine.loras() != nullptr && engine.loras()->has(model)) return std::nullopt;
  return unknown_model(model);
}

std::string answer(const Engine& engine, const std::vector<TokenId>& tokens, bool with_strings) {
  std::string out = R"({"count":)";
  append_json_integer(out, std::ssize(tokens));
  out += R"(,"max_model_len":)";
  append_json_integer(out, engine.max_model_len());
  out += R"(,"tokens":)";
  append_json_ids(out, tokens);
  out += R"(,"token_strs":)";
  if (!with_strings) return out + "null}";
  out += '[';
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, engine.tokenizer().token_text(tokens[i]));
  }
  return out + "]}";
}

}  // namespace

std::variant<std::string, ApiError> tokenize_answer(const Engine& engine, std::string_view body) {
  const auto parsed = parse_json_object(body);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return *error;
  JsonReader reader(std::get<Json>(parsed));
  const bool with_strings = reader.flag("return_token_strs");
  ApiRequest request;
  std::string prompt;
  const bool is_chat = reader.find("messages") != nullptr;
  if (is_chat) {
    read_chat(reader, request);
  } else if (reader.find("prompt") == nullptr) {
    reader.fail("prompt", "is missing");
  } else {
    prompt = reader.text("prompt");
    request.add_special_tokens = reader.flag("add_special_tokens", true);
  }
  if (const auto error = check(engine, reader)) return *error;
  if (!is_chat) {
    return answer(engine,
                  engine.tokenizer().encode(
                      prompt, {.add_special = request.add_special_tokens, .parse_special = true}),
                  with_strings);
  }
  const Result<std::vector<TokenId>> tokens = chat_prompt(engine, request.messages, request.chat);
  if (!tokens) return api_error(tokens.error());
  return answer(engine, *tokens, with_strings);
}

std::variant<std::string, ApiError> detokenize_answer(const Engine& engine, std::string_view body) {
  const auto parsed = parse_json_object(body);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return *error;
  JsonReader reader(std::get<Json>(parsed));
  const auto tokens = reader.token_ids("tokens", std::numeric_limits<std::size_t>::max());
  if (!tokens) reader.fail("tokens", "is missing");
  if (const auto error = check(engine, reader)) return *error;
  for (const TokenId id : *tokens) {
    if (id < engine.tokenizer().size()) continue;
    return ApiError{.message = fmt::format("Token id {} is out of vocabulary", id),
                    .param = "tokens"};
  }
  std::string out = R"({"prompt":)";
  append_json_string(out, engine.tokenizer().decode(*tokens, {.show_control = true}));
  return out + '}';
}

}  // namespace inferlab
