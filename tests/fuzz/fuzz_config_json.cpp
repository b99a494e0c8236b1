// config.json: it is refused, or what it becomes are metadata that say the same.
#include <string>

#include "engine/base/check.h"
#include "engine/huggingface/config_json.h"
#include "engine/model/rope_scaling.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_config_json(std::string_view bytes) {
  const auto config = huggingface::ModelConfig::parse(bytes, "x");
  if (!config) {
    INFERLAB_CHECK(config.error().message.starts_with("x: "));
    return;
  }
  INFERLAB_CHECK(config->hidden_size > 0 && config->head_dim > 0 && config->num_layers > 0);
  GgufWriter writer;
  config->add_to(writer);
  const auto file = GgufFile::parse(writer.bytes(), "y");
  INFERLAB_CHECK(file.has_value());
  const auto number = [&](std::string_view key) {
    return file->integer(std::string(config->architecture) + "." + std::string(key));
  };
  INFERLAB_CHECK(*number("embedding_length") == config->hidden_size);
  const std::int64_t length = *number("context_length");
  INFERLAB_CHECK(length >= 1 && length <= 1 << 24);
  const auto scaling =
      read_rope_scaling(*file, config->architecture, static_cast<std::int32_t>(length));
  INFERLAB_CHECK(scaling.has_value());
  INFERLAB_CHECK(scaling->yarn.has_value() == (config->rope.type == "yarn"));
  INFERLAB_CHECK(scaling->llama3.has_value() == (config->rope.type == "llama3"));
}

}  // namespace inferlab::fuzz
