// Policies of admission against manifests of the lab: every file below `good` is taken, every file
// below `bad` is refused, when it is created in the cluster as it is at the end of the run.
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "labs/checks/change.h"
#include "labs/checks/kinds.h"
#include "labs/checks/trouble.h"
#include "labs/checks/truth_table.h"
#include "labs/spec/lab_files.h"
#include "sim/api/yaml.h"

namespace inferlab::labs {
namespace {

using sim::Value;
using enum SpecType;

constexpr SpecField kFields[] = {
    {.name = "bad",
     .description = "a folder of the lab: each file must be refused",
     .required = true},
    change_param(/*required=*/false),
    {.name = "good",
     .description = "a folder of the lab: each file must be taken",
     .required = true},
    {.name = "user", .description = "who creates them; system:admin if left out"},
};

// The refusal of the first object of a file that is refused; empty: all are taken.
Result<std::string> refusal(sim::Cluster& run, const ManifestText& file, const std::string& user) {
  INFERLAB_TRY(const auto documents, sim::parse_yaml(file.text, file.name));
  for (const sim::YamlDocument& document : documents) {
    const Value& body = document.value;
    const sim::Kind* kind =
        run.api().kinds().by_gvk(body["apiVersion"].as_string(), body["kind"].as_string());
    if (kind == nullptr) {
      return Error{ErrorKind::kInvalid, fmt::format("{}: no such kind in this cluster", file.name)};
    }
    sim::ApiRequest request;
    request.verb = sim::Verb::kCreate;
    request.resource = kind->resource();
    request.version = std::string(kind->version);
    if (kind->namespaced) request.ns = body["metadata"]["namespace"].as_string("default");
    request.body = body;
    request.dry_run = true;
    request.field_validation = sim::FieldValidation::kStrict;
    request.user = user;
    const sim::ApiResponse response = run.api().handle(request);
    if (!response.ok()) return std::string(response.message());
  }
  return std::string();
}

}  // namespace

constexpr SpecTable kAdmissionCorpusParams = {"admission-corpus", "", kFields};

Result<Finding> admission_corpus(CheckContext& context, const Params& params) {
  INFERLAB_TRY(sim::Cluster* const run, context.run(variant_from(params.value("change"))));
  const std::string user = params.text_or("user", "system:admin");
  std::vector<TruthRow> rows;
  for (const char* half : {"good", "bad"}) {
    INFERLAB_TRY(const std::vector<ManifestText> files,
                 manifests_of(context.lab(), params.text(half)));
    for (const ManifestText& file : files) {
      INFERLAB_TRY(const std::string why, refusal(*run, file, user));
      rows.push_back({.question = std::filesystem::path(file.name).stem().string(),
                      .expected = std::string_view(half) == "good",
                      .seen = why.empty(),
                      .reason = shortened(why, 160)});
    }
  }
  return judged(rows, "every manifest that keeps the rules is taken, and every other one refused");
}

}  // namespace inferlab::labs
