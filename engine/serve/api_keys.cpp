#include "engine/serve/api_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace inferlab {
namespace {

constexpr double kMinute = 60;

/// Takes as long wherever the first difference is.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace

ApiKeys::ApiKeys(std::vector<std::string> keys, KeyLimits limits)
    : keys_(std::move(keys)), limits_(limits), accounts_(std::max<std::size_t>(1, keys_.size())) {}

std::optional<std::size_t> ApiKeys::find(std::string_view authorization) const {
  if (keys_.empty()) return 0;
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (equal_in_constant_time(authorization, "Bearer " + keys_[i])) found = i;
  }
  return found;
}

void ApiKeys::pay(Account& account, Time now) const {
  const double per_second = static_cast<double>(limits_.max_tokens_per_minute) / kMinute;
  account.debt = std::max(0.0, account.debt - per_second * to_seconds(now - account.paid_until));
  account.paid_until = now;
}

std::variant<std::unique_ptr<KeyLease>, ApiError> ApiKeys::admit(std::size_t key, Time now) {
  const std::scoped_lock lock(mutex_);
  Account& account = accounts_.at(key);
  if (limits_.max_requests > 0 && account.num_open >= limits_.max_requests) {
    return ApiError{.status = 429,
                    .message = fmt::format("API key: has {} requests under way, which is its limit",
                                           account.num_open)};
  }
  if (limits_.max_tokens_per_minute > 0) {
    pay(account, now);
    const auto limit = static_cast<double>(limits_.max_tokens_per_minute);
    if (account.debt >= limit) {
      const double seconds = std::floor((account.debt - limit) / limit * kMinute) + 1;
      return ApiError{.status = 429,
                      .message = fmt::format("API key: has used its {} tokens a minute",
                                             limits_.max_tokens_per_minute),
                      .retry_after = static_cast<int>(std::min(seconds, 86'400.0))};
    }
  }
  ++account.num_open;
  return std::make_unique<KeyLease>(*this, key);
}

KeyLease::~KeyLease() {
  const std::scoped_lock lock(keys_->mutex_);
  --keys_->accounts_[key_].num_open;
}

void KeyLease::charge(std::int64_t num_tokens) {
  const std::scoped_lock lock(keys_->mutex_);
  keys_->accounts_[key_].debt += static_cast<double>(num_tokens);
}

}  // namespace inferlab
