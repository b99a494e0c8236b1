// adapter_config.json: it is refused, or gives each module a rank and a scale that can be computed
// with.
#include <cmath>

#include "engine/base/check.h"
#include "engine/huggingface/adapter_config.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {

void fuzz_adapter_config(std::string_view bytes) {
  const auto config = huggingface::AdapterConfig::parse(bytes, "x");
  if (!config) {
    INFERLAB_CHECK(config.error().message.starts_with("x: "));
    return;
  }
  for (const char* module :
       {"model.layers.0.self_attn.q_proj", "model.layers.1.mlp.down_proj", "lm_head", ""}) {
    const std::int64_t rank = config->rank_of(module);
    INFERLAB_CHECK(rank >= 1 && rank <= 4096);
    INFERLAB_CHECK(std::isfinite(static_cast<float>(config->scale_of(module))));
    (void)config->targets(module);
  }
}

}  // namespace inferlab::fuzz
