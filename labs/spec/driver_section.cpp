#include "labs/spec/driver_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "labs/spec/facts.h"
#include "labs/spec/suggest.h"

namespace inferlab::labs {
namespace {

using sim::Value;

bool is_version(std::string_view text) {
  const bool has_digits_only =
      text.find_first_not_of("0123456789.") == std::string_view::npos && !text.empty();
  return has_digits_only && text.find("..") == std::string_view::npos && text.front() != '.' &&
         text.back() != '.' && text.find('.') != std::string_view::npos;
}

/// The newest CUDA that the driver runs by itself; empty: it is older than all that we know of.
std::string cuda_of(std::string_view driver, const std::vector<CudaFact>& facts) {
  std::string out;
  for (const CudaFact& fact : facts) {
    if (sim::compare_versions(driver, fact.driver) >= 0 &&
        (out.empty() || sim::compare_versions(fact.cuda.version, out) > 0)) {
      out = fact.cuda.version;
    }
  }
  return out;
}

void read_driver(const Value& row, const std::string& path, const std::vector<CudaFact>& facts,
                 const SpecValidator& places, sim::NodePoolSpec& pool, std::vector<Error>& errors) {
  using Plugin = sim::NodePoolSpec::DevicePlugin;
  const bool is_pod = row["device_plugin"].as_string() == "daemonset";
  pool.device_plugin = is_pod ? Plugin::kDaemonSet : Plugin::kBuiltIn;
  const std::string driver = row["driver"].str();
  if (pool.gpu.empty() && (is_pod || !driver.empty())) {
    errors.push_back(places.error(path + (is_pod ? ".device_plugin" : ".driver"),
                                  "is of nodes with GPUs", "state gpu and gpus_per_node too"));
    return;
  }
  if (driver.empty()) return;
  if (driver == "none") {
    pool.driver.installed = false;
    if (!is_pod) {
      errors.push_back(places.error(path + ".driver",
                                    "is none, and a built-in device plugin finds one",
                                    "state device_plugin: daemonset"));
    }
    return;
  }
  pool.driver.version = driver;
  pool.driver.cuda = cuda_of(driver, facts);
  if (is_version(driver) && !pool.driver.cuda.empty()) return;
  errors.push_back(
      is_version(driver)
          ? places.error(path + ".driver",
                         fmt::format("\"{}\" is older than all of assets/facts/cuda.yaml", driver),
                         fmt::format("the oldest there is {}", facts.front().driver))
          : places.error(path + ".driver", fmt::format("\"{}\" is no version of a driver", driver),
                         "as in: 570.133.20, or none"));
}

void read_cuda(const std::string& version, const std::string& path,
               const std::vector<CudaFact>& facts, const SpecValidator& places,
               sim::ImageSpec& image, std::vector<Error>& errors) {
  if (version.empty()) return;
  std::vector<std::string_view> known;
  for (const CudaFact& fact : facts) {
    known.push_back(fact.cuda.version);
    if (fact.cuda.version == version) image.cuda = fact.cuda;
  }
  if (!image.cuda.version.empty()) return;
  errors.push_back(places.error(path + ".cuda",
                                fmt::format("\"{}\" is not in assets/facts/cuda.yaml", version),
                                suggestion(version, known)));
}

bool is_needed(const Value& section) {
  const auto names = [](const Value& list, const char* field) {
    return std::ranges::any_of(list.items(), [&](const Value& row) { return row.has(field); });
  };
  return names(section["pools"], "driver") || names(section["pools"], "device_plugin") ||
         names(section["images"], "cuda");
}

}  // namespace

void read_drivers(const Value& section, const SpecValidator& places, sim::ClusterSpec& cluster,
                  std::vector<Error>& errors) {
  if (!is_needed(section)) return;
  const auto facts = load_cuda_facts();
  if (!facts) {
    errors.push_back(facts.error());
    return;
  }
  for (std::size_t i = 0; i < cluster.pools.size(); ++i) {
    read_driver(section["pools"][i], fmt::format(".cluster.pools[{}]", i), *facts, places,
                cluster.pools[i], errors);
  }
  for (std::size_t i = 0; i < cluster.images.size(); ++i) {
    read_cuda(section["images"][i]["cuda"].str(), fmt::format(".cluster.images[{}]", i), *facts,
              places, cluster.images[i], errors);
  }
}

}  // namespace inferlab::labs
