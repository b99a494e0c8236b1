#include "sim/apiserver/certificates.h"

#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cerrno>
#include <ctime>

#include "sim/apiserver/private_file.h"

namespace inferlab::sim {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;
using Certificate = std::unique_ptr<X509, CertificateDeleter>;

constexpr long kDay = 24 * 60 * 60;
constexpr long kLifetimeSeconds = 365 * kDay;
constexpr long kRenewBeforeSeconds = 7 * kDay;

Error tls_error(std::string_view what) {
  char why[256] = "unknown";
  if (const unsigned long code = ERR_get_error(); code != 0) {
    ERR_error_string_n(code, why, sizeof why);
  }
  ERR_clear_error();
  return Error{ErrorKind::kInvalid, fmt::format("TLS: {}: {}", what, why)};
}

Bio reader(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_X509(bio.get(), certificate);
  return text_of(bio.get());
}

std::string pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio.get());
}

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

/// A certificate for `key`, signed by `issuer_key`; `issuer` is null for a self-signed one.
Certificate certify(EVP_PKEY* key, const char* common_name, X509* issuer, EVP_PKEY* issuer_key) {
  Certificate result(X509_new());
  X509* certificate = result.get();
  if (certificate == nullptr) return nullptr;
  unsigned char serial[16];
  if (RAND_bytes(serial, sizeof serial) != 1) return nullptr;
  serial[0] &= 0x7F;  // positive
  BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  X509_set_version(certificate, X509_VERSION_3);
  // A day back: clocks of containers and hosts differ.
  X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), kLifetimeSeconds);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  X509_set_issuer_name(certificate, issuer == nullptr ? name : X509_get_subject_name(issuer));
  X509* const signer = issuer == nullptr ? certificate : issuer;
  bool good = add_extension(certificate, signer, NID_subject_key_identifier, "hash");
  if (issuer == nullptr) {
    good = good && add_extension(certificate, signer, NID_basic_constraints, "critical,CA:TRUE") &&
           add_extension(certificate, signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else {
    good = good && add_extension(certificate, signer, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate, signer, NID_key_usage, "critical,digitalSignature") &&
           add_extension(certificate, signer, NID_ext_key_usage, "serverAuth") &&
           add_extension(certificate, signer, NID_authority_key_identifier, "keyid") &&
           add_extension(certificate, signer, NID_subject_alt_name,
                         "IP:127.0.0.1,IP:::1,DNS:localhost");
  }
  if (!good || X509_sign(certificate, issuer_key, EVP_sha256()) == 0) return nullptr;
  return result;
}

Certificate read_certificate(const std::string& text) {
  return Certificate(PEM_read_bio_X509(reader(text).get(), nullptr, nullptr, nullptr));
}

/// Signed by its CA, key and certificate fit, and good for some days more.
bool is_good(const ServerIdentity& identity) {
  const Certificate ca = read_certificate(identity.ca_certificate);
  const auto pair = load_key_and_certificate(identity.private_key, identity.certificate);
  bool good = false;
  if (ca != nullptr && pair) {
    std::time_t later = std::time(nullptr) + kRenewBeforeSeconds;
    EVP_PKEY* ca_key = X509_get0_pubkey(ca.get());
    good = X509_verify(pair->certificate.get(), ca_key) == 1 &&
           X509_cmp_time(X509_get0_notAfter(pair->certificate.get()), &later) > 0 &&
           X509_cmp_time(X509_get0_notAfter(ca.get()), &later) > 0;
  }
  ERR_clear_error();
  return good;
}

}  // namespace

void KeyDeleter::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}
void CertificateDeleter::operator()(X509* certificate) const {
  X509_free(certificate);
}

Result<KeyAndCertificate> load_key_and_certificate(const std::string& key_pem,
                                                   const std::string& certificate_pem) {
  KeyAndCertificate pair;
  pair.certificate = read_certificate(certificate_pem);
  if (pair.certificate == nullptr) return tls_error("the certificate cannot be read");
  // An empty passphrase, so that an encrypted key is refused and never asks the terminal.
  pair.key.reset(
      PEM_read_bio_PrivateKey(reader(key_pem).get(), nullptr, nullptr, const_cast<char*>("")));
  if (pair.key == nullptr) return tls_error("the private key cannot be read");
  if (X509_check_private_key(pair.certificate.get(), pair.key.get()) != 1) {
    return tls_error("the private key does not belong to the certificate");
  }
  return pair;
}

Result<ServerIdentity> make_server_identity() {
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key server_key(EVP_EC_gen("P-256"));
  if (ca_key == nullptr || server_key == nullptr) return tls_error("cannot make a key");
  const Certificate ca = certify(ca_key.get(), "inferlab-ca", nullptr, ca_key.get());
  if (ca == nullptr) return tls_error("cannot make the CA certificate");
  const Certificate server =
      certify(server_key.get(), "inferlab-apiserver", ca.get(), ca_key.get());
  if (server == nullptr) return tls_error("cannot make the server certificate");
  return ServerIdentity{pem(ca.get()), pem(server.get()), pem(server_key.get())};
}

Result<ServerIdentity> server_identity(const std::string& folder) {
  INFERLAB_TRY_VOID(make_private_folder(folder));
  const std::string ca_path = folder + "/ca.crt";
  const std::string certificate_path = folder + "/server.crt";
  const std::string key_path = folder + "/server.key";
  const auto ca = read_small_file(ca_path);
  const auto certificate = read_small_file(certificate_path);
  const auto key = read_small_file(key_path);
  if (ca && certificate && key) {
    ServerIdentity kept{*ca, *certificate, *key};
    if (is_good(kept)) return kept;
  }
  INFERLAB_TRY(ServerIdentity identity, make_server_identity());
  INFERLAB_TRY_VOID(write_private_file(key_path, identity.private_key));
  INFERLAB_TRY_VOID(write_private_file(certificate_path, identity.certificate));
  INFERLAB_TRY_VOID(write_private_file(ca_path, identity.ca_certificate));
  return identity;
}

}  // namespace inferlab::sim
