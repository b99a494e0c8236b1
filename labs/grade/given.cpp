#include "labs/grade/given.h"

#include "labs/grade/submission.h"
#include "labs/spec/lab_files.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {

Result<void> give(const LabSpec& lab, sim::Cluster& cluster) {
  if (lab.given.empty()) return {};
  INFERLAB_TRY(const std::vector<ManifestText> files, manifests_of(lab, lab.given));
  cluster.run_until(Time{});  // what is due at the very beginning comes before
  for (const ManifestText& file : files) {
    INFERLAB_TRY(const std::vector<sim::YamlDocument> documents,
                 sim::parse_yaml(file.text, lab.folder + "/" + file.name));
    for (const sim::YamlDocument& document : documents) {
      INFERLAB_TRY_VOID(give_document(document, lab.folder + "/" + file.name, cluster));
      cluster.run_until(Time{});
    }
  }
  return {};
}

}  // namespace inferlab::labs
