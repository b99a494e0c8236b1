#include "engine/serve/api_response.h"

#include <nlohmann/json.hpp>

namespace inferlab {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json usage_json(const GenerationResult& result) {
  return {{"prompt_tokens", result.num_prompt_tokens},
          {"total_tokens", result.num_prompt_tokens + result.num_output_tokens},
          {"completion_tokens", result.num_output_tokens}};
}

/// The stop string or the id of the stop token; null when the model ended by itself.
Json stop_reason_json(const GenerationResult& result) {
  if (result.stop_token) return *result.stop_token;
  return result.stop_string.empty() ? Json(nullptr) : Json(result.stop_string);
}

Json chunk_json(const ResponseHead& head, Json choices) {
  Json json = {
      {"id", head.id},
      {"object", head.kind == ApiKind::kChat ? "chat.completion.chunk" : "text_completion"},
      {"created", head.created},
      {"model", head.model},
      {"choices", std::move(choices)}};
  if (head.include_usage) json["usage"] = nullptr;
  return json;
}

Json choice_json(const ResponseHead& head, Json delta_or_text, const GenerationResult* result) {
  Json choice = {{"index", 0}};
  choice[head.kind == ApiKind::kChat ? "delta" : "text"] = std::move(delta_or_text);
  choice["logprobs"] = nullptr;
  choice["finish_reason"] =
      result == nullptr ? Json(nullptr) : Json(std::string(to_string(result->finish_reason)));
  if (result != nullptr) choice["stop_reason"] = stop_reason_json(*result);
  return choice;
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
                        std::int64_t max_model_len) {
  Json data = Json::array();
  for (const std::string& name : names) {
    data.push_back({{"id", name},
                    {"object", "model"},
                    {"created", created},
                    {"owned_by", "inferlab"},
                    {"root", names.front()},
                    {"parent", nullptr},
                    {"max_model_len", max_model_len}});
  }
  return dump({{"object", "list"}, {"data", std::move(data)}});
}

std::string result_body(const ResponseHead& head, std::string_view text,
                        const GenerationResult& result) {
  Json choice = {{"index", 0}};
  if (head.kind == ApiKind::kChat) {
    choice["message"] = {{"role", "assistant"}, {"content", std::string(text)}};
  } else {
    choice["text"] = std::string(text);
  }
  choice["logprobs"] = nullptr;
  choice["finish_reason"] = std::string(to_string(result.finish_reason));
  choice["stop_reason"] = stop_reason_json(result);
  return dump({{"id", head.id},
               {"object", head.kind == ApiKind::kChat ? "chat.completion" : "text_completion"},
               {"created", head.created},
               {"model", head.model},
               {"choices", Json::array({std::move(choice)})},
               {"usage", usage_json(result)}});
}

std::string role_chunk(const ResponseHead& head) {
  return dump(chunk_json(
      head, Json::array({choice_json(head, {{"role", "assistant"}, {"content", ""}}, nullptr)})));
}

std::string text_chunk(const ResponseHead& head, std::string_view text) {
  Json piece =
      head.kind == ApiKind::kChat ? Json{{"content", std::string(text)}} : Json(std::string(text));
  return dump(chunk_json(head, Json::array({choice_json(head, std::move(piece), nullptr)})));
}

std::string end_chunk(const ResponseHead& head, const GenerationResult& result) {
  Json piece = head.kind == ApiKind::kChat ? Json::object() : Json("");
  return dump(chunk_json(head, Json::array({choice_json(head, std::move(piece), &result)})));
}

std::string usage_chunk(const ResponseHead& head, const GenerationResult& result) {
  Json json = chunk_json(head, Json::array());
  json["usage"] = usage_json(result);
  return dump(json);
}

std::string sse(std::string_view json) {
  return "data: " + std::string(json) + "\n\n";
}

}  // namespace inferlab
