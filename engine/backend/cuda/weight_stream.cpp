#include "engine/backend/cuda/weight_stream.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "engine/backend/cuda/device_array.h"
#include "engine/backend/cuda/repack.h"
#include "engine/backend/cuda/stream.h"
#include "engine/formats/mapped_file.h"

namespace inferlab::cuda {
namespace {

/// Large enough for the link's full speed, small enough that the first copy begins soon.
constexpr std::int64_t kPieceBytes = std::int64_t{16} << 20;
/// A processor copies out of the page cache at some 5 GB/s; a link of PCIe 5 takes ten times that.
constexpr unsigned kMostReaders = 8;

/// Pinned buffers in a ring, filled by readers in the order of the pieces: piece i is in buffer
/// i % size.
class Ring {
 public:
  Ring(std::span<const WeightJob> jobs, std::span<const WeightPiece> pieces,
       std::vector<PinnedArray<std::byte>> buffers, std::vector<Event> copied, unsigned num_readers,
       bool let_go)
      : jobs_(jobs),
        pieces_(pieces),
        buffers_(std::move(buffers)),
        copied_(std::move(copied)),
        filled_(pieces.size()),
        let_go_(let_go) {
    for (unsigned i = 0; i < num_readers; ++i) readers_.emplace_back([this] { read(); });
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  ~Ring() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& reader : readers_) reader.join();
  }

  /// Waits until the piece is there.
  const std::byte* filled(std::size_t piece) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return filled_[piece]; });
    return buffers_[piece % buffers_.size()].data();
  }
  /// The copy of the piece has been queued: its buffer may be filled again once it has run.
  Result<void> queued(std::size_t piece, const Stream& stream) {
    INFERLAB_TRY_VOID(copied_[piece % copied_.size()].record(stream));
    {
      const std::scoped_lock lock(mutex_);
      num_queued_ = piece + 1;
    }
    changed_.notify_all();
    return {};
  }

 private:
  void read() {
    while (true) {
      std::size_t piece = 0;
      {
        std::unique_lock lock(mutex_);
        piece = next_++;
        if (piece >= pieces_.size()) return;
        changed_.wait(lock, [&] { return stopping_ || piece < num_queued_ + buffers_.size(); });
        if (stopping_) return;
      }
      const std::size_t slot = piece % buffers_.size();
      // What goes wrong on the device is told to who queues the copies.
      if (piece >= buffers_.size()) (void)copied_[slot].wait();
      const WeightPiece& part = pieces_[piece];
      const Matrix& from = jobs_[part.job].from;
      const auto rows =
          from.data.subspan(static_cast<std::size_t>(part.first_row * from.row_bytes()),
                            static_cast<std::size_t>(part.num_rows * from.row_bytes()));
      std::memcpy(buffers_[slot].data(), rows.data(), rows.size());
      if (let_go_) drop_pages(rows);
      {
        const std::scoped_lock lock(mutex_);
        filled_[piece] = true;
      }
      changed_.notify_all();
    }
  }

  std::span<const WeightJob> jobs_;
  std::span<const WeightPiece> pieces_;
  std::vector<PinnedArray<std::byte>> buffers_;
  std::vector<Event> copied_;  // of each buffer: its last copy
  std::mutex mutex_;           // of the next five
  std::condition_variable changed_;
  std::vector<bool> filled_;
  std::size_t next_ = 0;
  std::size_t num_queued_ = 0;
  bool stopping_ = false;
  const bool let_go_;
  std::vector<std::thread> readers_;
};

/// Queues what brings a piece from its buffer to its place.
Result<void> copy_piece(const WeightJob& job, const WeightPiece& piece, const std::byte* buffer,
                        std::uint8_t* raw, const Stream& stream) {
  const Matrix& from = job.from;
  const auto bytes = static_cast<std::size_t>(piece.num_rows * from.row_bytes());
  if (is_packed(from.type)) {
    INFERLAB_TRY_VOID(
        checked("copy of weights",
                cudaMemcpyAsync(raw, buffer, bytes, cudaMemcpyHostToDevice, stream.get())));
    const RawRows rows = {.type = from.type,
                          .data = raw,
                          .rows = piece.num_rows,
                          .columns = from.columns,
                          .row_bytes = from.row_bytes()};
    return repack(rows, piece.first_row / kTileRows, job.to, stream.get());
  }
  const auto width = static_cast<std::size_t>(from.row_bytes());
  const std::size_t pitch = width / static_cast<std::size_t>(from.columns) *
                            static_cast<std::size_t>(matrix_stride(from.type, from.columns));
  std::uint8_t* to = job.to + static_cast<std::size_t>(piece.first_row) * pitch;
  if (pitch == width) {
    return checked("copy of weights",
                   cudaMemcpyAsync(to, buffer, bytes, cudaMemcpyHostToDevice, stream.get()));
  }
  const auto rows = static_cast<std::size_t>(piece.num_rows);
  INFERLAB_TRY_VOID(
      checked("padding of weights", cudaMemsetAsync(to, 0, rows * pitch, stream.get())));
  return checked("copy of weights", cudaMemcpy2DAsync(to, pitch, buffer, width, width, rows,
                                                      cudaMemcpyHostToDevice, stream.get()));
}

}  // namespace

std::vector<WeightPiece> cut_into_pieces(std::span<const WeightJob> jobs,
                                         std::int64_t piece_bytes) {
  std::vector<WeightPiece> pieces;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const Matrix& from = jobs[i].from;
    const std::int64_t step =
        std::max<std::int64_t>(1, piece_bytes / (from.row_bytes() * kTileRows)) * kTileRows;
    for (std::int64_t row = 0; row < from.rows; row += step) {
      pieces.push_back({.job = i, .first_row = row, .num_rows = std::min(step, from.rows - row)});
    }
  }
  return pieces;
}

Result<LoadReport> stream_weights(std::span<const WeightJob> jobs, bool let_go) {
  const std::vector<WeightPiece> pieces = cut_into_pieces(jobs, kPieceBytes);
  if (pieces.empty()) return LoadReport{};
  LoadReport report;
  std::int64_t largest = 0;
  for (const WeightPiece& piece : pieces) {
    const std::int64_t bytes = piece.num_rows * jobs[piece.job].from.row_bytes();
    largest = std::max(largest, bytes);
    report.bytes += bytes;
  }
  const unsigned readers = std::clamp(std::thread::hardware_concurrency() / 2, 1U, kMostReaders);
  const std::size_t num_buffers = std::min<std::size_t>(pieces.size(), std::size_t{readers} * 2);
  std::vector<PinnedArray<std::byte>> buffers;
  std::vector<Event> copied;
  for (std::size_t i = 0; i < num_buffers; ++i) {
    INFERLAB_TRY(PinnedArray<std::byte> buffer,
                 PinnedArray<std::byte>::create(static_cast<std::size_t>(largest)));
    buffers.push_back(std::move(buffer));
    INFERLAB_TRY(Event event, Event::create());
    copied.push_back(std::move(event));
  }
  INFERLAB_TRY(const DeviceArray<std::uint8_t> raw,
               DeviceArray<std::uint8_t>::create(static_cast<std::size_t>(largest)));
  INFERLAB_TRY(const Stream stream, Stream::create());
  INFERLAB_TRY(const Event begin, Event::create());
  INFERLAB_TRY(const Event end, Event::create());
  INFERLAB_TRY_VOID(begin.record(stream));
  Result<void> done;
  {
    Ring ring(jobs, pieces, std::move(buffers), std::move(copied), readers, let_go);
    for (std::size_t i = 0; i < pieces.size() && done; ++i) {
      const std::byte* buffer = ring.filled(i);
      done = copy_piece(jobs[pieces[i].job], pieces[i], buffer, raw.data(), stream);
      if (done) done = ring.queued(i, stream);
    }
    if (done) done = end.record(stream);
    // Before the buffers go: copies may still read them.
    if (Result<void> waited = stream.wait(); done) done = std::move(waited);
  }
  if (!done) return std::move(done).error();
  INFERLAB_TRY(report.milliseconds, end.since(begin));
  return report;
}

}  // namespace inferlab::cuda
