#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "emulator.h"

namespace emulated {

/// Says what is wrong with the program and ends it.
[[noreturn]] void fail(const char* what);

struct GraphState {
  std::vector<std::function<void()>> work;
};
struct StreamState {
  std::unique_ptr<GraphState> capture;  // while a graph is being captured
};
struct EventState {};

/// Done now, or when the graph that is being captured is replayed.
void put(cudaStream_t stream, std::function<void()> work);

}  // namespace emulated
