#include "engine/serve/embedding_request.h"

#include <fmt/format.h>

#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/serve/json_reader.h"

namespace inferlab {
namespace {

using Json = nlohmann::json;

/// Of one request, as the OpenAI API has it.
constexpr std::size_t kMaxInputs = 2048;
constexpr std::size_t kMaxSaltBytes = 1024;

std::optional<std::int64_t> integer(JsonReader& reader, const char* name, std::int64_t least,
                                    std::int64_t most) {
  const std::optional<std::int64_t> number = reader.integer(name);
  if (!number || (*number >= least && *number <= most)) return number;
  reader.fail(name, fmt::format("must be {} to {}, got {}", least, most, *number));
  return std::nullopt;
}

std::optional<bool> flag(JsonReader& reader, const char* name) {
  if (reader.find(name) == nullptr) return std::nullopt;
  return reader.flag(name);
}

/// One of `words`, the first where there is none.
std::string_view word(JsonReader& reader, const char* name,
                      std::initializer_list<std::string_view> words) {
  const std::string given = reader.text(name);
  if (given.empty()) return *words.begin();
  std::string all;
  for (const std::string_view known : words) {
    if (known == given) return known;
    all += fmt::format("{}'{}'", all.empty() ? "" : " or ", known);
  }
  reader.fail(name, fmt::format("Input should be {}", all));
  return *words.begin();
}

std::vector<TokenId> read_ids(JsonReader& reader, const Json& list) {
  const auto ids = reader.token_ids("input", list, std::numeric_limits<std::size_t>::max());
  return ids ? *ids : std::vector<TokenId>();
}

void read_input(JsonReader& reader, EmbeddingApiRequest& request) {
  const Json* input = reader.find("input");
  if (input == nullptr) {
    return reader.fail("input", reader.find("messages") != nullptr
                                    ? "is missing: messages are not supported"
                                    : "is missing");
  }
  if (input->is_string()) {
    request.inputs.emplace_back(input->get<std::string>());
    return;
  }
  if (!input->is_array()) {
    return reader.fail("input", fmt::format("must be a string, a list of strings, a list of token "
                                            "ids or a list of such lists, got {}",
                                            input->type_name()));
  }
  if (input->empty()) return reader.fail("input", "You must pass at least one prompt");
  if (input->front().is_number()) {
    request.inputs.emplace_back(read_ids(reader, *input));
    return;
  }
  if (input->size() > kMaxInputs) {
    return reader.fail("input", fmt::format("at most {} inputs in one request", kMaxInputs));
  }
  for (const Json& one : *input) {
    if (one.type() != input->front().type() || (!one.is_string() && !one.is_array())) {
      return reader.fail("input", "must be all strings, all token ids or all lists of token ids");
    }
    if (one.is_string()) {
      request.inputs.emplace_back(one.get<std::string>());
    } else {
      request.inputs.emplace_back(read_ids(reader, one));
    }
    if (reader.error()) return;
  }
}

void read_output(JsonReader& reader, EmbeddingApiRequest& request) {
  request.as_base64 = word(reader, "encoding_format", {"float", "base64"}) == "base64";
  word(reader, "embed_dtype", {"float32"});
  request.big_endian = word(reader, "endianness", {"native", "little", "big"}) == "big";
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  if (const auto value = integer(reader, "dimensions", -kMost, kMost)) {
    request.pooling.dimensions = static_cast<std::int32_t>(*value);
  }
  // The newer name wins where both stand.
  for (const char* name : {"normalize", "use_activation"}) {
    if (const auto value = flag(reader, name)) request.pooling.normalize = value;
  }
}

void read_prompt_options(JsonReader& reader, EmbeddingApiRequest& request) {
  request.add_special_tokens = reader.flag("add_special_tokens", true);
  request.truncate_prompt_tokens =
      integer(reader, "truncate_prompt_tokens", -1, std::numeric_limits<std::int64_t>::max());
  if (request.truncate_prompt_tokens == 0) {
    reader.fail("truncate_prompt_tokens", "must be -1 or at least 1, got 0");
  }
  request.truncate_left = word(reader, "truncation_side", {"right", "left"}) == "left";
  constexpr std::int64_t kMostPriority = 1'000'000;
  if (const auto value = integer(reader, "priority", -kMostPriority, kMostPriority)) {
    request.priority = static_cast<std::int32_t>(*value);
  }
  request.cache_salt = reader.text("cache_salt");
  if (request.cache_salt.size() > kMaxSaltBytes) {
    reader.fail("cache_salt", fmt::format("has more than {} bytes", kMaxSaltBytes));
  }
}

}  // namespace

std::variant<EmbeddingApiRequest, ApiError> parse_embedding_request(std::string_view body) {
  const auto parsed = parse_json_object(body);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return *error;
  JsonReader reader(std::get<Json>(parsed));
  EmbeddingApiRequest request;
  request.model = reader.text("model");
  reader.text("user");
  request.request_id = reader.text("request_id");
  read_input(reader, request);
  read_output(reader, request);
  read_prompt_options(reader, request);
  if (reader.error()) return *reader.error();
  return request;
}

}  // namespace inferlab
