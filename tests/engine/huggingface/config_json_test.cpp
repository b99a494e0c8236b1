#include "engine/huggingface/config_json.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "engine/base/check.h"
#include "tests/support/golden.h"

// The vocabulary of tests/golden/config_json:
//   base CLASS MODEL_TYPE   a small configuration of that class; prints what GGUF keys it becomes
//   read [without=FIELD,…] <<END
//                           the base with the fields of this JSON object: prints the keys that
//                           change ("-" before one that goes), or the refusal and its hint
//   text <<END              the whole file, as it is
namespace inferlab::huggingface {
namespace {

using Json = nlohmann::json;
using Keys = std::map<std::string, std::string>;

std::string shown(const GgufFile& file, const GgufValue& value) {
  if (value.type == GgufType::kString) return std::string(*file.text(value.key));
  return fmt::format("{:.7g}", *file.number(value.key));
}

Keys keys_of(const ModelConfig& config) {
  GgufWriter writer;
  config.add_to(writer);
  const auto file = GgufFile::parse(writer.bytes(), "x");
  INFERLAB_CHECK(file.has_value());
  Keys keys;
  for (const GgufValue& value : file->values()) {
    keys[std::string(value.key)] = shown(*file, value);
  }
  keys["(tied embeddings)"] = config.tied_embeddings ? "yes" : "no";
  keys["(attention biases)"] = config.has_attention_bias ? "yes" : "no";
  return keys;
}

std::string refusal(const Error& error) {
  return "error: " + error.message + "\n" +
         (error.hint.empty() ? "" : "hint: " + error.hint + "\n");
}

class ConfigWorld final : public testing::GoldenWorld {
 public:
  std::string run(const testing::GoldenCommand& command) override {
    if (command.name == "base") return base(command);
    if (command.name == "read") return read(command);
    if (command.name == "text") return text(command);
    return command.place + ": unknown command\n";
  }

 private:
  std::string base(const testing::GoldenCommand& command) {
    base_ = {{"architectures", {command.words.at(0)}},
             {"model_type", command.words.at(1)},
             {"vocab_size", 512},
             {"hidden_size", 64},
             {"intermediate_size", 96},
             {"num_hidden_layers", 2},
             {"num_attention_heads", 4},
             {"num_key_value_heads", 2},
             {"max_position_embeddings", 4096},
             {"rms_norm_eps", 1e-5},
             {"hidden_act", "silu"}};
    const auto config = ModelConfig::parse(base_.dump(), "config.json");
    if (!config) return refusal(config.error());
    keys_ = keys_of(*config);
    std::string out;
    for (const auto& [key, value] : keys_) out += key + " = " + value + "\n";
    return out;
  }

  std::string read(const testing::GoldenCommand& command) {
    Json json = base_;
    std::string without = command.get("without");
    while (!without.empty()) {
      json.erase(without.substr(0, without.find(',')));
      without.erase(
          0, without.find(',') == std::string::npos ? without.size() : without.find(',') + 1);
    }
    if (!command.text.empty()) {
      const Json fields = Json::parse(command.text);
      for (const auto& [name, value] : fields.items()) json[name] = value;
    }
    const auto config = ModelConfig::parse(json.dump(), "config.json");
    if (!config) return refusal(config.error());
    const Keys keys = keys_of(*config);
    std::string out;
    for (const auto& [key, value] : keys) {
      const auto before = keys_.find(key);
      if (before == keys_.end() || before->second != value) out += key + " = " + value + "\n";
    }
    for (const auto& [key, value] : keys_) {
      if (!keys.contains(key)) out += "-" + key + "\n";
    }
    return out.empty() ? "the same\n" : out;
  }

  static std::string text(const testing::GoldenCommand& command) {
    const auto config = ModelConfig::parse(command.text, "config.json");
    return config ? "taken\n" : refusal(config.error());
  }

  Json base_;
  Keys keys_;
};

TEST_CASE("config.json: golden cases") {
  const auto make = [] { return std::make_unique<ConfigWorld>(); };
  for (const std::string& failure : testing::run_golden_cases("config_json", make)) {
    FAIL_CHECK(failure);
  }
}

TEST_CASE("config.json: a long, deep or unfinished text is refused") {
  const auto refusal_of = [](const std::string& text) {
    const auto config = ModelConfig::parse(text, "x");
    REQUIRE_FALSE(config.has_value());
    CHECK(config.error().kind == ErrorKind::kInvalid);
    return config.error().message;
  };
  CHECK(refusal_of("") == "x: is no JSON object");
  CHECK(refusal_of("[]") == "x: is no JSON object");
  CHECK(refusal_of("{\"a\": 1") == "x: is no JSON object");
  CHECK(refusal_of(std::string((1 << 20) + 1, ' ')) == "x: has 1048577 bytes, more than 1048576");
  CHECK(refusal_of("{\"a\":" + std::string(500'000, '[')).starts_with("x: is "));
  CHECK(refusal_of("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}") ==
        "x: is nested too deep");
  CHECK(refusal_of("{\"a\": 1, \"\\u001b\": 2, \"\\u001b\": 3}") == "x: ?: is there twice");
  CHECK(refusal_of("{\"a\": 1e999}") == "x: is no JSON object");
}

}  // namespace
}  // namespace inferlab::huggingface
