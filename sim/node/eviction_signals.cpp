#include "sim/node/eviction_signals.h"

#include <fmt/format.h>

#include <charconv>
#include <string>

#include "sim/api/quantity.h"

namespace inferlab::sim {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

constexpr SignalRow kRows[kNumSignals] = {
    {Signal::kMemoryAvailable, "memory.available", "MemoryPressure", "memory"},
    {Signal::kAllocatableMemoryAvailable, "allocatableMemory.available", "MemoryPressure",
     "memory"},
    {Signal::kNodeFsAvailable, "nodefs.available", "DiskPressure", "ephemeral-storage"},
    {Signal::kNodeFsInodesFree, "nodefs.inodesFree", "DiskPressure", "inodes"},
    {Signal::kImageFsAvailable, "imagefs.available", "DiskPressure", "ephemeral-storage"},
    {Signal::kImageFsInodesFree, "imagefs.inodesFree", "DiskPressure", "inodes"},
    {Signal::kPidAvailable, "pid.available", "PIDPressure", "pids"},
};

Error refused(std::string_view field, std::string_view signal, std::string_view why) {
  return Error{ErrorKind::kInvalid, fmt::format("{}: {}: {}", field, signal, why),
               "see \"Node-pressure Eviction\" in the Kubernetes documentation"};
}

/// "10%", "7.5%": up to four digits after the point, as millionths.
std::optional<std::int64_t> parse_percent(std::string_view text) {
  text.remove_suffix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string digits(point == std::string_view::npos ? "" : text.substr(point + 1));
  if (digits.size() > 4) return std::nullopt;
  digits.resize(4, '0');
  digits.insert(0, whole);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool is_number = error == std::errc{} && end == digits.data() + digits.size();
  if (!is_number || whole.empty() || value < 0 || value > kMillion) return std::nullopt;
  return value;
}

Result<ThresholdAmount> parse_amount(std::string_view field, std::string_view signal,
                                     std::string_view text) {
  if (text.ends_with('%')) {
    const auto millionths = parse_percent(text);
    if (!millionths) return refused(field, signal, "a percentage is between 0% and 100%");
    return ThresholdAmount{0, millionths};
  }
  const auto quantity = Quantity::parse(text);
  if (!quantity || quantity->units() < 0) {
    return refused(field, signal, fmt::format("\"{}\" is no quantity and no percentage", text));
  }
  return ThresholdAmount{quantity->units(), std::nullopt};
}

Result<std::vector<Threshold>> parse_all(std::string_view field,
                                         const KubeletSpec::Amounts& amounts) {
  std::vector<Threshold> out;
  for (const auto& [name, text] : amounts) {
    const SignalRow* found = nullptr;
    for (const SignalRow& row : kRows) {
      // Nobody sets the Pods' own signal: it follows memory.available.
      if (row.name == name && row.signal != Signal::kAllocatableMemoryAvailable) found = &row;
    }
    if (found == nullptr) return refused(field, name, "is no eviction signal");
    Threshold threshold;
    threshold.signal = found->signal;
    INFERLAB_TRY(threshold.value, parse_amount(field, name, text));
    out.push_back(threshold);
  }
  return out;
}

}  // namespace

std::span<const SignalRow> signal_rows() {
  return kRows;
}

const SignalRow& row_of(Signal signal) {
  return kRows[static_cast<std::size_t>(signal)];
}

std::int64_t ThresholdAmount::of(std::int64_t capacity) const {
  if (!millionths) return quantity;
  return capacity / kMillion * *millionths + capacity % kMillion * *millionths / kMillion;
}

Result<std::vector<Threshold>> thresholds_of(const KubeletSpec& spec) {
  INFERLAB_TRY(std::vector<Threshold> out, parse_all("eviction_hard", spec.eviction_hard));
  INFERLAB_TRY(std::vector<Threshold> soft, parse_all("eviction_soft", spec.eviction_soft));
  for (Threshold& threshold : soft) {
    const std::string name(row_of(threshold.signal).name);
    const auto grace = spec.eviction_soft_grace_period.find(name);
    const auto period = grace == spec.eviction_soft_grace_period.end()
                            ? std::nullopt
                            : parse_duration(grace->second);
    if (!period || *period <= 0s) {
      return refused("eviction_soft_grace_period", name, "a soft threshold needs a grace period");
    }
    threshold.grace = *period;
    out.push_back(threshold);
  }
  for (Threshold& threshold : out) {
    const std::string name(row_of(threshold.signal).name);
    const auto found = spec.eviction_minimum_reclaim.find(name);
    if (found == spec.eviction_minimum_reclaim.end()) continue;
    INFERLAB_TRY(threshold.minimum_reclaim,
                 parse_amount("eviction_minimum_reclaim", name, found->second));
  }
  // enforceNodeAllocatable is "pods" by default: the Pods' cgroup is watched like the node.
  const std::size_t given = out.size();
  for (std::size_t i = 0; i < given; ++i) {
    if (out[i].signal != Signal::kMemoryAvailable || !out[i].hard()) continue;
    Threshold pods = out[i];
    pods.signal = Signal::kAllocatableMemoryAvailable;
    out.push_back(pods);
  }
  return out;
}

}  // namespace inferlab::sim
