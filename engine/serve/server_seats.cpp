#include "engine/serve/server_seats.h"

#include <algorithm>
#include <cstdint>

namespace inferlab {

ServerSeats server_seats(const ServeOptions& options) {
  constexpr std::int64_t kReserve = 16;
  constexpr std::int64_t kMostThreads = 4096;
  std::int64_t threads = options.num_threads;
  if (threads <= 0) {
    threads = std::min(std::max<std::int64_t>(1, options.max_num_seqs), kMostThreads) +
              std::min(std::max<std::int64_t>(1, options.max_num_waiting), kMostThreads) + kReserve;
  }
  threads = std::min(threads, kMostThreads);
  const std::int64_t reserve = std::min(kReserve, threads / 4);
  return {.threads = static_cast<int>(threads), .replies = static_cast<int>(threads - reserve)};
}

}  // namespace inferlab
