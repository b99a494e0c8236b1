#include "engine/serve/embedding_response.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

namespace inferlab {
namespace {

/// As JSON, whatever bytes it has.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string base64_floats(std::span<const float> values, bool big_endian) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  bytes.reserve(values.size() * 4);
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (unsigned i = 0; i < 4; ++i) {
      bytes += static_cast<char>(bits >> (8 * (big_endian ? 3 - i : i)) & 0xffU);
    }
  }
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t b = 0; b < 3; ++b) {
      group = group << 8 | (b < count ? static_cast<unsigned char>(bytes[i + b]) : 0U);
    }
    for (std::size_t d = 0; d < 4; ++d) {
      text += d <= count ? kDigits[group >> (18 - 6 * d) & 63U] : '=';
    }
  }
  return text;
}

std::string embedding_body(const EmbeddingResponse& response) {
  std::string body = fmt::format(R"({{"id":{},"object":"list","created":{},"model":{},"data":[)",
                                 quoted(response.id), response.created, quoted(response.model));
  for (std::size_t i = 0; i < response.embeddings.size(); ++i) {
    const std::vector<float>& embedding = response.embeddings[i];
    body +=
        fmt::format(R"({}{{"index":{},"object":"embedding","embedding":)", i == 0 ? "" : ",", i);
    if (response.as_base64) {
      body += '"';
      body += base64_floats(embedding, response.big_endian);
      body += '"';
    } else {
      // The shortest number that is this float and no other; JSON has none for infinity and NaN.
      body += '[';
      for (std::size_t k = 0; k < embedding.size(); ++k) {
        if (k > 0) body += ',';
        if (std::isfinite(embedding[k])) {
          fmt::format_to(std::back_inserter(body), "{}", embedding[k]);
        } else {
          body += "null";
        }
      }
      body += ']';
    }
    body += '}';
  }
  body += fmt::format(R"(],"usage":{{"prompt_tokens":{0},"total_tokens":{0},"completion_tokens":0,)"
                      R"("prompt_tokens_details":null}}}})",
                      response.num_prompt_tokens);
  return body;
}

}  // namespace inferlab
