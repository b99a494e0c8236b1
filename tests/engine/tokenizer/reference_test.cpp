// The embedded model's tokens as the independent implementation beside the training script has
// them.

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/tokenizer/chat_template.h"
#include "engine/tokenizer/tokenizer.h"

namespace inferlab {
namespace {

const std::string kFolder = INFERLAB_SOURCE_DIR "/assets/model/";

nlohmann::json read_json(const std::string& path) {
  std::ifstream file(path);
  REQUIRE(file.good());
  return nlohmann::json::parse(file);
}

TEST_CASE("Tokenizer: the embedded model's reference texts have the reference tokens") {
  const auto file = GgufFile::open(kFolder + "inferlab-tiny.gguf");
  REQUIRE(file.has_value());
  const auto tokenizer = Tokenizer::load(*file);
  REQUIRE(tokenizer.has_value());
  const auto cases = read_json(kFolder + "reference/tokens.json");
  REQUIRE(cases.size() > 10);
  for (const auto& entry : cases) {
    const auto text = entry.at("text").get<std::string>();
    CAPTURE(text);
    const EncodeOptions options{.add_special = false, .parse_special = entry.at("control")};
    const auto ids = entry.at("ids").get<std::vector<TokenId>>();
    CHECK(tokenizer->encode(text, options) == ids);
    CHECK(tokenizer->decode(ids, {.show_control = true}) == text);
  }
}

TEST_CASE("ChatTemplate: the embedded model's reference chats have the reference tokens") {
  const auto file = GgufFile::open(kFolder + "inferlab-tiny.gguf");
  REQUIRE(file.has_value());
  const auto tokenizer = Tokenizer::load(*file);
  REQUIRE(tokenizer.has_value());
  const auto chat = ChatTemplate::load(*file);
  REQUIRE(chat.has_value());
  int chats = 0;
  for (const auto& entry : read_json(kFolder + "reference/greedy.json")) {
    const auto ids = entry.at("ids").get<std::vector<TokenId>>();
    if (entry.at("kind") != "chat") {
      CHECK(tokenizer->encode(entry.at("text").get<std::string>(), {.add_special = false}) == ids);
      continue;
    }
    std::vector<ChatMessage> messages;
    for (const auto& message : entry.at("messages")) {
      messages.push_back({message.at("role"), message.at("content")});
    }
    const auto rendered = chat->render(*tokenizer, messages);
    REQUIRE(rendered.has_value());
    CHECK(*rendered == ids);
    ++chats;
  }
  CHECK(chats > 0);
}

}  // namespace
}  // namespace inferlab
