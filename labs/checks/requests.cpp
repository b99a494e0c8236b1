#include "labs/checks/requests.h"

#include <fmt/format.h>

namespace inferlab::labs {

std::string RequestCount::failures() const {
  std::string out;
  for (const auto& [code, count] : failed) {
    out += fmt::format("{}{} got {}", out.empty() ? "" : ", ", count, code);
  }
  return out;
}

RequestCount count_requests(const sim::Gateway& gateway, std::string_view ns,
                            std::string_view service, Time from, Time to) {
  RequestCount out;
  for (const sim::RequestRecord& record : gateway.records()) {
    if (record.ns != ns || record.service != service) continue;
    if (record.arrival < from || record.arrival >= to || record.code == 0) continue;
    ++out.sent;
    if (record.unloaded) ++out.unloaded;
    if (record.code == 200) {
      ++out.answered;
    } else {
      ++out.failed[record.code];
    }
  }
  return out;
}

}  // namespace inferlab::labs
