#pragma once

#include <string>

#include "sim/api/curl_command.h"
#include "sim/node/http_client.h"
#include "sim/node/shell_run.h"

namespace inferlab::sim {

/// The request that a process of namespace `ns` makes by it.
HttpCall curl_request(const CurlCommand& curl, const std::string& ns);

/// How curl ends after `took`, with its exit status and its words: 0, 6 (no such host), 7
/// (refused), 22 (-f and an error), 28 (timed out), 52 (cut off). Source: curl 8 manual, "Exit
/// codes"; its messages.
ShellRun::Ended curl_ended(const CurlCommand& curl, const HttpReply& reply, Duration took);

}  // namespace inferlab::sim
