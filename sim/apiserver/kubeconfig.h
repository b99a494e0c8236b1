#pragma once

#include <string>

#include "engine/base/result.h"

namespace inferlab::sim {

/// A kubeconfig with one cluster, user and context, all named "inferlab". `ca_pem` may be empty for
/// a plain http URL. Source: Kubernetes documentation, "Organizing Cluster Access Using kubeconfig
/// Files".
std::string kubeconfig_text(const std::string& url, const std::string& ca_pem,
                            const std::string& token);

/// Writes it with mode 0600 in one step. Refuses (kInvalid) the user's own ~/.kube/config: the
/// program never touches that.
Result<void> write_kubeconfig(const std::string& path, const std::string& url,
                              const std::string& ca_pem, const std::string& token);

/// 32 random bytes in hexadecimal, for a bearer token. From the system's generator, not the run's:
/// it must not be guessed, and no run depends on it.
Result<std::string> make_token();

}  // namespace inferlab::sim
