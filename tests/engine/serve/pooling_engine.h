#pragma once

#include <catch2/catch.hpp>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/backend/registry.h"
#include "engine/base/rng.h"
#include "engine/model/random_encoder.h"
#include "engine/model/random_model.h"
#include "tests/engine/serve/test_engine.h"

/// Engines that are served for pooling, on generated models.
namespace inferlab::testing {

inline Model model_of(const GgufWriter& writer) {
  auto file = GgufFile::parse(writer.bytes(), "test.gguf");
  REQUIRE(file);
  auto model = Model::from(std::move(*file));
  if (!model) FAIL(model.error().message);
  return std::move(*model);
}

inline Result<std::unique_ptr<Engine>> try_engine(const GgufWriter& writer,
                                                  const ServeOptions& options) {
  return Engine::start(options, model_of(writer), *make_backend("cpu"));
}

inline std::unique_ptr<Engine> engine_of(const GgufWriter& writer,
                                         const ServeOptions& options = {}) {
  auto engine = try_engine(writer, options);
  if (!engine) FAIL(engine.error().message);
  return std::move(*engine);
}

inline ServeOptions pooling(const std::string& config = {}) {
  ServeOptions options;
  options.runner = "pooling";
  options.pooler_config = config;
  return options;
}

inline GenerationRequest request_of(std::vector<TokenId> prompt, PoolingParams params = {}) {
  GenerationRequest request;
  request.prompt = std::move(prompt);
  request.pooling = params;
  return request;
}

inline std::vector<float> embed(Engine& engine, std::vector<TokenId> prompt,
                                PoolingParams params = {}) {
  return generate(engine, request_of(std::move(prompt), params)).result.embedding;
}

inline std::string refusal(Engine& engine, GenerationRequest request) {
  const auto id = engine.submit(std::move(request), {});
  REQUIRE_FALSE(id);
  CHECK(id.error().kind == ErrorKind::kInvalid);
  return id.error().message;
}

inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

inline std::vector<TokenId> random_prompt(Rng& rng, std::uint64_t most) {
  std::vector<TokenId> ids(1 + rng.below(most));
  for (TokenId& id : ids) id = static_cast<TokenId>(rng.below(320));
  return ids;
}

}  // namespace inferlab::testing
