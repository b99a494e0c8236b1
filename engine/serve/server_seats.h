#pragma once

#include "engine/serve/serve_options.h"

namespace inferlab {

/// How many connections are served at once, and how many of them may wait for tokens: the rest is
/// kept for /health and /metrics, which must answer when the server is loaded most.
struct ServerSeats {
  int threads;
  int replies;
};
ServerSeats server_seats(const ServeOptions& options);

}  // namespace inferlab
