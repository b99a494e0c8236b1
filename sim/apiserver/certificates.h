#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

#include "engine/base/result.h"

namespace inferlab::sim {

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const;
};
struct CertificateDeleter {
  void operator()(X509* certificate) const;
};
struct KeyAndCertificate {
  std::unique_ptr<EVP_PKEY, KeyDeleter> key;
  std::unique_ptr<X509, CertificateDeleter> certificate;
};

/// Reads both from PEM texts; kInvalid when one is broken or they do not belong together.
Result<KeyAndCertificate> load_key_and_certificate(const std::string& key_pem,
                                                   const std::string& certificate_pem);

/// What a TLS server of ours presents and what its clients trust. PEM texts.
struct ServerIdentity {
  std::string ca_certificate, certificate, private_key;
};

/// The identity kept in `folder` (made with mode 0700; files 0600): its own CA and a certificate
/// for 127.0.0.1, ::1 and localhost, both on curve P-256. Made anew when absent, broken or about to
/// expire; otherwise the same again, so that a kubeconfig stays good over restarts.
/// The CA's private key is not kept: nothing else can ever be signed with it.
Result<ServerIdentity> server_identity(const std::string& folder);

/// A new identity that is written nowhere.
Result<ServerIdentity> make_server_identity();

}  // namespace inferlab::sim
