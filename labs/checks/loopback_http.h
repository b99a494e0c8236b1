#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace inferlab::labs {

struct HttpReply {
  int status = 0;
  std::string content_type;
  std::string body;  // of a stream: all of it, after its end
};

/// POSTs JSON to 127.0.0.1 and waits for the end of the answer, at most a minute. The only file of
/// this room that speaks HTTP as a client. kUnavailable: no answer.
Result<HttpReply> post_json(int port, const std::string& path, const std::string& json,
                            const std::vector<std::pair<std::string, std::string>>& headers = {});

}  // namespace inferlab::labs
