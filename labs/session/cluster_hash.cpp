#include "labs/session/cluster_hash.h"

#include <vector>

#include "engine/base/hash.h"
#include "labs/spec/lab_files.h"
#include "labs/spec/text_file.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

void add(RunHash& hash, const sim::StepProfile& steps) {
  for (const sim::StepProfile::Knot& knot : steps.knots) {
    hash.add(static_cast<std::uint64_t>(knot.rows));
    hash.add(static_cast<std::uint64_t>(knot.ns));
  }
  for (const std::int64_t figure :
       {steps.logits_ns, steps.sampled_ps, steps.decode_context_ps, steps.prefill_pair_ps,
        steps.step_ns, steps.token_ns, steps.request_ns}) {
    hash.add(static_cast<std::uint64_t>(figure));
  }
}

}  // namespace

Result<std::string> cluster_hash(const LabSpec& lab) {
  constexpr std::size_t kMaxLabBytes = std::size_t{1} << 20;
  if (lab.folder.empty()) return std::string();
  const std::string file = lab.folder + "/lab.yaml";
  INFERLAB_TRY(const std::string given, read_text_file(file, kMaxLabBytes));
  INFERLAB_TRY(const std::string text, with_parameters(given, lab.parameters, file));
  INFERLAB_TRY(const std::vector<sim::YamlDocument> documents, sim::parse_yaml(text, file));
  RunHash hash;
  for (const sim::YamlDocument& document : documents) {
    document.value["cluster"].add_to(hash);
    document.value["traffic"].add_to(hash);
  }
  // What is given, committed, and what a profile says, lies in other files.
  if (!lab.given.empty()) {
    INFERLAB_TRY(const std::vector<ManifestText> files, manifests_of(lab, lab.given));
    for (const ManifestText& each : files) {
      hash.add(each.name);
      hash.add(each.text);
    }
  }
  for (const sim::GitRepositorySpec& repository : lab.cluster.repositories) {
    for (const sim::GitChange& commit : repository.commits) {
      for (const auto& [path, content] : commit.files) {
        hash.add(path);
        hash.add(content.value_or(std::string()));
      }
    }
  }
  for (const sim::ReplicaProfile& profile : lab.cluster.profiles) add(hash, profile.steps);
  return hash.hex();
}

}  // namespace inferlab::labs
