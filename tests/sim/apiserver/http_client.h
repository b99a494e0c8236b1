#pragma once

#include <string>
#include <string_view>

namespace inferlab::sim::testing {

/// A connection to a port of this machine that says exactly what it is told to: well-formed HTTP or
/// not.
class RawConnection {
 public:
  explicit RawConnection(int port);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  /// False when the other side has closed.
  bool send(std::string_view text);
  /// Reads until `text` has come, the other side closes, or 20 s have passed; gives all that came.
  std::string read_until(std::string_view text);
  std::string read_to_end() { return read_until({}); }
  void close();

 private:
  int fd_ = -1;
  std::string received_;
};

}  // namespace inferlab::sim::testing
