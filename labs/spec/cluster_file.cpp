#include "labs/spec/cluster_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "labs/spec/cluster_section.h"
#include "labs/spec/includes.h"
#include "labs/spec/lab_tables.h"
#include "labs/spec/text_file.h"
#include "labs/spec/validate.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

Result<sim::YamlDocument> read_document(const std::string& path) {
  INFERLAB_TRY(const std::string text, read_text_file(path, kMaxBytes));
  INFERLAB_TRY(std::vector<sim::YamlDocument> documents, sim::parse_yaml(text, path));
  if (documents.size() == 1) return std::move(documents.front());
  return Error{ErrorKind::kInvalid,
               fmt::format("{}:1:1: document: must be one, found {}", path, documents.size())};
}

}  // namespace

Result<std::vector<sim::SchedulerProfile>> load_scheduler_config(const std::string& path) {
  INFERLAB_TRY(const sim::YamlDocument document, read_document(path));
  auto profiles = sim::profiles_from(document.value);
  if (profiles) return profiles;
  Error error = profiles.error();
  error.message = path + ": " + error.message;
  return error;
}

Result<sim::ClusterSpec> load_cluster_file(const std::string& path) {
  INFERLAB_TRY(sim::YamlDocument document, read_document(path));
  std::vector<SpecField> fields;
  Value::Object sections;
  for (const char* name : {"cluster", "traffic"}) {
    fields.push_back(*kLabTable.find(name));
    if (document.value.has(name)) sections.push_back({name, document.value[name]});
  }
  document.value = Value::object(std::move(sections));
  const SpecTable table{"cluster-file", "A cluster.", fields};
  std::vector<Error> errors;
  const IncludedDocument whole = with_includes(document, path, table, {}, errors);
  if (!errors.empty()) return errors.front();
  SpecValidator places(
      whole.document, path, [](std::string_view) { return nullptr; }, &whole.files);
  errors = places.validate(table);
  if (!errors.empty()) return errors.front();
  LabSpec lab;
  read_cluster(whole.document.value, places, std::filesystem::path(path).parent_path().string(),
               lab, errors);
  if (!errors.empty()) return errors.front();
  return std::move(lab.cluster);
}

}  // namespace inferlab::labs
