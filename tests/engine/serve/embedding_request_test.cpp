// What a body of POST /v1/embeddings may say, and what an answer looks like.
#include "engine/serve/embedding_request.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/rng.h"
#include "engine/serve/embedding_response.h"

namespace inferlab {
namespace {

using Json = nlohmann::json;

EmbeddingApiRequest read(const std::string& body) {
  const auto parsed = parse_embedding_request(body);
  if (const auto* error = std::get_if<ApiError>(&parsed)) FAIL(body << ": " << error->message);
  return std::get<EmbeddingApiRequest>(parsed);
}

const std::vector<TokenId>& ids_of(const EmbeddingInput& input) {
  return std::get<std::vector<TokenId>>(input);
}

}  // namespace

TEST_CASE("embedding request: the forms of input") {
  CHECK(std::get<std::string>(read(R"({"input": "a text"})").inputs.at(0)) == "a text");
  CHECK(std::get<std::string>(read(R"({"input": ""})").inputs.at(0)).empty());
  const auto texts = read(R"({"input": ["one", "two"]})").inputs;
  REQUIRE(texts.size() == 2);
  CHECK(std::get<std::string>(texts[1]) == "two");
  const auto ids = read(R"({"input": [3, 1, 2]})").inputs;
  REQUIRE(ids.size() == 1);
  CHECK(ids_of(ids[0]) == std::vector<TokenId>{3, 1, 2});
  const auto lists = read(R"({"input": [[3], [1, 2], []]})").inputs;
  REQUIRE(lists.size() == 3);
  CHECK(ids_of(lists[1]) == std::vector<TokenId>{1, 2});
  CHECK(ids_of(lists[2]).empty());  // the engine says so, which knows the words
}

TEST_CASE("embedding request: fields and their defaults") {
  const EmbeddingApiRequest plain = read(R"({"input": "a"})");
  CHECK(plain.model.empty());
  CHECK_FALSE(plain.as_base64);
  CHECK_FALSE(plain.big_endian);
  CHECK(plain.add_special_tokens);
  CHECK_FALSE(plain.truncate_prompt_tokens);
  CHECK_FALSE(plain.truncate_left);
  CHECK_FALSE(plain.pooling.dimensions);
  CHECK_FALSE(plain.pooling.normalize);
  CHECK(plain.priority == 0);
  const EmbeddingApiRequest full = read(
      R"({"input": "a", "model": "m", "user": "u", "encoding_format": "base64", "dimensions": 32,
          "truncate_prompt_tokens": -1, "truncation_side": "left", "add_special_tokens": false,
          "priority": -3, "cache_salt": "s", "normalize": true, "use_activation": false,
          "embed_dtype": "float32", "endianness": "big", "whatever": {"is": "ignored"}})");
  CHECK(full.model == "m");
  CHECK(full.as_base64);
  CHECK(full.big_endian);
  CHECK(full.pooling.dimensions == 32);
  CHECK(full.truncate_prompt_tokens == -1);
  CHECK(full.truncate_left);
  CHECK_FALSE(full.add_special_tokens);
  CHECK(full.priority == -3);
  CHECK(full.cache_salt == "s");
  CHECK(full.pooling.normalize == false);  // the newer of the two names
  const EmbeddingApiRequest nulls = read(
      R"({"input": "a", "model": null, "encoding_format": null, "dimensions": null,
          "truncate_prompt_tokens": null, "user": null})");
  CHECK_FALSE(nulls.as_base64);
  CHECK_FALSE(nulls.pooling.dimensions);
}

TEST_CASE("embedding request: what is refused, and why") {
  const std::pair<std::string, std::string> rows[] = {
      {"", "body: is not valid JSON: error at byte"},
      {"{\"input\": \"a\"", "body: is not valid JSON"},
      {"[]", "body: must be a JSON object, got array"},
      {"\"a\"", "body: must be a JSON object, got string"},
      {"{}", "input: is missing"},
      {R"({"input": null})", "input: is missing"},
      {R"({"messages": [{"role": "user", "content": "a"}]})", "messages are not supported"},
      {R"({"input": []})", "input: You must pass at least one prompt"},
      {R"({"input": 7})", "input: must be a string, a list of strings"},
      {R"({"input": {"a": 1}})", "input: must be a string, a list of strings"},
      {R"({"input": ["a", 7]})", "input: must be all strings"},
      {R"({"input": ["a", ["b"]]})", "input: must be all strings"},
      {R"({"input": [[1], "a"]})", "input: must be all strings"},
      {R"({"input": [[1], 2]})", "input: must be all strings"},
      {R"({"input": [{"text": "a"}]})", "input: must be all strings"},
      {R"({"input": [1, "a"]})", "input: must be an integer, got string"},
      {R"({"input": [1, [2]]})", "input: must be an integer, got array"},
      {R"({"input": [1.5]})", "input: must be an integer of 64 bits, got 1.5"},
      {R"({"input": [-1]})", "input: token id -1 is out of the vocabulary"},
      {R"({"input": [4294967296]})", "input: token id 4294967296 is out of the vocabulary"},
      {R"({"input": [18446744073709551615]})", "got 18446744073709551615"},
      {R"({"input": [1e400]})", "body: "},
      {R"({"input": [[["a"]]]})", "input: must be an integer, got array"},
      {R"({"input": "a", "model": 5})", "model: must be a string, got number"},
      {R"({"input": "a", "user": []})", "user: must be a string, got array"},
      {R"({"input": "a", "encoding_format": "hex"})",
       "encoding_format: Input should be 'float' or 'base64'"},
      {R"({"input": "a", "encoding_format": 5})", "encoding_format: must be a string"},
      {R"({"input": "a", "embed_dtype": "fp8_e4m3"})", "embed_dtype: Input should be 'float32'"},
      {R"({"input": "a", "endianness": "middle"})",
       "endianness: Input should be 'native' or 'little' or 'big'"},
      {R"({"input": "a", "dimensions": "8"})", "dimensions: must be an integer, got string"},
      {R"({"input": "a", "dimensions": 8.5})", "dimensions: must be an integer"},
      {R"({"input": "a", "dimensions": 9999999999})", "dimensions: must be"},
      {R"({"input": "a", "truncate_prompt_tokens": -2})", "truncate_prompt_tokens: must be -1 to"},
      {R"({"input": "a", "truncate_prompt_tokens": 0})", "truncate_prompt_tokens: must be -1 or"},
      {R"({"input": "a", "truncation_side": "both"})",
       "truncation_side: Input should be 'right' or 'left'"},
      {R"({"input": "a", "add_special_tokens": 1})", "add_special_tokens: must be true or false"},
      {R"({"input": "a", "normalize": "yes"})", "normalize: must be true or false"},
      {R"({"input": "a", "priority": "high"})", "priority: must be an integer"},
      {R"({"input": "a", "priority": 10000000})", "priority: must be -1000000 to 1000000"},
      {R"({"input": "a", "cache_salt": ")" + std::string(1025, 's') + R"("})", "cache_salt: has"},
      {"{\"input\": " + std::string(100, '[') + std::string(100, ']') + "}", "nested deeper than"},
      {"{\"input\": " + std::string(1'000'000, '['), "nested deeper than"},
      {"{\"input\": \"\xff\xfe\"}", "body: is not valid JSON"},
  };
  for (const auto& [body, why] : rows) {
    CAPTURE(body.substr(0, 100), why);
    const auto parsed = parse_embedding_request(body);
    const auto* error = std::get_if<ApiError>(&parsed);
    REQUIRE(error != nullptr);
    CHECK(error->status == 400);
    CAPTURE(error->message);
    CHECK(error->message.find(why) != std::string::npos);
  }
  std::string many = "{\"input\": [\"a\"";
  for (int i = 0; i < 2048; ++i) many += ",\"a\"";
  const auto parsed = parse_embedding_request(many + "]}");
  REQUIRE(std::get_if<ApiError>(&parsed) != nullptr);
  CHECK(std::get<ApiError>(parsed).message == "input: at most 2048 inputs in one request");
}

TEST_CASE("embedding request: cut, doubled and changed bodies end in an answer or an error") {
  const std::string body =
      R"({"input": [[1, 2], [3]], "model": "m", "encoding_format": "base64", "dimensions": 4})";
  Rng rng(7, "embedding_request_test", "mutations");
  int num_read = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string changed = body;
    for (std::uint64_t n = 1 + rng.below(4); n > 0; --n) {
      const std::size_t at = rng.below(changed.size());
      switch (rng.below(3)) {
        case 0:
          changed[at] = static_cast<char>(rng.below(256));
          break;
        case 1:
          changed.erase(at, 1 + rng.below(3));
          break;
        default:
          changed.insert(at, changed.substr(rng.below(changed.size()), rng.below(8)));
      }
      if (changed.empty()) changed = "{";
    }
    const auto parsed = parse_embedding_request(changed);
    if (const auto* error = std::get_if<ApiError>(&parsed)) {
      REQUIRE_FALSE(error->message.empty());
    } else {
      ++num_read;
      REQUIRE_FALSE(std::get<EmbeddingApiRequest>(parsed).inputs.empty());
    }
  }
  CHECK(num_read > 0);
}

TEST_CASE("embedding response: base64 of the floats' bytes") {
  // 1.0F is 3f800000, -2.5F is c0200000.
  CHECK(base64_floats({}, false).empty());
  CHECK(base64_floats(std::vector{1.0F}, false) == "AACAPw==");
  CHECK(base64_floats(std::vector{1.0F, -2.5F}, false) == "AACAPwAAIMA=");
  CHECK(base64_floats(std::vector{1.0F, -2.5F, 0.0F}, false) == "AACAPwAAIMAAAAAA");
  CHECK(base64_floats(std::vector{1.0F}, true) == "P4AAAA==");
}

TEST_CASE("embedding response: JSON in the shape of the OpenAI API") {
  const std::vector<float> values = {0.1F, -1.5e-9F, 0.333333343F};
  EmbeddingResponse response{.id = "embd-1",
                             .model = "a \"model\"\xff",
                             .created = 7,
                             .embeddings = {values, {1.0F}},
                             .num_prompt_tokens = 5};
  const Json body = Json::parse(embedding_body(response));
  CHECK(body["object"] == "list");
  CHECK(body["id"] == "embd-1");
  CHECK(body["created"] == 7);
  CHECK(body["model"] == "a \"model\"\xEF\xBF\xBD");
  CHECK(body["usage"]["prompt_tokens"] == 5);
  CHECK(body["usage"]["total_tokens"] == 5);
  CHECK(body["usage"]["completion_tokens"] == 0);
  REQUIRE(body["data"].size() == 2);
  CHECK(body["data"][1]["index"] == 1);
  CHECK(body["data"][0]["object"] == "embedding");
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(body["data"][0]["embedding"][i].get<float>() == values[i]);  // to the bit
  }
  response.as_base64 = true;
  CHECK(Json::parse(embedding_body(response))["data"][1]["embedding"] == "AACAPw==");
}

}  // namespace inferlab
