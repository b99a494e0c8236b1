#include "engine/serve/api_response.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/serve/json_text.h"

namespace inferlab {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json model_json(const std::vector<std::string>& names, std::string_view name, std::int64_t created,
                std::int64_t max_model_len) {
  const Json permission = {{"id", fmt::format("modelperm-{:x}", created)},
                           {"object", "model_permission"},
                           {"created", created},
                           {"allow_create_engine", false},
                           {"allow_sampling", true},
                           {"allow_logprobs", true},
                           {"allow_search_indices", false},
                           {"allow_view", true},
                           {"allow_fine_tuning", false},
                           {"organization", "*"},
                           {"group", nullptr},
                           {"is_blocking", false}};
  return {{"id", std::string(name)},
          {"object", "model"},
          {"created", created},
          {"owned_by", "inferlab"},
          {"root", names.front()},
          {"parent", nullptr},
          {"max_model_len", max_model_len},
          {"permission", Json::array({permission})}};
}

Json lora_json(const std::vector<std::string>& names, const LoraModule& lora,
               std::int64_t created) {
  Json json = model_json(names, lora.name, created, 0);
  json["root"] = lora.path;
  json["parent"] = lora.base_model_name.empty() ? names.front() : lora.base_model_name;
  json["max_model_len"] = nullptr;
  return json;
}

void append_ids_or_null(std::string& out, std::string_view name, const std::vector<TokenId>* ids) {
  out += fmt::format(",\"{}\":", name);
  if (ids == nullptr) {
    out += "null";
  } else {
    append_json_ids(out, *ids);
  }
}

void append_prompt_logprobs(std::string& out, const ChoiceAnswer& choice,
                            const LogprobsText& logprobs) {
  out += R"(,"prompt_logprobs":)";
  if (choice.shows_prompt_logprobs) {
    logprobs.append_prompt(out, choice.result.prompt_logprobs);
  } else {
    out += "null";
  }
}

void append_choice(std::string& out, const ResponseHead& head, std::size_t index,
                   const ChoiceAnswer& choice, const LogprobsText& logprobs) {
  out += R"({"index":)";
  append_json_integer(out, static_cast<std::int64_t>(index));
  const bool is_chat = head.kind == ApiKind::kChat;
  out += is_chat ? R"(,"message":{"role":"assistant","content":)" : R"(,"text":)";
  append_json_string(out, choice.text);
  if (is_chat) {
    out += R"(,"refusal":null,"annotations":null,"audio":null,"function_call":null)";
    if (head.tool_choice) out += R"(,"tool_calls":)" + choice.tool_calls;
    out += R"(,"reasoning":null})";
  }
  out += R"(,"logprobs":)";
  append_choice_logprobs(out, head, choice, logprobs, 0);
  append_finish(out, head, choice.result);
  append_ids_or_null(out, "token_ids", head.return_token_ids ? &choice.tokens : nullptr);
  if (!is_chat) {
    append_prompt_logprobs(out, choice, logprobs);
    append_ids_or_null(out, "prompt_token_ids", head.return_token_ids ? choice.prompt : nullptr);
  }
  out += '}';
}

}  // namespace

std::string error_body(const ApiError& error) {
  const std::string type =
      error.type.empty() ? std::string(error_type_for(error.status)) : error.type;
  return dump({{"error",
                {{"message", error.message},
                 {"type", type},
                 {"param", error.param.empty() ? Json(nullptr) : Json(error.param)},
                 {"code", error.status}}}});
}

std::string version_body(std::string_view version) {
  return dump({{"version", std::string(version)}});
}

std::string models_body(const std::vector<std::string>& names, std::int64_t created,
                        std::int64_t max_model_len, std::span<const LoraModule> loras) {
  Json data = Json::array();
  for (const std::string& name : names) {
    data.push_back(model_json(names, name, created, max_model_len));
  }
  for (const LoraModule& lora : loras) data.push_back(lora_json(names, lora, created));
  return dump({{"object", "list"}, {"data", std::move(data)}});
}

std::string lora_body(const std::vector<std::string>& names, const LoraModule& lora,
                      std::int64_t created) {
  return dump(lora_json(names, lora, created));
}

std::string model_body(const std::vector<std::string>& names, std::string_view name,
                       std::int64_t created, std::int64_t max_model_len) {
  return dump(model_json(names, name, created, max_model_len));
}

void append_finish(std::string& out, const ResponseHead& head, const GenerationResult& result) {
  out += R"(,"finish_reason":)";
  const bool is_call = head.tool_choice && !head.tool_choice->is_named() &&
                       result.finish_reason == FinishReason::kStop;
  append_json_string(out, is_call ? "tool_calls" : to_string(result.finish_reason));
  // The stop string or the id of the stop token; null when the model ended by itself.
  out += R"(,"stop_reason":)";
  if (result.stop_token) {
    append_json_integer(out, *result.stop_token);
  } else if (result.stop_string.empty()) {
    out += "null";
  } else {
    append_json_string(out, result.stop_string);
  }
}

void append_usage(std::string& out, const Usage& usage) {
  out += R"({"prompt_tokens":)";
  append_json_integer(out, usage.prompt_tokens);
  out += R"(,"total_tokens":)";
  append_json_integer(out, usage.prompt_tokens + usage.completion_tokens);
  out += R"(,"completion_tokens":)";
  append_json_integer(out, usage.completion_tokens);
  if (usage.cached_tokens) {
    out += R"(,"prompt_tokens_details":{"cached_tokens":)";
    append_json_integer(out, *usage.cached_tokens);
    out += '}';
  }
  out += '}';
}

void append_choice_logprobs(std::string& out, const ResponseHead& head, const ChoiceAnswer& choice,
                            const LogprobsText& logprobs, std::int64_t first_offset) {
  if (!head.with_logprobs) {
    out += "null";
    return;
  }
  if (head.kind == ApiKind::kChat) return logprobs.append_chat(out, choice.logprobs);
  std::vector<TokenId> tokens;
  std::vector<std::optional<TokenLogprobs>> values;
  if (choice.echoes_prompt && choice.prompt != nullptr) {
    tokens = *choice.prompt;
    values = choice.result.prompt_logprobs;
    values.resize(tokens.size());
  }
  if (!choice.echoes_alone) {
    tokens.insert(tokens.end(), choice.tokens.begin(), choice.tokens.end());
    values.insert(values.end(), choice.logprobs.begin(), choice.logprobs.end());
  }
  logprobs.append_completion(out, tokens, values, first_offset);
}

std::string result_body(const ResponseHead& head, std::span<const ChoiceAnswer> choices,
                        const Usage& usage, const LogprobsText& logprobs) {
  std::string out = R"({"id":)";
  append_json_string(out, head.id);
  const bool is_chat = head.kind == ApiKind::kChat;
  out += is_chat ? R"(,"object":"chat.completion","created":)"
                 : R"(,"object":"text_completion","created":)";
  append_json_integer(out, head.created);
  out += R"(,"model":)";
  append_json_string(out, head.model);
  out += R"(,"choices":[)";
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) out += ',';
    append_choice(out, head, i, choices[i], logprobs);
  }
  out += R"(],"service_tier":null,"system_fingerprint":null,"usage":)";
  append_usage(out, usage);
  if (is_chat) {
    append_prompt_logprobs(out, choices.front(), logprobs);
    append_ids_or_null(out, "prompt_token_ids",
                       head.return_token_ids ? choices.front().prompt : nullptr);
  }
  out += R"(,"kv_transfer_params":null})";
  return out;
}

}  // namespace inferlab
