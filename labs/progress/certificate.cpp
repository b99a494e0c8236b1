#include "labs/progress/certificate.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <vector>

#include "sim/api/base64.h"
#include "sim/api/json.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr const char* kSchema = "inferlab.certificate/v1";

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;
using Bio = std::unique_ptr<BIO, Free>;

Error unreadable(std::string_view what) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: is no Ed25519 key in PEM", what),
               "inferlab lab certificate --new-key FILE makes a pair"};
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Bio bio_of(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// What is signed: the certificate without its signature, with members in order.
std::string signed_text(const Value& certificate) {
  return sim::to_json(certificate.without("signature"));
}

// In place of OpenSSL's, which asks at the terminal: a key that somebody sends along says in its
// head that it is encrypted, whatever it is.
int no_password(char* /*into*/, int /*size*/, int /*writing*/, void* /*unused*/) {
  return -1;
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());  // NOLINT: OpenSSL's type
}

}  // namespace

Result<SigningKey> new_signing_key() {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const Bio for_private(BIO_new(BIO_s_mem())), for_public(BIO_new(BIO_s_mem()));
  if (key == nullptr ||
      PEM_write_bio_PrivateKey(for_private.get(), key.get(), nullptr, nullptr, 0, nullptr,
                               nullptr) != 1 ||
      PEM_write_bio_PUBKEY(for_public.get(), key.get()) != 1) {
    return Error{ErrorKind::kUnavailable, "no key could be made"};
  }
  return SigningKey{text_of(for_private.get()), text_of(for_public.get())};
}

Result<Value> make_certificate(const Report& report, std::string_view learner,
                               std::string_view name, std::string_view private_pem) {
  if (!report.passed) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: was not passed: {} of {} points, {} needed", report.lab_id,
                             report.earned, report.points, report.pass_points)};
  }
  const Bio bio = bio_of(private_pem);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (key == nullptr || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) {
    return unreadable("private key");
  }
  Value out = Value::object({{"schema", kSchema},
                             {"lab", report.lab_id},
                             {"title", report.lab_title},
                             {"learner", learner},
                             {"name", name},
                             {"points", report.score()},
                             {"hints", Value::strings(report.hints_used)},
                             {"of", report.points},
                             {"seed", std::to_string(report.seed)},
                             {"journalHash", report.journal_hash},
                             {"runHash", report.run_hash}});
  const std::string text = signed_text(out);
  const Context context(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes(text), text.size()) != 1) {
    return Error{ErrorKind::kUnavailable, "the certificate could not be signed"};
  }
  std::string signature(size, '\0');
  auto* const into = reinterpret_cast<unsigned char*>(signature.data());  // NOLINT
  if (EVP_DigestSign(context.get(), into, &size, bytes(text), text.size()) != 1) {
    return Error{ErrorKind::kUnavailable, "the certificate could not be signed"};
  }
  signature.resize(size);
  return out.with("signature", sim::to_base64(signature));
}

Result<void> verify_certificate(const Value& certificate, std::string_view public_pem) {
  if (certificate["schema"].as_string() != kSchema) {
    return Error{ErrorKind::kInvalid, fmt::format("is no certificate: schema must be {}", kSchema)};
  }
  const Bio bio = bio_of(public_pem);
  const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_password, nullptr));
  if (key == nullptr || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) {
    return unreadable("public key");
  }
  const auto signature = sim::from_base64(certificate["signature"].as_string());
  const std::string text = signed_text(certificate);
  const Context context(EVP_MD_CTX_new());
  const bool holds =
      signature && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), bytes(*signature), signature->size(), bytes(text),
                       text.size()) == 1;
  if (holds) return {};
  return Error{ErrorKind::kInvalid, "the signature is not of this certificate and this key",
               "it was changed, or signed by somebody else"};
}

}  // namespace inferlab::labs
