#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/time.h"
#include "engine/serve/api_types.h"
#include "engine/serve/key_limits.h"

namespace inferlab {

class KeyLease;

/// Who may ask, and for how much. Thread-safe. Without keys everybody is one and the same client.
class ApiKeys {
 public:
  ApiKeys(std::vector<std::string> keys, KeyLimits limits);

  /// The number of the key in an Authorization header ("Bearer KEY"); nullopt: none of them. Takes
  /// as long whichever it is.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view authorization) const;

  /// A place for one more request of this key, given back by the lease's destructor; 429 with
  /// Retry-After when it has none. The lease must not outlive this.
  std::variant<std::unique_ptr<KeyLease>, ApiError> admit(std::size_t key, Time now);

 private:
  friend class KeyLease;
  /// Tokens that were used are a debt that is paid off at a minute's limit a minute; while it is a
  /// whole minute's, nothing more is lent. So what one answer costs need not be known before.
  struct Account {
    std::int64_t num_open = 0;
    double debt = 0;  // tokens
    Time paid_until = {};
  };

  void pay(Account& account, Time now) const;

  const std::vector<std::string> keys_;
  const KeyLimits limits_;
  std::mutex mutex_;
  std::vector<Account> accounts_;  // by key
};

/// A request's place among those of its key.
class KeyLease {
 public:
  KeyLease(ApiKeys& keys, std::size_t key) : keys_(&keys), key_(key) {}
  ~KeyLease();
  KeyLease(const KeyLease&) = delete;
  KeyLease& operator=(const KeyLease&) = delete;
  void charge(std::int64_t num_tokens);

 private:
  ApiKeys* keys_;
  std::size_t key_;
};

}  // namespace inferlab
