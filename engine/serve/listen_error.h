#pragma once

#include <string>

#include "engine/base/error.h"

namespace inferlab {

/// Why nobody can listen on `host`:`port`, found out by trying again: the library says only that it
/// failed. kInvalid for what another --host or --port mends: the address is in use, is none of this
/// machine's, or may not be taken; kUnavailable for all else.
Error listen_error(const std::string& host, int port);

}  // namespace inferlab
