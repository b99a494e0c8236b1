#pragma once

#include <cstdint>

namespace inferlab::labs {

inline constexpr std::uint64_t kReferenceSeed = 20'260'105;

/// The run hash of one fixed scenario: half an hour of a cluster with GPUs, a Deployment of LLM
/// servers under traffic, Pods with spread and affinity, a Job that fails, a node that is lost, a
/// rolling update. Equal seeds give equal hashes in every build, with whatever optimisation or
/// sanitizer, on however many cores; what a change of behaviour changes shows here.
std::uint64_t reference_run_hash(std::uint64_t seed);

}  // namespace inferlab::labs
