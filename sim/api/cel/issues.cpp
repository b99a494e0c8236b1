#include "sim/api/cel/issues.h"

#include <fmt/format.h>

#include <algorithm>

namespace inferlab::sim::cel {

namespace {

// As many as cel-go reports.
constexpr std::size_t kMostIssues = 100;
constexpr std::size_t kMostSnippet = 16384;

std::size_t sequence_length(char first) {
  const auto c = static_cast<unsigned char>(first);
  return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

}  // namespace

Issues::Issues(std::string_view text) : text_(text), line_starts_{0} {
  std::size_t offset = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U) continue;
    ++offset;
    if (c == '\n') line_starts_.push_back(offset);
  }
}

void Issues::add(std::string message) {
  if (++count_ <= kMostIssues) issues_.push_back({.message = std::move(message)});
}

void Issues::add(std::size_t offset, std::string message) {
  if (++count_ > kMostIssues) return;
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<std::size_t>(after - line_starts_.begin()) - 1;
  issues_.push_back({.placed = true,
                     .line = line,
                     .column = offset - line_starts_[line],
                     .message = std::move(message)});
}

std::string Issues::show(const Issue& issue) const {
  if (!issue.placed) return fmt::format("ERROR: <input>:-1:0: {}", issue.message);
  std::string out =
      fmt::format("ERROR: <input>:{}:{}: {}", issue.line + 1, issue.column + 1, issue.message);
  std::size_t start = 0;
  for (std::size_t i = 0; i < issue.line; ++i) start = text_.find('\n', start) + 1;
  std::string snippet = text_.substr(start, text_.find('\n', start) - start);
  if (snippet.size() > kMostSnippet) return out;
  std::replace(snippet.begin(), snippet.end(), '\t', ' ');
  out += "\n | " + snippet + "\n | ";
  // A wide character is underlined with a wide one, so that the mark stays below its place.
  std::size_t at = 0;
  for (std::size_t i = 0; i < issue.column && at < snippet.size(); ++i) {
    const std::size_t length = sequence_length(snippet[at]);
    out += length > 1 ? "\uff0e" : ".";
    at += length;
  }
  out += at < snippet.size() && sequence_length(snippet[at]) > 1 ? "\uff3e" : "^";
  return out;
}

std::string Issues::str() const {
  std::vector<const Issue*> sorted;
  sorted.reserve(issues_.size());
  for (const Issue& issue : issues_) sorted.push_back(&issue);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Issue* a, const Issue* b) {
    if (a->placed != b->placed) return !a->placed;
    return a->line != b->line ? a->line < b->line : a->column < b->column;
  });
  std::string out;
  for (const Issue* issue : sorted) {
    if (!out.empty()) out += '\n';
    out += show(*issue);
  }
  if (count_ > kMostIssues) {
    out += fmt::format("\n{} more errors were truncated", count_ - kMostIssues);
  }
  return out;
}

}  // namespace inferlab::sim::cel
