#include "engine/serve/listen_error.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace inferlab {
namespace {

struct AddressDeleter {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};

// The error number of the bind that went wrong; 0 when it works now.
int bind_error(const addrinfo& address) {
  const int descriptor = socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  const int yes = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  int code = bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  // With SO_REUSEADDR a port that somebody listens on may be refused here only.
  if (code == 0 && listen(descriptor, 1) != 0) code = errno;
  close(descriptor);
  return code;
}

}  // namespace

Error listen_error(const std::string& host, int port) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int unknown = getaddrinfo(host.empty() ? nullptr : host.c_str(),
                                  std::to_string(port).c_str(), &hints, &found);
  if (unknown != 0) {
    return {ErrorKind::kInvalid,
            fmt::format("--host {}: is not an address of this machine: {}", host,
                        gai_strerror(unknown)),
            "127.0.0.1 is this machine alone, 0.0.0.0 all of its addresses"};
  }
  const std::unique_ptr<addrinfo, AddressDeleter> addresses(found);
  int code = 0;
  for (const addrinfo* each = found; each != nullptr && code == 0; each = each->ai_next) {
    code = bind_error(*each);
  }
  const std::string where = fmt::format("http://{}:{}", host, port);
  switch (code) {
    case EADDRINUSE:
      return {ErrorKind::kInvalid, where + ": cannot listen: another program uses this port",
              "choose another --port, or 0 for a free one"};
    case EADDRNOTAVAIL:
      return {ErrorKind::kInvalid,
              fmt::format("--host {}: is not an address of this machine", host),
              "127.0.0.1 is this machine alone, 0.0.0.0 all of its addresses"};
    case EACCES:
      return {ErrorKind::kInvalid, where + ": cannot listen: this port takes more rights",
              "choose a --port from 1024 on"};
    default:
      return {ErrorKind::kUnavailable,
              fmt::format("{}: cannot listen: {}", where,
                          code == 0 ? "the port was in use a moment ago"
                                    : std::generic_category().message(code)),
              "try again"};
  }
}

}  // namespace inferlab
