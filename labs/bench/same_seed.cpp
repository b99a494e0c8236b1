// The same seed gives the same run: a scenario with every part in it, twice.
#include <fmt/format.h>

#include "labs/bench/measurements.h"
#include "labs/bench/reference_run.h"

namespace inferlab::labs {

Result<Figures> measure_same_seed(const Doing& doing) {
  doing("first run");
  const std::uint64_t first = reference_run_hash(kReferenceSeed);
  doing("second run");
  const std::uint64_t second = reference_run_hash(kReferenceSeed);
  if (first != second) {
    return Error{
        ErrorKind::kUnavailable,
        fmt::format("same-seed: two runs of one seed differ: {:016x}, {:016x}", first, second),
        "this is a bug of inferlab"};
  }
  return Figures{{"event log of two runs of one seed, hashed", 0, "", 0, Figure::Better::kMore,
                  fmt::format("{:016x}", first)}};
}

}  // namespace inferlab::labs
