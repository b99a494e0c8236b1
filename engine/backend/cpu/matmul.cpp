#include "engine/backend/cpu/matmul.h"

#include <algorithm>

namespace inferlab::cpu {
namespace {

/// Bytes of weights that a thread takes at a time: they should stay in its cache while all rows of
/// activations pass, and be many enough that taking them costs nothing.
constexpr std::int64_t kChunkBytes = 160 * 1024;
constexpr std::int64_t kMinChunkBytes = 8 * 1024;

/// Even, as kernels take two panels at a time.
std::int64_t panels_of_chunk(std::span<const Product> products, int num_threads) {
  std::int64_t panel_bytes = 1;
  std::int64_t all_bytes = 0;
  for (const Product& product : products) {
    panel_bytes = std::max(panel_bytes, product.w->panel_bytes());
    all_bytes += product.w->num_panels() * product.w->panel_bytes();
  }
  // Some chunks for each thread, so that none waits long for the last one.
  const std::int64_t wanted =
      std::clamp(all_bytes / (4 * num_threads), kMinChunkBytes, kChunkBytes);
  return std::max<std::int64_t>(2, wanted / panel_bytes / 2 * 2);
}

}  // namespace

void multiply(const Kernels& kernels, ThreadPool& pool, const Activations& x,
              std::span<const Product> products) {
  if (x.num_rows() == 0) return;
  const std::int64_t chunk = panels_of_chunk(products, pool.num_threads());
  std::int64_t num_items = 0;
  for (const Product& product : products) num_items += (product.w->num_panels() - 1) / chunk + 1;
  pool.run(num_items, [&](std::int64_t item, int) {
    const Product* product = products.data();
    for (;; ++product) {
      const std::int64_t count = (product->w->num_panels() - 1) / chunk + 1;
      if (item < count) break;
      item -= count;
    }
    const PackedMatrix& w = *product->w;
    const std::int64_t first = item * chunk;
    const std::int64_t last = std::min(first + chunk, w.num_panels());
    const Kernels::Matmul kernel = kernels.matmul(w.type());
    // Two panels at a time stay in the nearest cache while the activations pass.
    for (std::int64_t p = first; p < last; p += 2) {
      const PanelSpan panels = w.panels(p, std::min(p + 2, last));
      for (const Activations::Tile& tile : x.tiles()) {
        kernel(panels, tile.view, product->y + tile.first_row * product->y_stride + p * kPanelRows,
               product->y_stride);
      }
    }
  });
}

}  // namespace inferlab::cpu
