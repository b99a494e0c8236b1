#include "sim/controllers/job_indexes.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace inferlab::sim {
namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t out = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || out < 0) return {};
  return out;
}

}  // namespace

IndexSet IndexSet::parse(std::string_view text, std::int64_t completions) {
  IndexSet out;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    const std::size_t dash = part.find('-');
    const auto first = number(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number(part.substr(dash + 1));
    if (!first || !last || *first >= completions || *last < *first) continue;
    out.add(*first, std::min(*last, completions - 1));
  }
  return out;
}

void IndexSet::add(const IndexSet& other) {
  for (const auto& [first, last] : other.last_of_) add(first, last);
}

void IndexSet::add(std::int64_t first, std::int64_t last) {
  auto next = last_of_.upper_bound(first);
  if (next != last_of_.begin() && std::prev(next)->second + 1 >= first) {
    --next;
    first = next->first;
  }
  while (next != last_of_.end() && next->first <= last + 1) {
    last = std::max(last, next->second);
    next = last_of_.erase(next);
  }
  last_of_.emplace(first, last);
}

bool IndexSet::contains(std::int64_t index) const {
  const auto next = last_of_.upper_bound(index);
  return next != last_of_.begin() && std::prev(next)->second >= index;
}

std::int64_t IndexSet::size() const {
  std::int64_t out = 0;
  for (const auto& [first, last] : last_of_) out += last - first + 1;
  return out;
}

std::int64_t IndexSet::common_with(const IndexSet& other) const {
  std::int64_t out = 0;
  for (const auto& [first, last] : last_of_) {
    for (const auto& [other_first, other_last] : other.last_of_) {
      out +=
          std::max<std::int64_t>(0, std::min(last, other_last) - std::max(first, other_first) + 1);
    }
  }
  return out;
}

std::vector<std::int64_t> IndexSet::missing(std::int64_t count, std::int64_t completions) const {
  std::vector<std::int64_t> out;
  const auto full = [&] { return static_cast<std::int64_t>(out.size()) >= count; };
  std::int64_t candidate = 0;
  for (const auto& [first, last] : last_of_) {
    for (; candidate < std::min(first, completions) && !full(); ++candidate)
      out.push_back(candidate);
    candidate = std::max(candidate, last + 1);
  }
  for (; candidate < completions && !full(); ++candidate) out.push_back(candidate);
  return out;
}

std::string IndexSet::str() const {
  std::string out;
  for (const auto& [first, last] : last_of_) {
    if (!out.empty()) out += ',';
    out += std::to_string(first);
    if (last == first) continue;
    out += last == first + 1 ? ',' : '-';
    out += std::to_string(last);
  }
  return out;
}

}  // namespace inferlab::sim
