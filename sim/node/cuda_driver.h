#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferlab::sim {

/// The NVIDIA driver of a node, with the container toolkit that belongs to it as the default
/// runtime. Without a version nobody has said which it is, and no image asks for another one.
struct DriverSpec {
  bool installed = true;
  std::string version = {};  // "525.147.05"
  std::string cuda = {};     // the newest CUDA that it runs by itself: "12.0"
};

/// The CUDA that an image is built with. Without a version it has none. Figures: assets/facts.
struct CudaSpec {
  std::string version = {};       // "12.8"
  std::string least_driver = {};  // of CUDA's minor version compatibility: "525.60.13"
  /// Driver branches on which the image's forward compatibility package runs: "470", "535" …
  std::vector<std::string> compat_branches = {};
};

/// -1, 0 or 1. Numbers between dots, from the left; what one of them lacks is 0.
int compare_versions(std::string_view a, std::string_view b);

/// What the driver calls the card's brand: "tesla", "nvidiartx" or "geforce".
std::string_view brand_of(std::string_view gpu);

/// NVIDIA_REQUIRE_CUDA as NVIDIA's CUDA images have it; empty for an image without CUDA.
std::string cuda_requirement(const CudaSpec& cuda);

/// Evaluates a requirement: alternatives between spaces, in each of them conditions between commas,
/// of cuda, driver and brand. Returns nvidia-container-cli's words; empty: it is met.
/// Source: NVIDIA Container Toolkit documentation, "Specialized Configurations with Docker",
/// constraints.
std::string requirement_error(std::string_view requirement, const DriverSpec& driver,
                              std::string_view brand);

/// How a container that was handed GPUs fares with the node's driver.
struct CudaStart {
  std::string refusal;        // of the container toolkit: the process is never started
  bool insufficient = false;  // it starts, and cudaErrorInsufficientDriver is what CUDA says
};
/// `environment` is the container's own: NVIDIA_DISABLE_REQUIRE, NVIDIA_REQUIRE_CUDA.
CudaStart start_cuda(const CudaSpec& cuda, const DriverSpec& driver, std::string_view gpu,
                     const std::map<std::string, std::string>& environment);

/// What GPU feature discovery writes of the driver and of its CUDA,
/// nvidia.com/cuda.driver-version.full and the like; nothing where nobody has said which driver it
/// is.
std::vector<std::pair<std::string, std::string>> driver_labels(const DriverSpec& driver);

/// A version as cudaDriverGetVersion() has it: 12080 for "12.8".
int cuda_number(std::string_view version);

}  // namespace inferlab::sim
