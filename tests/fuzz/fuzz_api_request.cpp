// The bodies of /v1/chat/completions, /v1/completions and /v1/embeddings: any bytes, read as each.
#include <algorithm>
#include <cmath>
#include <variant>

#include "engine/base/check.h"
#include "engine/serve/api_request.h"
#include "engine/serve/embedding_request.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

void check_ids(const std::vector<TokenId>& ids) {
  INFERLAB_CHECK(std::ranges::all_of(ids, [](TokenId id) { return id >= 0; }));
}

void check_request(const ApiRequest& request) {
  const SamplingParams& sampling = request.sampling;
  INFERLAB_CHECK(sampling.check().has_value());
  INFERLAB_CHECK(request.n >= 1 && request.n <= 16'384);
  INFERLAB_CHECK(request.n == 1 || sampling.temperature > 0);
  INFERLAB_CHECK(!request.max_tokens || *request.max_tokens >= (request.echo ? 0 : 1));
  INFERLAB_CHECK(request.min_tokens >= 0);
  INFERLAB_CHECK(request.logprobs.value_or(0) >= -1 && request.prompt_logprobs.value_or(0) >= -1);
  INFERLAB_CHECK(request.stream || !request.include_usage);
  INFERLAB_CHECK(std::ranges::none_of(request.stop, &std::string::empty));
  INFERLAB_CHECK(std::ranges::none_of(request.bad_words, &std::string::empty));
  INFERLAB_CHECK(!request.allowed_token_ids || !request.allowed_token_ids->empty());
  check_ids(request.stop_token_ids);
  for (const ApiPrompt& prompt : request.prompts) {
    if (prompt.ids) check_ids(*prompt.ids);
  }
  for (std::size_t i = 0; i < request.logit_bias.size(); ++i) {
    INFERLAB_CHECK(std::abs(request.logit_bias[i].second) <= 100);
    INFERLAB_CHECK(i == 0 || request.logit_bias[i - 1].first < request.logit_bias[i].first);
  }
  const bool is_chat = request.kind == ApiKind::kChat;
  INFERLAB_CHECK(is_chat ? !request.messages.empty() : !request.prompts.empty());
  INFERLAB_CHECK(!request.tool_choice || (is_chat && request.structured));
}

void check_embeddings(const EmbeddingApiRequest& request) {
  INFERLAB_CHECK(!request.inputs.empty());
  INFERLAB_CHECK(request.truncate_prompt_tokens.value_or(1) != 0);
  for (const EmbeddingInput& input : request.inputs) {
    if (const auto* ids = std::get_if<std::vector<TokenId>>(&input)) check_ids(*ids);
  }
}

}  // namespace

void fuzz_api_request(std::string_view bytes) {
  for (const ApiKind kind : {ApiKind::kChat, ApiKind::kCompletion}) {
    const auto parsed = parse_api_request(kind, bytes);
    if (const auto* error = std::get_if<ApiError>(&parsed)) {
      INFERLAB_CHECK(error->status == 400 && !error->message.empty());
    } else {
      check_request(std::get<ApiRequest>(parsed));
    }
  }
  const auto parsed = parse_embedding_request(bytes);
  if (const auto* error = std::get_if<ApiError>(&parsed)) {
    INFERLAB_CHECK(error->status == 400 && !error->message.empty());
  } else {
    check_embeddings(std::get<EmbeddingApiRequest>(parsed));
  }
}

}  // namespace inferlab::fuzz
