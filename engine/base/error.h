#pragma once

#include <cstdint>
#include <string>

namespace inferlab {

/// What kind of thing the world refused. Callers switch on this, never on text: the API server
/// makes an HTTP status of it, the command line an exit status.
enum class ErrorKind : std::uint8_t {
  kInvalid,      ///< the input is wrong: exit status 2
  kNotFound,     ///< the named thing does not exist: exit status 2
  kConflict,     ///< somebody else changed it first, or it exists already
  kExhausted,    ///< out of KV blocks, memory, queue room: try later or ask for less
  kUnavailable,  ///< a file, device or peer does not answer: exit status 3
};

/// message is WHERE: WHAT: WHY, as in "lab.yaml:12:3: cluster.nodes: is 0".
struct Error {
  ErrorKind kind;
  std::string message;
  std::string hint = {};  ///< what to do about it; may be empty
};

}  // namespace inferlab
