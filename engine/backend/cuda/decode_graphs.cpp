#include "engine/backend/cuda/decode_graphs.h"

#include "engine/backend/cuda/cuda_error.h"

namespace inferlab::cuda {

Result<void> DecodeGraphs::run(std::int64_t rows, cudaStream_t stream,
                               const std::function<Result<void>()>& queue) {
  Entry& entry = entries_[rows];
  if (entry.exec == nullptr) {
    if (!entry.has_run) {
      entry.has_run = true;
      return queue();
    }
    INFERLAB_TRY_VOID(checked("capture of a graph",
                              cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal)));
    const Result<void> queued = queue();
    cudaGraph_t graph = nullptr;
    const Result<void> ended = checked("capture of a graph", cudaStreamEndCapture(stream, &graph));
    if (!queued) {
      if (graph != nullptr) (void)cudaGraphDestroy(graph);
      return queued.error();
    }
    if (!ended) return ended.error();
    const Result<void> made =
        checked("instance of a graph", cudaGraphInstantiate(&entry.exec, graph));
    (void)cudaGraphDestroy(graph);
    if (!made) return made.error();
  }
  return checked("replay of a graph", cudaGraphLaunch(entry.exec, stream));
}

void DecodeGraphs::clear() {
  for (auto& [rows, entry] : entries_) {
    if (entry.exec != nullptr) (void)cudaGraphExecDestroy(entry.exec);
  }
  entries_.clear();
}

}  // namespace inferlab::cuda
