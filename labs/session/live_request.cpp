#include "labs/session/live_request.h"

#include <algorithm>
#include <utility>

#include "sim/serving/gateway.h"

namespace inferlab::labs {

void note_live_request(sim::Cluster& cluster, const LiveRequest& request) {
  sim::RequestRecord record;
  record.ns = request.ns;
  record.service = request.service;
  record.pod = request.pod;
  record.node = request.node;
  record.prompt_tokens = request.prompt_tokens;
  record.output_tokens = request.output_tokens;
  // At full speed a request may have begun before the run did, by the wall clock.
  record.arrival = std::max(Time{}, request.at - request.took);
  if (request.first_token > Duration{}) {
    record.first_token = std::min(request.at, record.arrival + request.first_token);
  }
  record.end = request.at;
  record.code = request.code;
  record.unloaded = request.unloaded;
  cluster.gateway().add_record(std::move(record));
}

}  // namespace inferlab::labs
