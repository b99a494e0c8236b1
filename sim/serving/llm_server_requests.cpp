// llm_server_requests.cpp: what a server does with its clients' requests.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/serving/llm_server.h"

namespace inferlab::sim {

std::vector<std::string> LlmServer::api_keys() const {
  const auto variable = context_.container.env.find("VLLM_API_KEY");
  const bool is_set = variable != context_.container.env.end() && !variable->second.empty();
  if (!args_.api_keys.empty() || !is_set) return args_.api_keys;
  return {variable->second};
}

Refusal LlmServer::refusal(const ChatRequest& request) const {
  const std::vector<std::string> keys = api_keys();
  if (!keys.empty() && std::find(keys.begin(), keys.end(), request.api_key) == keys.end()) {
    return {401, "Unauthorized"};
  }
  std::vector<std::string> names = args_.served_model_names;
  if (names.empty()) names.push_back(args_.model);
  const bool is_served =
      request.model.empty() || std::find(names.begin(), names.end(), request.model) != names.end();
  if (is_served) return {};
  return {404, fmt::format("The model `{}` does not exist.", request.model)};
}

Result<std::uint64_t> LlmServer::submit(const ChatRequest& request, RequestEvents events) {
  if (!serving_) {
    return Error{ErrorKind::kUnavailable, fmt::format("{}: connection refused", context_.pod)};
  }
  if (Refusal refused = refusal(request); refused.status != 0) {
    return Error{ErrorKind::kInvalid, std::move(refused.message)};
  }
  if (request.prompt_tokens + request.output_tokens > args_.max_model_len) {
    return Error{ErrorKind::kInvalid,
                 fmt::format("This model's maximum context length is {} tokens. However, you "
                             "requested {} tokens ({} in the messages, {} in the completion).",
                             args_.max_model_len, request.prompt_tokens + request.output_tokens,
                             request.prompt_tokens, request.output_tokens)};
  }
  const std::uint64_t id = ++last_id_;
  requests_[id] = {std::move(events), 0};
  const Duration waits = host_delay_.of_request(timers_.now(), front_end_, request.prompt_tokens,
                                                engine_->runs_steps());
  timers_.after(front_end_ + waits, "llm/front-end", [this, id, request, arrival = timers_.now()] {
    enter_engine(id, request, arrival);
  });
  return id;
}

void LlmServer::enter_engine(std::uint64_t id, const ChatRequest& request, Time arrival) {
  const auto found = requests_.find(id);
  if (found == requests_.end() || engine_ == nullptr) return;
  RequestEvents events{.first_token = found->second.events.first_token,
                       .finished = [this, id](Time when, FinishReason reason) {
                         const auto entry = requests_.find(id);
                         if (entry == requests_.end()) return;
                         const auto finished = std::move(entry->second.events.finished);
                         requests_.erase(entry);
                         share_gpus();
                         if (finished) finished(when, reason);
                       }};
  const Result<RequestId> engine_id = engine_->submit(request.prompt_tokens, request.output_tokens,
                                                      arrival, std::move(events), request.content);
  if (engine_id) {
    const auto entry = requests_.find(id);
    if (entry != requests_.end()) entry->second.engine_id = *engine_id;
    share_gpus();
  } else if (const auto entry = requests_.find(id); entry != requests_.end()) {
    const auto finished = std::move(entry->second.events.finished);
    requests_.erase(entry);
    if (finished) finished(timers_.now(), FinishReason::kAbort);
  }
}

CfsUse LlmServer::cfs_use() {
  const HostDelay::Throttled& throttled = host_delay_.throttled();
  const std::int64_t ran = engine_ ? engine_->busy() / HostDelay::kCfsPeriod : 0;
  return {std::max(ran, throttled.periods), throttled.periods, throttled.time};
}

void LlmServer::set_cpu(const HostCpu& cpu) {
  if (host_delay_.cpu() == cpu) return;
  if (engine_) engine_->advance();
  host_delay_.set_cpu(cpu);
}

void LlmServer::abort(std::uint64_t id) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return;
  const RequestId engine_id = found->second.engine_id;
  requests_.erase(found);
  if (engine_id != 0 && engine_) engine_->abort(engine_id);
  share_gpus();
}

}  // namespace inferlab::sim
