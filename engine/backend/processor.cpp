#include "engine/backend/processor.h"

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>

namespace inferlab {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("model name")) continue;
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "CPU";
}

}  // namespace

DeviceInfo processor_info() {
  const std::int64_t pages = ::sysconf(_SC_PHYS_PAGES);
  const std::int64_t page_bytes = ::sysconf(_SC_PAGESIZE);
  return DeviceInfo{.backend = "cpu",
                    .name = processor_name(),
                    .memory_bytes = pages > 0 && page_bytes > 0 ? pages * page_bytes : 0,
                    .compute_capability = {}};
}

}  // namespace inferlab
