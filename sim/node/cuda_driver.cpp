#include "sim/node/cuda_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <initializer_list>
#include <iterator>

namespace inferlab::sim {
namespace {

/// Takes what stands before the first `separator` off `text`.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view out = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return out;
}

int number_of(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

struct Condition {
  std::string_view name, comparison, value;
};

Condition condition_of(std::string_view text) {
  const std::size_t at = text.find_first_of("=!<>");
  if (at == std::string_view::npos) return {text, {}, {}};
  const std::size_t end = text.find_first_not_of("=!<>", at);
  return {text.substr(0, at), text.substr(at, end - at),
          end == std::string_view::npos ? std::string_view() : text.substr(end)};
}

bool holds(int order, std::string_view comparison) {
  if (comparison == "=") return order == 0;
  if (comparison == "!=") return order != 0;
  if (comparison == "<") return order < 0;
  if (comparison == "<=") return order <= 0;
  if (comparison == ">") return order > 0;
  return comparison == ">=" && order >= 0;
}

bool is_met(const Condition& condition, const DriverSpec& driver, std::string_view brand) {
  if (condition.name == "brand") return holds(brand.compare(condition.value), condition.comparison);
  if (condition.name != "cuda" && condition.name != "driver") return false;
  const std::string& own = condition.name == "cuda" ? driver.cuda : driver.version;
  return holds(compare_versions(own, condition.value), condition.comparison);
}

/// The first condition of an alternative that is not met; empty: all are.
std::string_view unmet(std::string_view alternative, const DriverSpec& driver,
                       std::string_view brand) {
  while (!alternative.empty()) {
    const std::string_view one = take(alternative, ',');
    if (!is_met(condition_of(one), driver, brand)) return one;
  }
  return {};
}

using DriverLabels = std::vector<std::pair<std::string, std::string>>;

/// The whole version, and each of its numbers; "" for one that is missing.
void add_version(DriverLabels& labels, std::string_view what, std::string_view version,
                 std::initializer_list<std::string_view> parts) {
  labels.emplace_back(fmt::format("nvidia.com/cuda.{}.full", what), version);
  for (const std::string_view part : parts) {
    labels.emplace_back(fmt::format("nvidia.com/cuda.{}.{}", what, part), take(version, '.'));
  }
}

/// Go's strconv.ParseBool, as far as it says true.
bool is_true(std::string_view text) {
  constexpr std::string_view kTrue[] = {"1", "t", "T", "true", "TRUE", "True"};
  return std::ranges::find(kTrue, text) != std::end(kTrue);
}

/// Whether CUDA itself works: the driver is new enough, or the image brings the newer user-mode
/// driver along, or both are of one major version. Source: NVIDIA, "CUDA Compatibility".
bool computes(const CudaSpec& cuda, const DriverSpec& driver, std::string_view brand) {
  if (compare_versions(driver.cuda, cuda.version) >= 0) return true;
  const std::string branch = driver.version.substr(0, driver.version.find('.'));
  const bool brings_its_own =
      brand != "geforce" &&
      std::ranges::find(cuda.compat_branches, branch) != cuda.compat_branches.end();
  return brings_its_own || compare_versions(driver.version, cuda.least_driver) >= 0;
}

}  // namespace

int compare_versions(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const int left = number_of(take(a, '.'));
    const int right = number_of(take(b, '.'));
    if (left != right) return left < right ? -1 : 1;
  }
  return 0;
}

int cuda_number(std::string_view version) {
  const int major = number_of(take(version, '.'));
  return 1000 * major + 10 * number_of(version);
}

std::vector<std::pair<std::string, std::string>> driver_labels(const DriverSpec& driver) {
  DriverLabels out;
  if (driver.version.empty()) return out;
  add_version(out, "driver-version", driver.version, {"major", "minor", "revision"});
  add_version(out, "runtime-version", driver.cuda, {"major", "minor"});
  return out;
}

std::string_view brand_of(std::string_view gpu) {
  if (gpu.starts_with("RTXPRO")) return "nvidiartx";
  return gpu.starts_with("RTX") ? "geforce" : "tesla";
}

std::string cuda_requirement(const CudaSpec& cuda) {
  if (cuda.version.empty()) return {};
  std::string out = "cuda>=" + cuda.version;
  for (const std::string& branch : cuda.compat_branches) {
    for (const char* brand : {"tesla", "nvidiartx"}) {
      out += fmt::format(" brand={},driver>={},driver<{}", brand, branch, number_of(branch) + 1);
    }
  }
  return out;
}

std::string requirement_error(std::string_view requirement, const DriverSpec& driver,
                              std::string_view brand) {
  std::string_view first;
  while (!requirement.empty()) {
    const std::string_view alternative = take(requirement, ' ');
    if (alternative.empty()) continue;
    const std::string_view failed = unmet(alternative, driver, brand);
    if (failed.empty()) return {};
    if (first.empty()) first = failed;
  }
  if (first.empty()) return {};
  const std::string_view advice =
      first.starts_with("cuda")
          ? ", please update your driver to a newer version, or use an earlier cuda container"
          : "";
  return fmt::format("requirement error: unsatisfied condition: {}{}", first, advice);
}

CudaStart start_cuda(const CudaSpec& cuda, const DriverSpec& driver, std::string_view gpu,
                     const std::map<std::string, std::string>& environment) {
  if (driver.version.empty()) return {};
  const auto variable = [&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : &found->second;
  };
  const std::string* const disabled = variable("NVIDIA_DISABLE_REQUIRE");
  const std::string_view brand = brand_of(gpu);
  CudaStart out;
  if (disabled == nullptr || !is_true(*disabled)) {
    const std::string* const written = variable("NVIDIA_REQUIRE_CUDA");
    const std::string why =
        requirement_error(written != nullptr ? *written : cuda_requirement(cuda), driver, brand);
    if (!why.empty()) {
      // Texts of containerd, runc and libnvidia-container; the toolkit's hook is one of runc's.
      out.refusal = fmt::format(
          "failed to create containerd task: failed to create shim task: OCI runtime create "
          "failed: runc create failed: unable to start container process: error during container "
          "init: error running prestart hook #0: exit status 1, stdout: , stderr: Auto-detected "
          "mode as 'legacy'\nnvidia-container-cli: {}: unknown",
          why);
      return out;
    }
  }
  out.insufficient = !cuda.version.empty() && !computes(cuda, driver, brand);
  return out;
}

}  // namespace inferlab::sim
