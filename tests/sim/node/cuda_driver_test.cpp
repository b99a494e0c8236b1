#include "sim/node/cuda_driver.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "sim/node/device_plugin_link.h"

namespace inferlab::sim {
namespace {

using Environment = std::map<std::string, std::string>;

const CudaSpec kCuda128 = {"12.8", "525.60.13", {"470", "535", "550", "560", "565"}};
const CudaSpec kCuda130 = {"13.0", "580.65.06", {"535", "550"}};
const DriverSpec kDriver525 = {true, "525.147.05", "12.0"};
const DriverSpec kDriver535 = {true, "535.183.06", "12.2"};
const DriverSpec kDriver570 = {true, "570.133.20", "12.8"};

TEST_CASE("CUDA: versions compare by their numbers") {
  CHECK(compare_versions("525.60.13", "525.147.05") < 0);
  CHECK(compare_versions("570.26", "570.26.00") == 0);
  CHECK(compare_versions("570.133.20", "570.26") > 0);
  CHECK(compare_versions("12.10", "12.9") > 0);
  CHECK(cuda_number("12.8") == 12080);
  CHECK(cuda_number("13.0") == 13000);
}

TEST_CASE("CUDA: an image's requirement is alternatives of conditions") {
  CHECK(cuda_requirement({}).empty());
  CHECK(cuda_requirement({"12.1", "525.60.13", {"470"}}) ==
        "cuda>=12.1 brand=tesla,driver>=470,driver<471 brand=nvidiartx,driver>=470,driver<471");
  const std::string requirement = cuda_requirement(kCuda128);
  CHECK(requirement_error(requirement, kDriver570, "tesla").empty());
  CHECK(requirement_error(requirement, kDriver535, "tesla").empty());
  const std::string refused =
      "requirement error: unsatisfied condition: cuda>=12.8, please update your driver to a newer "
      "version, or use an earlier cuda container";
  CHECK(requirement_error(requirement, kDriver525, "tesla") == refused);
  // The package for forward compatibility is for data centre cards.
  CHECK(requirement_error(requirement, kDriver535, "geforce") == refused);
  CHECK(requirement_error("driver>=535,driver<536", kDriver570, "tesla") ==
        "requirement error: unsatisfied condition: driver<536");
  CHECK(requirement_error("brand!=geforce  cuda=11.0", kDriver525, "tesla").empty());
  CHECK(requirement_error("colour=red", kDriver525, "tesla") ==
        "requirement error: unsatisfied condition: colour=red");
}

TEST_CASE("CUDA: what is not refused may still find the driver too old") {
  const auto start = [](const CudaSpec& cuda, const DriverSpec& driver, const Environment& env) {
    const CudaStart out = start_cuda(cuda, driver, "A100-80GB-SXM", env);
    return out.refusal.empty() ? std::string(out.insufficient ? "insufficient" : "works")
                               : "refused";
  };
  CHECK(start(kCuda128, kDriver570, {}) == "works");
  CHECK(start(kCuda128, kDriver525, {}) == "refused");
  // Minor version compatibility: the same major version is enough for CUDA itself.
  CHECK(start(kCuda128, kDriver525, {{"NVIDIA_DISABLE_REQUIRE", "true"}}) == "works");
  CHECK(start(kCuda128, kDriver525, {{"NVIDIA_DISABLE_REQUIRE", "no"}}) == "refused");
  CHECK(start(kCuda128, kDriver525, {{"NVIDIA_REQUIRE_CUDA", "cuda>=12.0"}}) == "works");
  CHECK(start(kCuda130, kDriver525, {{"NVIDIA_DISABLE_REQUIRE", "1"}}) == "insufficient");
  CHECK(start(kCuda130, kDriver535, {}) == "works");  // with the image's own user-mode driver
  CHECK(start({}, kDriver525, {}) == "works");
  CHECK(start(kCuda130, {}, {}) == "works");  // nobody has said which driver it is
}

TEST_CASE("DevicePluginLink: what is offered, and for how long it counts") {
  const Time start{};
  DevicePluginLink link(false);
  CHECK_FALSE(link.ever_registered());
  link.kubelet_starts();
  CHECK_FALSE(link.ever_registered());
  link.connect("old");
  link.connect("new");
  CHECK(link.offers());
  // The last one to register is the one that counts.
  CHECK_FALSE(link.disconnect("old", start));
  CHECK(link.disconnect("new", start));
  CHECK_FALSE(link.offers());
  CHECK(link.counts_to_capacity());
  CHECK_FALSE(link.expire(start + 5min));
  CHECK(link.expire(start + 5min + 1s));
  CHECK_FALSE(link.expire(start + 6min));
  CHECK_FALSE(link.counts_to_capacity());
  CHECK(link.ever_registered());
  link.connect("newer");
  CHECK(link.offers());
  link.kubelet_starts();
  CHECK_FALSE(link.counts_to_capacity());

  DevicePluginLink built_in(true);
  CHECK_FALSE(built_in.disconnect("", start));
  built_in.kubelet_starts();
  CHECK(built_in.offers());
}

}  // namespace
}  // namespace inferlab::sim
