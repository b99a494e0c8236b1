#include "labs/report/cluster_picture.h"

#include <fmt/format.h>

#include <algorithm>

#include "labs/report/escape.h"

namespace inferlab::labs {
namespace {

constexpr int kWidth = 300, kGap = 24, kNode = 44, kChip = 26, kLine = 19, kMostNodes = 6;
// A chip for each GPU, as far as there is room; then their number is told.
constexpr int kMostChips = 8;
constexpr std::size_t kPoolsInRow = 3;

std::string text(int x, int y, std::string_view what, std::string_view style) {
  return fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\">{}</text>\n", x, y, style,
                     for_xml(what));
}

// What fits the width of a pool.
std::string cut(std::string_view what, std::size_t characters = 44) {
  if (what.size() <= characters) return std::string(what);
  return std::string(what.substr(0, characters - 1)) + "…";
}

std::string node_box(int x, int y, const std::string& name, int gpus) {
  std::string out =
      fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" class=\"node\"/>\n",
                  x, y, kWidth - 32, kNode - 8);
  out += text(x + 10, y + 23, name, "small");
  const int shown = std::min(gpus, kMostChips);
  for (int i = 0; i < shown; ++i) {
    const int left = x + kWidth - 42 - (shown - i) * (kChip - 4);
    out += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\" class=\"chip\"/>\n", left,
        y + 9, kChip - 8, kChip - 8);
  }
  return out;
}

struct Drawn {
  std::string svg;
  int height = 0;
};

Drawn pool_box(const sim::NodePoolSpec& pool, int x) {
  std::vector<std::pair<std::string, std::string>> lines;  // text and style
  lines.emplace_back(fmt::format("{} node(s), {} cores, {} GiB", pool.count, pool.cpu_milli / 1000,
                                 pool.memory_bytes >> 30),
                     "small");
  if (!pool.gpu.empty()) {
    lines.emplace_back(fmt::format("{} x {} each", pool.gpus_per_node, pool.gpu), "small");
  }
  for (const auto& [key, value] : pool.labels) {
    lines.emplace_back(cut(fmt::format("{}={}", key, value)), "mono");
  }
  for (const sim::Taint& taint : pool.taints) {
    lines.emplace_back(
        cut(fmt::format("taint {}{}:{}", taint.key, taint.value.empty() ? "" : "=" + taint.value,
                        sim::to_string(taint.effect))),
        "mono taint");
  }
  Drawn out;
  int y = 34;
  std::string inner = text(x + 16, y, pool.name, "pool");
  y += 8;
  for (const auto& [line, style] : lines) {
    y += kLine;
    inner += text(x + 16, y, line, style);
  }
  y += 16;
  const int nodes = std::min(pool.count, kMostNodes);
  for (int i = 0; i < nodes; ++i) {
    inner += node_box(x + 16, y, fmt::format("{}-{}", pool.name, i), pool.gpus_per_node);
    y += kNode;
  }
  if (nodes < pool.count) {
    inner += text(x + 16, y + 12, fmt::format("and {} more", pool.count - nodes), "small");
    y += kLine;
  }
  out.height = y + 10;
  out.svg = std::move(inner);
  return out;
}

}  // namespace

std::string cluster_picture(const sim::ClusterSpec& cluster) {
  std::string inside;
  int width = 0, top = 0;
  for (std::size_t begin = 0; begin < cluster.pools.size(); begin += kPoolsInRow) {
    const std::size_t end = std::min(cluster.pools.size(), begin + kPoolsInRow);
    std::vector<Drawn> row;
    int x = 0, height = 0;
    for (std::size_t i = begin; i < end; ++i) {
      row.push_back(pool_box(cluster.pools[i], x));
      height = std::max(height, row.back().height);
      x += kWidth + kGap;
    }
    width = std::max(width, x - kGap);
    inside += fmt::format("<g transform=\"translate(0 {})\">\n", top);
    x = 0;
    for (const Drawn& pool : row) {
      inside += fmt::format(
          "<rect x=\"{}\" y=\"1\" width=\"{}\" height=\"{}\" rx=\"12\" class=\"card\"/>\n{}", x + 1,
          kWidth - 2, height - 2, pool.svg);
      x += kWidth + kGap;
    }
    inside += "</g>\n";
    top += height + kGap;
  }
  return fmt::format(
      "<svg class=\"cluster\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" "
      "role=\"img\" aria-label=\"The nodes of the cluster\">\n{}</svg>\n",
      std::max(1, width), std::max(1, top - kGap), inside);
}

}  // namespace inferlab::labs
