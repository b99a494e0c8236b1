#include "labs/bench/engine/core_share.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "engine/backend/cpu/thread_pool.h"

namespace inferlab::labs {
namespace {

double now_seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

}  // namespace

CoreShare::CoreShare() : begin_(waited()), begin_seconds_(now_seconds()) {}

double CoreShare::cores() const {
  const double cores = cpu::available_processors();
  const double passed = now_seconds() - begin_seconds_;
  const Waited now = waited();
  if (passed <= 0) return cores;
  const double lost = now.seconds - begin_.seconds + now.stolen - begin_.stolen;
  return std::clamp(cores - lost / passed, 0.0, cores);
}

CoreShare::Waited CoreShare::waited() {
  Waited waited;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
    // Nanoseconds on a processor, nanoseconds waiting for one, times on one.
    std::ifstream file(task.path() / "schedstat");
    double ran = 0;
    double delayed = 0;
    if (file >> ran >> delayed) waited.seconds += delayed * 1e-9;
  }
  std::ifstream stat("/proc/stat");
  std::string name;
  double ticks[8] = {};  // user, nice, system, idle, iowait, irq, softirq, steal
  if (stat >> name) {
    for (double& value : ticks) stat >> value;
  }
  waited.stolen = ticks[7] / static_cast<double>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
  return waited;
}

}  // namespace inferlab::labs
