#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "sim/api/value.h"

namespace inferlab::sim {

/// Signs and reads JSON Web Tokens with one key on curve P-256 (ES256). Immutable; any thread.
/// Source: RFC 7515; RFC 7518, section 3.4.
class TokenSigner {
 public:
  /// With the key of a PEM text; with a new one, which is written nowhere, without a text.
  static Result<TokenSigner> make(const std::string& private_key_pem = {});

  /// The token that says `claims`; empty when the library fails.
  [[nodiscard]] std::string sign(const Value& claims) const;
  /// What a token says; nullopt: it was not signed with this key, or was altered since.
  [[nodiscard]] std::optional<Value> read(std::string_view token) const;

 private:
  struct Key;
  explicit TokenSigner(std::shared_ptr<const Key> key) : key_(std::move(key)) {}
  std::shared_ptr<const Key> key_;
};

}  // namespace inferlab::sim
