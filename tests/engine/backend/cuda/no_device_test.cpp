// Without a device: what is asked for is refused with a reason and a way on.

#include "engine/backend/registry.h"
#include "tests/engine/backend/cuda/device_test.h"

namespace inferlab::cuda::test {
namespace {

TEST_CASE("make_backend: cuda without a device says why, and what runs instead") {
  if (kEmulated) return;  // not a row of the registry where there is no nvcc
  const auto found = devices();
  if (found.has_value() && !found->empty()) {
    CHECK(make_backend("cuda").has_value());
    return;
  }
  for (const char* name : {"cuda", "cuda-invariant"}) {
    const auto backend = make_backend(name);
    REQUIRE_FALSE(backend.has_value());
    CHECK(backend.error().kind == ErrorKind::kUnavailable);
    CHECK(backend.error().message.starts_with("cuda: "));
    CHECK(backend.error().hint.find("--device cpu") != std::string::npos);
    CHECK(measure_roofline(name).error().kind == ErrorKind::kUnavailable);
  }
  CHECK(measure_roofline("cpu").error().kind == ErrorKind::kUnavailable);
  CHECK(measure_roofline("abacus").error().kind == ErrorKind::kNotFound);
}

}  // namespace
}  // namespace inferlab::cuda::test
