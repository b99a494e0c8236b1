// Manifests that are linted: every finding has its place in the file, and what is mended is still
// YAML.
#include <algorithm>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "labs/lint/fix.h"
#include "labs/lint/lint.h"
#include "tests/fuzz/targets.h"

namespace inferlab::fuzz {
namespace {

namespace lint = labs::lint;

// A cluster with something to compare manifests with.
lint::Context context() {
  lint::Context out;
  out.pools = {{.name = "gpu",
                .nodes = 2,
                .labels = {{"gpu", "l4"}},
                .taints = {},
                .spot = true,
                .gpus_per_node = 1,
                .gpu_memory_gib = 24}};
  out.models["m"] = {.weights_gib = 15, .kv_mib_per_token = 0.1};
  out.max_generation_seconds = 60;
  out.approved_registries = {"registry.example.com/"};
  out.metrics = {"vllm:num_requests_waiting"};
  return out;
}

}  // namespace

void fuzz_lint_manifest(std::string_view bytes) {
  const std::vector<lint::ManifestFile> files = {
      lint::parse_manifest("x.yaml", std::string(bytes))};
  const auto lines = 1 + std::count(bytes.begin(), bytes.end(), '\n');
  static const lint::Context facts = context();
  for (const lint::Context* given : {static_cast<const lint::Context*>(nullptr), &facts}) {
    const auto result = lint::lint(files, given);
    INFERLAB_CHECK(result.has_value());
    for (const lint::Finding& finding : result->findings) {
      INFERLAB_CHECK(finding.check != nullptr && !finding.message.empty());
      INFERLAB_CHECK(finding.file == "x.yaml");
      INFERLAB_CHECK(finding.place.line >= 0 && finding.place.line <= lines + 1);
    }
    INFERLAB_CHECK((result->verdict == lint::Verdict::kPass) == result->findings.empty());
    const auto fixed = lint::fixed_files(files, *result);
    INFERLAB_CHECK(fixed.has_value());
    for (const lint::FixedFile& file : *fixed) {
      INFERLAB_CHECK(file.fixes > 0);
      INFERLAB_CHECK(!lint::parse_manifest(file.path, file.text).fault);
    }
  }
}

}  // namespace inferlab::fuzz
