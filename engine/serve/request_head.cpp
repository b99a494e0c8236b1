#include "engine/serve/request_head.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <charconv>
#include <random>

namespace inferlab {
namespace {

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

bool is_plain_id(const std::string& text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

}  // namespace

std::int32_t priority_of(const httplib::Request& request, std::int32_t otherwise) {
  const std::string text = request.get_header_value("X-Vllm-Priority");
  std::int32_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && code == std::errc{} && end == text.data() + text.size() ? value
                                                                                  : otherwise;
}

std::optional<Duration> timeout_of(const httplib::Request& request) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;  // 34 years, in milliseconds
  const std::string text = request.get_header_value("x-envoy-expected-rq-timeout-ms");
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return std::chrono::milliseconds(std::min(value, kMost));
}

RequestIds::RequestIds() : rng_(random_seed()) {}

std::string RequestIds::make(std::string_view prefix, const httplib::Request& request,
                             const std::string& given) {
  for (const std::string& own : {request.get_header_value("X-Request-Id"), given}) {
    if (is_plain_id(own)) return fmt::format("{}{}", prefix, own);
  }
  const std::scoped_lock lock(mutex_);
  const std::uint64_t high = rng_.next();
  return fmt::format("{}{:016x}{:016x}", prefix, high, rng_.next());
}

std::uint64_t RequestIds::next_seed() {
  const std::scoped_lock lock(mutex_);
  return rng_.next();
}

}  // namespace inferlab
