#pragma once

#include <functional>

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/serve/serve_options.h"

namespace inferlab {

/// The server as a program: binds the port, loads the model (/health says 503 meanwhile), answers
/// until `should_stop` says so (it is asked some 20 times a second), ends open streams and returns.
/// The caller turns signals into should_stop. `on_port`, if given, hears the port once it is bound.
/// Errors: the address cannot be had, the model cannot be loaded, the device broke down.
Result<void> serve_until(const ServeOptions& options, const std::function<bool()>& should_stop,
                         const LogSink& log, const std::function<void(int port)>& on_port = {});

}  // namespace inferlab
