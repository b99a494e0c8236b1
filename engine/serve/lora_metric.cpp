#include "engine/serve/lora_metric.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>

#include "engine/serve/metrics.h"

namespace inferlab {

std::string lora_requests_info(std::int64_t max_loras, const std::vector<std::string>& running,
                               const std::vector<std::string>& waiting) {
  constexpr const char* kName = "vllm:lora_requests_info";
  MetricText out("");
  out.family(kName, "gauge", "When the adapters in its labels ran and waited: seconds since 1970.");
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  out.sample(kName,
             fmt::format(
                 "{},{},{}", metric_label("max_lora", std::to_string(max_loras)),
                 metric_label("running_lora_adapters", fmt::format("{}", fmt::join(running, ","))),
                 metric_label("waiting_lora_adapters", fmt::format("{}", fmt::join(waiting, ",")))),
             now.count());
  return out.text();
}

}  // namespace inferlab
