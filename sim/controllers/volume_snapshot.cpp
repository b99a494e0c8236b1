#include "sim/controllers/volume_snapshot.h"

#include <fmt/format.h>

#include <array>

#include "sim/controllers/storage_sidecar.h"

namespace inferlab::sim {
namespace {

Value finalizers_patch(Value finalizers) {
  return Value::object({{"metadata", Value::object({{"finalizers", std::move(finalizers)}})}});
}

}  // namespace

std::string snapshot_of_claim(const Value& claim) {
  // The API server keeps dataSource and dataSourceRef alike.
  const Value& source = claim["spec"]["dataSource"];
  if (source["kind"].as_string() != "VolumeSnapshot") return {};
  if (source["apiGroup"].as_string() != "snapshot.storage.k8s.io") return {};
  return source["name"].str();
}

std::string binary_size(std::int64_t bytes) {
  constexpr std::array kUnits = {"", "Ki", "Mi", "Gi", "Ti"};
  std::size_t unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit + 1 < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{}{}", bytes, kUnits[unit]);
}

Value with_finalizer(const Value& object, std::string_view finalizer) {
  return finalizers_patch(object["metadata"]["finalizers"].appended(Value(finalizer)));
}

Value without_finalizer(const Value& object, std::string_view finalizer) {
  return finalizers_patch(without_text(object["metadata"]["finalizers"], finalizer));
}

}  // namespace inferlab::sim
