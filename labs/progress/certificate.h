#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "labs/report/report.h"
#include "sim/api/value.h"

namespace inferlab::labs {

/// A pair of keys that certificates are signed with: Ed25519, as PEM.
struct SigningKey {
  std::string private_pem, public_pem;
};
Result<SigningKey> new_signing_key();

/// That a lab was passed: what was graded, its points and hashes, who did it, and a signature over
/// all of it by the private key. Whoever has the lab and the submission can grade it again and
/// compare the hashes. Equal arguments, equal certificate: it holds no time.
/// kInvalid: the report did not pass, or the key cannot be read.
Result<sim::Value> make_certificate(const Report& report, std::string_view learner,
                                    std::string_view name, std::string_view private_pem);

/// Whether a certificate is as it was signed, by the owner of this public key. kInvalid says what
/// is wrong with it.
Result<void> verify_certificate(const sim::Value& certificate, std::string_view public_pem);

}  // namespace inferlab::labs
