#include "engine/serve/api_request.h"

#include <fmt/format.h>

#include <cmath>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace inferlab {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxStopStrings = 64;
constexpr std::size_t kMaxStopBytes = 4096;
constexpr std::size_t kMaxStopTokens = 1024;

/// Nesting of a text before it is parsed: nine million "[" would cost hundreds of megabytes.
bool too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

/// Takes fields out of the body. The first error stays; what is read after it does not matter.
class Reader {
 public:
  explicit Reader(const Json& body) : body_(body) {}

  [[nodiscard]] const std::optional<ApiError>& error() const { return error_; }

  void fail(std::string param, const std::string& why) {
    if (error_) return;
    error_ = ApiError{.status = 400, .message = param + ": " + why, .param = std::move(param)};
  }
  void wrong_type(std::string param, std::string_view wanted, const Json& value) {
    fail(std::move(param), fmt::format("must be {}, got {}", wanted, value.type_name()));
  }

  /// Null for absent and for null.
  [[nodiscard]] const Json* find(const char* name) const {
    const auto found = body_.find(name);
    return found == body_.end() || found->is_null() ? nullptr : &*found;
  }

  std::string text(const char* name) {
    const Json* value = find(name);
    if (value == nullptr) return {};
    if (value->is_string()) return value->get<std::string>();
    wrong_type(name, "a string", *value);
    return {};
  }
  bool flag(const char* name) {
    const Json* value = find(name);
    if (value == nullptr) return false;
    if (value->is_boolean()) return value->get<bool>();
    wrong_type(name, "true or false", *value);
    return false;
  }
  std::optional<std::int64_t> integer(const char* name) {
    const Json* value = find(name);
    return value == nullptr ? std::nullopt : integer(name, *value);
  }
  std::optional<std::int64_t> integer(const std::string& name, const Json& value) {
    if (value.is_number_float()) {
      const double number = value.get<double>();
      // 9e15 is below 2^53: beyond it a double says nothing exact.
      if (number == std::floor(number) && std::abs(number) < 9e15) {
        return static_cast<std::int64_t>(number);
      }
    }
    const bool fits = value.is_number_unsigned()
                          ? value.get<std::uint64_t>() <=
                                static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
                          : value.is_number_integer();
    if (fits) return value.get<std::int64_t>();
    if (value.is_number()) {
      fail(name, "must be an integer of 64 bits, got " + value.dump());
    } else {
      wrong_type(name, "an integer", value);
    }
    return std::nullopt;
  }
  std::optional<double> number(const char* name) {
    const Json* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_number()) return value->get<double>();
    wrong_type(name, "a number", *value);
    return std::nullopt;
  }

 private:
  const Json& body_;
  std::optional<ApiError> error_;
};

/// The text of a message: a string, or an array of {"type": "text", "text": …}.
std::string message_content(Reader& reader, const std::string& place, const Json& message) {
  const auto content = message.find("content");
  if (content == message.end() || content->is_null()) return {};
  if (content->is_string()) return content->get<std::string>();
  if (!content->is_array()) {
    reader.wrong_type(place + ".content", "a string or an array of parts", *content);
    return {};
  }
  std::string text;
  for (const Json& part : *content) {
    if (!part.is_object() || !part.contains("type") || part["type"] != "text" ||
        !part.contains("text") || !part["text"].is_string()) {
      reader.fail(place + ".content", "only text parts are supported by this model");
      return {};
    }
    if (!text.empty()) text += '\n';  // parts are lines, as in vLLM
    text += part["text"].get<std::string>();
  }
  return text;
}

void read_messages(Reader& reader, ApiRequest& request) {
  const Json* messages = reader.find("messages");
  if (messages == nullptr) return reader.fail("messages", "is missing");
  if (!messages->is_array()) return reader.wrong_type("messages", "an array", *messages);
  if (messages->empty()) return reader.fail("messages", "must have at least one message");
  for (std::size_t i = 0; i < messages->size(); ++i) {
    const Json& message = (*messages)[i];
    const std::string place = fmt::format("messages[{}]", i);
    if (!message.is_object()) return reader.wrong_type(place, "an object", message);
    const auto role = message.find("role");
    if (role == message.end()) return reader.fail(place + ".role", "is missing");
    if (!role->is_string()) return reader.wrong_type(place + ".role", "a string", *role);
    request.messages.push_back({role->get<std::string>(), message_content(reader, place, message)});
  }
}

void read_prompt(Reader& reader, ApiRequest& request) {
  const Json* prompt = reader.find("prompt");
  if (prompt == nullptr) return reader.fail("prompt", "is missing");
  // An array of one prompt is that prompt.
  if (prompt->is_array() && prompt->size() == 1 &&
      ((*prompt)[0].is_string() || (*prompt)[0].is_array())) {
    prompt = &(*prompt)[0];
  }
  if (prompt->is_string()) {
    request.prompt_text = prompt->get<std::string>();
    return;
  }
  if (!prompt->is_array()) {
    return reader.wrong_type("prompt", "a string, an array of one string or an array of token ids",
                             *prompt);
  }
  if (prompt->empty()) return reader.fail("prompt", "is empty");
  std::vector<TokenId> ids;
  ids.reserve(prompt->size());
  for (const Json& value : *prompt) {
    if (value.is_string() || value.is_array()) {
      return reader.fail("prompt", "several prompts in one request are not supported: send one");
    }
    const std::optional<std::int64_t> id = reader.integer("prompt", value);
    if (!id) return;
    if (*id < 0 || *id > std::numeric_limits<TokenId>::max()) {
      return reader.fail("prompt", fmt::format("token id {} is out of the vocabulary", *id));
    }
    ids.push_back(static_cast<TokenId>(*id));
  }
  request.prompt_ids = std::move(ids);
}

void read_stop(Reader& reader, ApiRequest& request) {
  const Json* stop = reader.find("stop");
  if (stop == nullptr) return;
  if (stop->is_string()) {
    request.stop.push_back(stop->get<std::string>());
  } else if (stop->is_array()) {
    if (stop->size() > kMaxStopStrings) {
      return reader.fail("stop", fmt::format("at most {} strings", kMaxStopStrings));
    }
    for (const Json& value : *stop) {
      if (!value.is_string()) return reader.wrong_type("stop", "an array of strings", value);
      request.stop.push_back(value.get<std::string>());
    }
  } else {
    return reader.wrong_type("stop", "a string or an array of strings", *stop);
  }
  for (const std::string& text : request.stop) {
    if (text.empty()) reader.fail("stop", "must not hold an empty string");
    if (text.size() > kMaxStopBytes) {
      reader.fail("stop", fmt::format("a string of more than {} bytes", kMaxStopBytes));
    }
  }
}

void read_sampling(Reader& reader, ApiRequest& request) {
  SamplingParams& sampling = request.sampling;
  if (const auto value = reader.number("temperature")) {
    if (!(*value >= 0 && *value <= 2)) {
      reader.fail("temperature", fmt::format("must be in [0, 2], got {}", *value));
    }
    sampling.temperature = static_cast<float>(*value);
  }
  if (const auto value = reader.number("top_p")) {
    if (!(*value > 0 && *value <= 1)) {
      reader.fail("top_p", fmt::format("must be in (0, 1], got {}", *value));
    }
    sampling.top_p = static_cast<float>(*value);
  }
  if (const auto value = reader.integer("top_k")) {
    if (*value < -1 || *value > std::numeric_limits<std::int32_t>::max()) {
      reader.fail("top_k", fmt::format("must be -1 or 0 (all) or at least 1, got {}", *value));
    } else {
      sampling.top_k = static_cast<std::int32_t>(*value);
    }
  }
  if (const auto value = reader.integer("seed")) {
    request.has_seed = true;
    sampling.seed = static_cast<std::uint64_t>(*value);
  }
}

void read_limits(Reader& reader, ApiRequest& request) {
  // max_tokens is the older name; the newer one wins where both stand.
  for (const char* name : {"max_tokens", "max_completion_tokens"}) {
    const auto value = reader.integer(name);
    if (!value) continue;
    if (*value < 1) reader.fail(name, fmt::format("must be at least 1, got {}", *value));
    request.max_tokens = value;
  }
  // The completions API says 16; a chat goes on until the model ends it.
  if (!request.max_tokens && request.kind == ApiKind::kCompletion) request.max_tokens = 16;
  if (const auto value = reader.integer("priority")) {
    constexpr std::int64_t kMost = 1'000'000;
    if (*value < -kMost || *value > kMost) reader.fail("priority", "is out of range");
    request.priority = static_cast<std::int32_t>(*value);
  }
}

void read_stream(Reader& reader, ApiRequest& request) {
  request.stream = reader.flag("stream");
  const Json* options = reader.find("stream_options");
  if (options == nullptr) return;
  if (!options->is_object()) return reader.wrong_type("stream_options", "an object", *options);
  if (!request.stream) return reader.fail("stream_options", "needs stream to be true");
  const auto flag = [&](const char* name) {
    const auto value = options->find(name);
    if (value == options->end() || value->is_null()) return false;
    if (value->is_boolean()) return value->get<bool>();
    reader.wrong_type(fmt::format("stream_options.{}", name), "true or false", *value);
    return false;
  };
  request.include_usage = flag("include_usage");
  if (flag("continuous_usage_stats")) {
    reader.fail("stream_options.continuous_usage_stats", "is not supported");
  }
}

void read_stop_tokens(Reader& reader, ApiRequest& request) {
  request.include_stop = reader.flag("include_stop_str_in_output");
  if (const auto value = reader.integer("min_tokens")) {
    if (*value < 0) {
      reader.fail("min_tokens", fmt::format("must be greater than or equal to 0, got {}", *value));
    }
    request.min_tokens = *value;
  }
  const Json* ids = reader.find("stop_token_ids");
  if (ids == nullptr) return;
  if (!ids->is_array()) return reader.wrong_type("stop_token_ids", "an array of token ids", *ids);
  if (ids->size() > kMaxStopTokens) {
    return reader.fail("stop_token_ids", fmt::format("at most {} ids", kMaxStopTokens));
  }
  for (const Json& value : *ids) {
    const std::optional<std::int64_t> id = reader.integer("stop_token_ids", value);
    if (!id) return;
    if (*id < 0 || *id > std::numeric_limits<TokenId>::max()) {
      return reader.fail("stop_token_ids",
                         fmt::format("token id {} is out of the vocabulary", *id));
    }
    request.stop_token_ids.push_back(static_cast<TokenId>(*id));
  }
}

/// Fields that change what the answer must be and that the engine does not have, each with the
/// value that asks for nothing; null always does. Sources: the OpenAI API reference; vLLM's
/// documentation, "OpenAI-Compatible Server", extra parameters.
struct Unsupported {
  const char* name;
  const char* neutral;  // JSON
};
constexpr Unsupported kUnsupported[] = {
    {"n", "1"},
    {"best_of", "1"},
    {"presence_penalty", "0"},
    {"frequency_penalty", "0"},
    {"repetition_penalty", "1"},
    {"min_p", "0"},
    {"top_logprobs", "0"},
    {"logprobs", "false"},  // completions: 0 already asks for the sampled token's
    {"prompt_logprobs", "null"},
    {"logit_bias", "{}"},
    {"logits_processors", "[]"},
    {"allowed_token_ids", "null"},
    {"bad_words", "[]"},
    {"echo", "false"},
    {"suffix", "\"\""},
    {"use_beam_search", "false"},
    {"tools", "[]"},
    {"functions", "[]"},
    {"tool_choice", "\"none\""},
    {"function_call", "\"none\""},
    {"modalities", "[\"text\"]"},
    {"guided_json", "null"},
    {"guided_regex", "null"},
    {"guided_choice", "null"},
    {"guided_grammar", "null"},
    {"structured_outputs", "{}"},
    {"truncate_prompt_tokens", "null"},
    {"skip_special_tokens", "true"},
    {"spaces_between_special_tokens", "true"},
    {"return_tokens_as_token_ids", "false"},
    {"return_token_ids", "false"},
    {"prompt_embeds", "null"},
    {"add_generation_prompt", "true"},
    {"continue_final_message", "false"},
    {"chat_template", "null"},
    {"chat_template_kwargs", "{}"},
    {"documents", "[]"},
};

void refuse_unsupported(Reader& reader) {
  for (const Unsupported& row : kUnsupported) {
    const Json* value = reader.find(row.name);
    if (value == nullptr) continue;
    const Json neutral = Json::parse(row.neutral);
    if (*value == neutral) continue;
    if (value->is_number() && neutral.is_number()) {
      reader.fail(row.name,
                  fmt::format("only {} is supported, got {}", row.neutral, value->dump()));
    } else if (neutral.is_number()) {
      reader.wrong_type(row.name, "a number", *value);
    } else if (neutral == Json(true)) {
      reader.fail(row.name, "only true is supported");
    } else {
      reader.fail(row.name, "is not supported");
    }
  }
  // BOS comes before a completion's text where the model wants it; a chat's template has its own.
  const bool adds_special_tokens = reader.find("messages") == nullptr;
  if (const Json* value = reader.find("add_special_tokens"); value != nullptr) {
    if (*value != Json(adds_special_tokens)) {
      reader.fail("add_special_tokens", fmt::format("only {} is supported", adds_special_tokens));
    }
  }
  const Json* format = reader.find("response_format");
  if (format != nullptr &&
      !(format->is_object() && format->contains("type") && (*format)["type"] == "text")) {
    reader.fail("response_format", "only {\"type\": \"text\"} is supported");
  }
}

std::variant<ApiRequest, ApiError> read_body(ApiKind kind, const Json& body) {
  if (!body.is_object()) {
    return ApiError{.message =
                        fmt::format("body: must be a JSON object, got {}", body.type_name())};
  }
  Reader reader(body);
  ApiRequest request;
  request.kind = kind;
  request.model = reader.text("model");
  if (kind == ApiKind::kChat) {
    read_messages(reader, request);
  } else {
    read_prompt(reader, request);
  }
  read_limits(reader, request);
  read_sampling(reader, request);
  read_stop(reader, request);
  read_stop_tokens(reader, request);
  read_stream(reader, request);
  request.ignore_eos = reader.flag("ignore_eos");
  refuse_unsupported(reader);
  if (reader.error()) return *reader.error();
  return request;
}

}  // namespace

std::variant<ApiRequest, ApiError> parse_api_request(ApiKind kind, std::string_view body) {
  if (too_deep(body)) {
    return ApiError{.message = fmt::format("body: is nested deeper than {} levels", kMaxDepth)};
  }
  try {
    return read_body(kind, Json::parse(body));
  } catch (const Json::parse_error& error) {
    return ApiError{.message =
                        fmt::format("body: is not valid JSON: error at byte {}", error.byte)};
  } catch (const Json::exception&) {  // a number beyond a double
    return ApiError{.message = "body: holds a number out of range"};
  }
}

}  // namespace inferlab
