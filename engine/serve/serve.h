#pragma once

#include <functional>

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/serve/request_record.h"
#include "engine/serve/serve_options.h"

namespace inferlab {

/// The server as a program: binds the port, loads the model (/health says 503 meanwhile), answers
/// until `should_stop` says so (it is asked some 20 times a second), drains and returns: it is not
/// ready any more and refuses new requests, while those under way have options.shutdown_timeout to
/// end; what is left then is ended with an error.
/// The caller turns signals into should_stop. `on_port`, if given, hears the port once it is bound.
/// Errors: the address cannot be had, the model cannot be loaded, the device broke down.
Result<void> serve_until(const ServeOptions& options, const std::function<bool()>& should_stop,
                         const LogSink& log, const std::function<void(int port)>& on_port = {},
                         const RequestSink& sink = {});

}  // namespace inferlab
