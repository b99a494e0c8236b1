#include "labs/spec/rows.h"

#include <fmt/format.h>

#include "labs/spec/data_dirs.h"
#include "labs/spec/spec_table.h"
#include "labs/spec/text_file.h"
#include "labs/spec/validate.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

constexpr SpecField kRowFields[] = {
    {.name = "id", .description = "as labs name it", .required = true},
    {.name = "title", .description = "what is taught", .required = true},
    {.name = "waits_for", .description = "what must be built before it can be graded"},
};
constexpr SpecTable kRowTable = {"taught_row", "One thing that is to be taught.", kRowFields};

constexpr SpecField kFileFields[] = {
    {.name = "rows",
     .type = SpecType::kObjects,
     .description = "all of them",
     .required = true,
     .object = &kRowTable},
};
constexpr SpecTable kFileTable = {"taught_rows", "What is to be taught.", kFileFields};

}  // namespace

Result<std::vector<TaughtRow>> load_rows() {
  INFERLAB_TRY(const std::string path, find_data("assets/facts/rows.yaml"));
  INFERLAB_TRY(const std::string text, read_text_file(path, kMaxBytes));
  INFERLAB_TRY(const std::vector<sim::YamlDocument> documents, sim::parse_yaml(text, path));
  if (documents.size() != 1) {
    return Error{ErrorKind::kInvalid, fmt::format("{}:1:1: document: must be one", path)};
  }
  SpecValidator validator(documents.front(), path, [](std::string_view) { return nullptr; });
  const std::vector<Error> errors = validator.validate(kFileTable);
  if (!errors.empty()) return errors.front();
  std::vector<TaughtRow> out;
  const sim::Value& rows = documents.front().value["rows"];
  for (const sim::Value& row : rows.items()) {
    out.push_back({row["id"].str(), row["title"].str(), row["waits_for"].str()});
  }
  return out;
}

}  // namespace inferlab::labs
