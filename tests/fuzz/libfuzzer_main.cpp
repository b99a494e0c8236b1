// libFuzzer's entry for one target: INFERLAB_FUZZ_TARGET names its function.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "engine/base/check.h"
#include "tests/fuzz/targets.h"

// In place of the library's, which ends the program without libFuzzer noticing.
void inferlab::internal::check_failed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
  std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  inferlab::fuzz::INFERLAB_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
