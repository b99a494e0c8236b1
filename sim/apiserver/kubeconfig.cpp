#include "sim/apiserver/kubeconfig.h"

#include <fmt/core.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <filesystem>

#include "sim/api/base64.h"
#include "sim/api/json.h"
#include "sim/api/value.h"
#include "sim/apiserver/private_file.h"

namespace inferlab::sim {
namespace {

std::string quoted(const std::string& text) {
  return to_json(Value(text));
}

bool is_users_own(const std::string& path) {
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  if (home == nullptr || *home == '\0') return false;
  std::error_code ignored;
  const auto own =
      std::filesystem::weakly_canonical(std::filesystem::path(home) / ".kube" / "config", ignored);
  return std::filesystem::weakly_canonical(path, ignored) == own;
}

}  // namespace

std::string kubeconfig_text(const std::string& url, const std::string& ca_pem,
                            const std::string& token) {
  std::string cluster = fmt::format("    server: {}\n", quoted(url));
  if (!ca_pem.empty()) {
    cluster += fmt::format("    certificate-authority-data: {}\n", to_base64(ca_pem));
  }
  return fmt::format(
      "apiVersion: v1\n"
      "kind: Config\n"
      "clusters:\n"
      "- name: inferlab\n"
      "  cluster:\n"
      "{}"
      "users:\n"
      "- name: inferlab\n"
      "  user:\n"
      "    token: {}\n"
      "contexts:\n"
      "- name: inferlab\n"
      "  context:\n"
      "    cluster: inferlab\n"
      "    user: inferlab\n"
      "    namespace: default\n"
      "current-context: inferlab\n",
      cluster, quoted(token));
}

Result<void> write_kubeconfig(const std::string& path, const std::string& url,
                              const std::string& ca_pem, const std::string& token) {
  if (is_users_own(path)) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("{}: is your own kubeconfig: it is never written to", path),
                 "give another path, and point KUBECONFIG at it"};
  }
  return write_private_file(path, kubeconfig_text(url, ca_pem, token));
}

Result<std::string> make_token() {
  unsigned char bytes[32];
  if (RAND_bytes(bytes, sizeof bytes) != 1) {
    return Error{ErrorKind::kUnavailable, "token: the system gives no random bytes"};
  }
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace inferlab::sim
