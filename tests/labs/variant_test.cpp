// What a counterfactual changes, and that it changes nothing else.
#include "labs/checks/variant.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "labs/spec/catalog.h"

using namespace inferlab;        // NOLINT
using namespace inferlab::labs;  // NOLINT

namespace {

LabSpec first_lab() {
  auto lab = find_lab("vllm-inference");
  if (!lab) FAIL(lab.error().message);
  return *lab;
}

bool carries(const sim::ImageSpec& image, const std::string& tag) {
  return std::find(image.tags.begin(), image.tags.end(), tag) != image.tags.end();
}

}  // namespace

TEST_CASE("variant: a pool can carry the taints of another one, and keeps its labels and GPUs") {
  const LabSpec lab = first_lab();
  VariantSpec variant;
  variant.tainted_pool = "inference-a100";
  variant.tainted_like = "training-h100";
  const sim::ClusterSpec cluster = cluster_of(lab, variant);
  REQUIRE(cluster.pools.size() == 3);
  CHECK(cluster.pools[0].taints.empty());  // CPU nodes
  CHECK(cluster.pools[1].labels == lab.cluster.pools[1].labels);
  CHECK(cluster.pools[1].gpu == "A100-80GB-SXM");
  REQUIRE(cluster.pools[1].taints.size() == 1);
  CHECK(cluster.pools[1].taints[0].value == "training");
}

TEST_CASE("variant: a pool can be gone") {
  const LabSpec lab = first_lab();
  VariantSpec variant;
  variant.without_pool = "inference-a100";
  const sim::ClusterSpec cluster = cluster_of(lab, variant);
  REQUIRE(cluster.pools.size() == 2);
  CHECK(cluster.pools[1].name == "training-h100");
}

TEST_CASE("variant: a pool can have a node more") {
  const LabSpec lab = first_lab();
  VariantSpec variant;
  variant.larger_pool = "inference-a100";
  const sim::ClusterSpec cluster = cluster_of(lab, variant);
  CHECK(cluster.pools[1].count == lab.cluster.pools[1].count + 1);
  CHECK(cluster.pools[2].count == lab.cluster.pools[2].count);
  CHECK(merged(variant, {}).larger_pool == "inference-a100");
}

TEST_CASE("variant: moving tags change the image, the others stay") {
  const LabSpec lab = first_lab();
  VariantSpec variant;
  variant.tags_moved = true;
  const auto before = cluster_of(lab, {}).images, after = cluster_of(lab, variant).images;
  CHECK(carries(before[0], "stable"));
  CHECK_FALSE(carries(after[0], "stable"));
  CHECK(carries(after[1], "stable"));
  CHECK(carries(after[0], "v0.11.0"));
  CHECK(after[0].digest == before[0].digest);
}

TEST_CASE("variant: a restart takes its place in the journal, what is past the horizon goes") {
  const LabSpec lab = first_lab();
  sim::Journal journal(2);
  journal[0].at = Time{} + std::chrono::minutes(1);
  journal[1].at = Time{} + std::chrono::minutes(20);
  VariantSpec variant;
  variant.horizon = std::chrono::minutes(10);
  variant.restart = "default/front";
  variant.restart_at = std::chrono::minutes(5);
  const sim::Journal out = journal_of(lab, journal, variant);
  REQUIRE(out.size() == 2);
  CHECK(out[1].at == Time{} + std::chrono::minutes(5));
  CHECK(out[1].request.name == "front");
  CHECK(out[1].request.ns == "default");
}
