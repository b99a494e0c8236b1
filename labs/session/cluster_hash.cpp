#include "labs/session/cluster_hash.h"

#include <vector>

#include "engine/base/hash.h"
#include "labs/spec/text_file.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {

Result<std::string> cluster_hash(const LabSpec& lab) {
  constexpr std::size_t kMaxLabBytes = std::size_t{1} << 20;
  if (lab.folder.empty()) return std::string();
  const std::string file = lab.folder + "/lab.yaml";
  INFERLAB_TRY(const std::string text, read_text_file(file, kMaxLabBytes));
  INFERLAB_TRY(const std::vector<sim::YamlDocument> documents, sim::parse_yaml(text, file));
  RunHash hash;
  for (const sim::YamlDocument& document : documents) {
    document.value["cluster"].add_to(hash);
    document.value["traffic"].add_to(hash);
  }
  return hash.hex();
}

}  // namespace inferlab::labs
