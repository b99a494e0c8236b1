// tokenizer.json, tokenizer_config.json and a text: what is translated loads or is refused, and
// what loads makes tokens of the text that decode to valid UTF-8.
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/huggingface/tokenizer_json.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/tokenizer/utf8.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_tokenizer(std::string_view bytes) {
  TokenizerFiles files;
  files.tokenizer = next_part(bytes);
  files.tokenizer_config = next_part(bytes);
  GgufWriter writer;
  const auto done = add_tokenizer_metadata(files, writer);
  if (!done) {
    INFERLAB_CHECK(!done.error().message.empty());
    return;
  }
  const auto file = GgufFile::parse(writer.bytes(), "fuzz");
  INFERLAB_CHECK(file.has_value());
  const auto tokenizer = Tokenizer::load(*file);
  if (!tokenizer) {
    INFERLAB_CHECK(!tokenizer.error().message.empty());
    return;
  }
  for (const bool parse_special : {false, true}) {
    const std::vector<TokenId> ids = tokenizer->encode(bytes, {.parse_special = parse_special});
    for (const TokenId id : ids) INFERLAB_CHECK(id >= 0 && id < tokenizer->size());
    INFERLAB_CHECK(is_valid_utf8(tokenizer->decode(ids, {.show_control = true})));
    INFERLAB_CHECK(tokenizer->encode(bytes, {.parse_special = parse_special}) == ids);
  }
}

}  // namespace inferlab::fuzz
