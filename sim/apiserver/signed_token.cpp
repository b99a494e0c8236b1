#include "sim/apiserver/signed_token.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <vector>

#include "sim/api/base64.h"
#include "sim/api/json.h"
#include "sim/apiserver/certificates.h"

namespace inferlab::sim {
namespace {

constexpr std::size_t kHalf = 32;  // bytes of each of a signature's two numbers
constexpr std::size_t kMaxToken = 16 * 1024;

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Signature = std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)>;

// RFC 4648, section 5, without padding.
std::string base64url(std::string_view bytes) {
  std::string out = to_base64(bytes);
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  out.resize(std::min(out.size(), out.find('=')));
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string plain(text);
  if (plain.find_first_of("+/=") != std::string::npos) return std::nullopt;
  std::ranges::replace(plain, '-', '+');
  std::ranges::replace(plain, '_', '/');
  while (plain.size() % 4 != 0) plain += '=';
  return from_base64(plain);
}

// OpenSSL's form of a signature, and that of a token: both numbers in 32 bytes.
std::string fixed_form(const std::vector<unsigned char>& der) {
  const unsigned char* at = der.data();
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())),
                            &ECDSA_SIG_free);
  if (signature == nullptr) return {};
  std::array<unsigned char, 2 * kHalf> out{};
  const bool good = BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out.data(), kHalf) > 0 &&
                    BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out.data() + kHalf, kHalf) > 0;
  return good ? std::string(out.begin(), out.end()) : std::string();
}

std::vector<unsigned char> der_form(const std::string& fixed) {
  if (fixed.size() != 2 * kHalf) return {};
  const auto* bytes = reinterpret_cast<const unsigned char*>(fixed.data());
  const Signature signature(ECDSA_SIG_new(), &ECDSA_SIG_free);
  if (signature == nullptr) return {};
  BIGNUM* r = BN_bin2bn(bytes, kHalf, nullptr);
  BIGNUM* s = BN_bin2bn(bytes + kHalf, kHalf, nullptr);
  if (ECDSA_SIG_set0(signature.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (size <= 0) return {};
  std::vector<unsigned char> out(static_cast<std::size_t>(size));
  unsigned char* at = out.data();
  i2d_ECDSA_SIG(signature.get(), &at);
  return out;
}

}  // namespace

struct TokenSigner::Key {
  std::unique_ptr<EVP_PKEY, KeyDeleter> pkey;
};

Result<TokenSigner> TokenSigner::make(const std::string& private_key_pem) {
  auto key = std::make_shared<Key>();
  if (private_key_pem.empty()) {
    key->pkey.reset(EVP_EC_gen("P-256"));
  } else {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(
        BIO_new_mem_buf(private_key_pem.data(), static_cast<int>(private_key_pem.size())),
        &BIO_free);
    key->pkey.reset(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
  }
  if (key->pkey == nullptr || EVP_PKEY_get_bits(key->pkey.get()) != 8 * static_cast<int>(kHalf)) {
    return Error{ErrorKind::kInvalid, "service account tokens: no key on curve P-256",
                 "remove the folder of the server's certificates: it is made anew"};
  }
  return TokenSigner(std::move(key));
}

std::string TokenSigner::sign(const Value& claims) const {
  const std::string text =
      base64url(R"({"alg":"ES256","typ":"JWT"})") + "." + base64url(to_json(claims));
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->pkey.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1) {
    return {};
  }
  std::vector<unsigned char> der(size);
  if (EVP_DigestSign(context.get(), der.data(), &size, bytes, text.size()) != 1) return {};
  der.resize(size);
  const std::string signature = fixed_form(der);
  return signature.empty() ? std::string() : text + "." + base64url(signature);
}

std::optional<Value> TokenSigner::read(std::string_view token) const {
  if (token.size() > kMaxToken) return std::nullopt;
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  const std::string_view signed_part = token.substr(0, last);
  const auto signature = from_base64url(token.substr(last + 1));
  const auto claims = from_base64url(token.substr(first + 1, last - first - 1));
  if (!signature || !claims) return std::nullopt;
  const std::vector<unsigned char> der = der_form(*signature);
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (der.empty() ||
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->pkey.get()) != 1) {
    return std::nullopt;
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(signed_part.data());
  if (EVP_DigestVerify(context.get(), der.data(), der.size(), bytes, signed_part.size()) != 1) {
    return std::nullopt;
  }
  auto value = parse_json(*claims);
  return value && value->is_object() ? std::optional<Value>(*std::move(value)) : std::nullopt;
}

}  // namespace inferlab::sim
