// Threads, blocks and warps.

#include "emulator.h"

#include <setjmp.h>
#include <ucontext.h>

#include <memory>
#include <vector>

#include "stream_state.h"

namespace emulated {

dim3 thread_index;
dim3 block_index;
dim3 block_size;
dim3 grid_size;

namespace {

constexpr std::size_t kStackBytes = 192 * 1024;
constexpr int kLanes = 32;

struct LaneWork {
  const char* what;
  void* data;  // what the lane brings and gets
};

enum class State : std::uint8_t { kReady, kAtWarpBarrier, kAtBlockBarrier, kDone };

/// Where a fiber or the scheduler goes on: a context at first, then a jump, which asks nothing of
/// the operating system.
struct Fiber {
  ucontext_t context;
  jmp_buf at;
  bool begun;
  dim3 thread;
  State state;
};

struct Warp {
  int size = 0;
  int arrived = 0;
  LaneWork work[kLanes];
};

/// The block that runs now.
struct Block {
  std::vector<Fiber> fibers;
  std::vector<Warp> warps;
  std::size_t current = 0;
  std::size_t num_at_barrier = 0;
  std::size_t num_done = 0;
  jmp_buf scheduler;
  const std::function<void()>* kernel = nullptr;
};

Block block;
std::vector<std::unique_ptr<char[]>> stacks;
std::vector<uint4> shared;
std::int64_t launches = 0;

void run_fiber() {
  (*block.kernel)();
  block.fibers[block.current].state = State::kDone;
  ++block.num_done;
  _longjmp(block.scheduler, 1);
}

void give_way() {
  if (_setjmp(block.fibers[block.current].at) == 0) _longjmp(block.scheduler, 1);
}

void go_on() {
  Fiber& fiber = block.fibers[block.current];
  if (_setjmp(block.scheduler) != 0) return;
  if (fiber.begun) _longjmp(fiber.at, 1);
  fiber.begun = true;
  setcontext(&fiber.context);
}

void release_block_barrier() {
  for (Fiber& fiber : block.fibers) {
    if (fiber.state == State::kAtBlockBarrier) fiber.state = State::kReady;
  }
  block.num_at_barrier = 0;
}

void run_block(const std::function<void()>& kernel, bool backwards) {
  const std::size_t count = std::size_t{block_size.x} * block_size.y * block_size.z;
  block.fibers.resize(count);
  block.warps.assign((count + kLanes - 1) / kLanes, Warp{});
  block.kernel = &kernel;
  block.num_done = 0;
  block.num_at_barrier = 0;
  while (stacks.size() < count) stacks.push_back(std::make_unique<char[]>(kStackBytes));
  for (std::size_t i = 0; i < count; ++i) {
    Fiber& fiber = block.fibers[i];
    const auto index = static_cast<unsigned>(i);
    fiber.thread = dim3(index % block_size.x, index / block_size.x % block_size.y,
                        index / block_size.x / block_size.y);
    fiber.state = State::kReady;
    ++block.warps[i / kLanes].size;
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = stacks[i].get();
    fiber.context.uc_stack.ss_size = kStackBytes;
    fiber.context.uc_link = nullptr;
    fiber.begun = false;
    makecontext(&fiber.context, &run_fiber, 0);
  }
  while (block.num_done < count) {
    bool moved = false;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = backwards ? count - 1 - i : i;
      if (block.fibers[at].state != State::kReady) continue;
      moved = true;
      block.current = at;
      thread_index = block.fibers[at].thread;
      go_on();
    }
    // Threads that have returned do not count, as on a device.
    if (block.num_at_barrier > 0 && block.num_at_barrier + block.num_done == count) {
      release_block_barrier();
    } else if (!moved) {
      fail("a barrier that not all threads of a warp or block reach");
    }
  }
}

void run_grid(const dim3& grid, const dim3& threads, std::size_t shared_bytes,
              const std::function<void()>& kernel) {
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || threads.x * threads.y * threads.z > 1024 ||
      threads.x * threads.y * threads.z == 0 || grid.y > 65535 || grid.z > 65535) {
    fail("a grid that no device takes");
  }
  grid_size = grid;
  block_size = threads;
  const bool backwards = ++launches % 2 == 0;
  for (unsigned z = 0; z < grid.z; ++z) {
    for (unsigned y = 0; y < grid.y; ++y) {
      for (unsigned x = 0; x < grid.x; ++x) {
        block_index = dim3(x, y, z);
        shared.assign(shared_bytes / sizeof(uint4) + 1, uint4{~0U, ~0U, ~0U, ~0U});
        run_block(kernel, backwards);
      }
    }
  }
}

/// All lanes of the warp meet; the last one to come does the work of all of them.
template <typename Work>
void meet(const char* what, void* data, const Work& work) {
  const std::size_t at = block.current;
  Warp& warp = block.warps[at / kLanes];
  warp.work[at % kLanes] = {what, data};
  ++warp.arrived;
  if (warp.arrived < warp.size) {
    block.fibers[at].state = State::kAtWarpBarrier;
    give_way();
    return;
  }
  for (int lane = 0; lane < warp.size; ++lane) {
    if (std::strcmp(warp.work[lane].what, what) != 0) fail("lanes of a warp do different things");
  }
  work(warp);
  warp.arrived = 0;
  const std::size_t first = at / kLanes * kLanes;
  for (std::size_t i = first; i < first + static_cast<std::size_t>(warp.size); ++i) {
    if (block.fibers[i].state == State::kAtWarpBarrier) block.fibers[i].state = State::kReady;
  }
}

}  // namespace

void launch(const dim3& grid, const dim3& threads, std::size_t shared_bytes, cudaStream_t stream,
            std::function<void()> kernel) {
  put(stream, [=, kernel = std::move(kernel)] { run_grid(grid, threads, shared_bytes, kernel); });
}

char* shared_memory() {
  return reinterpret_cast<char*>(shared.data());
}
std::int64_t num_launches() {
  return launches;
}
int this_lane() {
  return static_cast<int>(block.current % kLanes);
}

void sync_block() {
  Fiber& fiber = block.fibers[block.current];
  fiber.state = State::kAtBlockBarrier;
  ++block.num_at_barrier;
  give_way();
}

void sync_warp() {
  meet("__syncwarp", nullptr, [](Warp&) {});
}

std::uint64_t exchange(std::uint64_t value, int source_lane) {
  struct Lane {
    std::uint64_t value;
    int source;
    std::uint64_t out;
  };
  Lane mine{value, source_lane, 0};
  meet("__shfl_sync", &mine, [](Warp& warp) {
    for (int lane = 0; lane < warp.size; ++lane) {
      auto& to = *static_cast<Lane*>(warp.work[lane].data);
      if (to.source < 0 || to.source >= warp.size) fail("a lane that does not exist");
      to.out = static_cast<Lane*>(warp.work[to.source].data)->value;
    }
  });
  return mine.out;
}

unsigned ballot(bool predicate) {
  struct Lane {
    bool predicate;
    unsigned out;
  };
  Lane mine{predicate, 0};
  meet("__ballot_sync", &mine, [](Warp& warp) {
    unsigned bits = 0;
    for (int lane = 0; lane < warp.size; ++lane) {
      bits |= unsigned{static_cast<Lane*>(warp.work[lane].data)->predicate} << lane;
    }
    for (int lane = 0; lane < warp.size; ++lane) {
      static_cast<Lane*>(warp.work[lane].data)->out = bits;
    }
  });
  return mine.out;
}

namespace {

template <typename C>
struct MmaLane {
  C* c;
  const std::uint32_t* a;
  std::uint32_t b[2];
};

/// [16, 8] += [16, k] [k, 8]. `element` takes the i-th element out of a register of `kPerRegister`.
template <typename C, typename Sum, int kPerRegister, typename Element>
void mma_warp(Warp& warp, int num_halves, const Element& element) {
  constexpr int kHalf = kPerRegister * 4;  // columns of a in a register of the four lanes of a row
  Sum a[16][32] = {};
  Sum b[32][8] = {};
  if (warp.size != kLanes) fail("mma of a warp that is not whole");
  for (int lane = 0; lane < kLanes; ++lane) {
    const auto& from = *static_cast<MmaLane<C>*>(warp.work[lane].data);
    const int group = lane / 4;
    const int member = lane % 4;
    for (int half = 0; half < num_halves; ++half) {
      for (int i = 0; i < kPerRegister; ++i) {
        const int k = half * kHalf + member * kPerRegister + i;
        a[group][k] = element(from.a[2 * half], i);
        a[group + 8][k] = element(from.a[2 * half + 1], i);
        b[k][group] = element(from.b[half], i);
      }
    }
  }
  for (int lane = 0; lane < kLanes; ++lane) {
    const auto& to = *static_cast<MmaLane<C>*>(warp.work[lane].data);
    for (int i = 0; i < 4; ++i) {
      const int row = lane / 4 + (i >= 2 ? 8 : 0);
      const int column = lane % 4 * 2 + i % 2;
      Sum sum = static_cast<Sum>(to.c[i]);
      for (int k = 0; k < num_halves * kHalf; ++k) sum += a[row][k] * b[k][column];
      to.c[i] = static_cast<C>(sum);
    }
  }
}

std::int64_t signed_byte(std::uint32_t bits, int index) {
  return static_cast<std::int8_t>(bits >> (8 * index) & 0xffU);
}

}  // namespace

void mma_16(float (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1,
            float (*widen)(std::uint16_t)) {
  MmaLane<float> mine{c, a, {b0, b1}};
  meet("mma.m16n8k16", &mine, [widen](Warp& warp) {
    mma_warp<float, double, 2>(warp, 2, [widen](std::uint32_t bits, int index) {
      return static_cast<double>(widen(static_cast<std::uint16_t>(bits >> (16 * index))));
    });
  });
}

void mma_s8(std::int32_t (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
  MmaLane<std::int32_t> mine{c, a, {b0, b1}};
  meet("mma.m16n8k32.s8", &mine,
       [](Warp& warp) { mma_warp<std::int32_t, std::int64_t, 4>(warp, 2, signed_byte); });
}

void mma_s8_half(std::int32_t (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t b) {
  const std::uint32_t a[2] = {a0, a1};
  MmaLane<std::int32_t> mine{c, a, {b, 0}};
  meet("mma.m16n8k16.s8", &mine,
       [](Warp& warp) { mma_warp<std::int32_t, std::int64_t, 4>(warp, 1, signed_byte); });
}

}  // namespace emulated
