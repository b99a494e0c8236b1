// The findings for code scanning. Source: OASIS, "Static Analysis Results Interchange Format
// (SARIF) Version 2.1.0 Plus Errata 01"; which properties are read: GitHub documentation, "SARIF
// support for code scanning".
#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <utility>

#include "engine/base/hash.h"
#include "labs/lint/output/formats.h"
#include "labs/lint/output/source_lines.h"
#include "labs/report/escape.h"
#include "labs/report/sarif_parts.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

Value rule(const Check& check) {
  Value::Object out = {
      {"id", check.id},
      {"shortDescription", sarif_message(check.title)},
      {"defaultConfiguration", Value::object({{"level", to_string(check.severity)}})},
      {"properties", Value::object({{"tags", Value::strings(rows_of(check))}})}};
  // Neither may be an empty text.
  out.push_back({"fullDescription", sarif_message(check.why.empty() ? check.title : check.why)});
  if (!check.mend.empty()) out.push_back({"help", sarif_message(check.mend)});
  return Value::object(std::move(out));
}

Value location(const Finding& finding, const SourceLines& sources) {
  Value::Object physical = {
      {"artifactLocation", Value::object({{"uri", sarif_uri(finding.file)}})}};
  if (finding.place.line > 0) {
    physical.push_back({"region", Value::object({{"startLine", finding.place.line},
                                                 {"startColumn", sources.column_of(finding)}})});
  }
  Value::Object out = {{"physicalLocation", Value::object(std::move(physical))}};
  if (!is_about_file(finding)) {
    const std::string object = for_terminal(finding.object);
    out.push_back({"logicalLocations",
                   Value::array({Value::object({{"name", object.substr(object.find('/') + 1)},
                                                {"fullyQualifiedName", object},
                                                {"kind", "object"}})})});
  }
  return Value::object(std::move(out));
}

/// What stays the same of a finding when lines move: check, file, object and path, and a number
/// where they do not tell two findings apart.
class Fingerprints {
 public:
  std::string next(const Finding& finding) {
    RunHash hash;
    hash.add(finding.check->id);
    hash.add(sarif_uri(finding.file));
    hash.add(finding.ns);
    hash.add(finding.object);
    hash.add(finding.path);
    return fmt::format("{}:{}", hash.hex(), ++seen_[hash.digest()]);
  }

 private:
  std::map<std::uint64_t, int> seen_;
};

}  // namespace

std::string lint_sarif(const LintResult& result, const std::vector<ManifestFile>& files,
                       std::string_view version) {
  const SourceLines sources(files);
  std::map<const Check*, std::int64_t> indices;
  Fingerprints fingerprints;
  Value::Array rules, results;
  for (const Finding& finding : result.findings) {
    const auto [index, is_new] =
        indices.emplace(finding.check, static_cast<std::int64_t>(rules.size()));
    if (is_new) rules.push_back(rule(*finding.check));
    std::string text = message_of(finding);
    // The rule's help says the rest.
    if (finding.mend != finding.check->mend) text += "\n" + finding.mend;
    results.push_back(Value::object(
        {{"ruleId", finding.check->id},
         {"ruleIndex", index->second},
         {"level", to_string(finding.check->severity)},
         {"message", sarif_message(text)},
         {"locations", Value::array({location(finding, sources)})},
         // Not primaryLocationLineHash: that is GitHub's own, and its upload makes it.
         {"partialFingerprints",
          Value::object({{"inferlabFinding/v1", fingerprints.next(finding)}})}}));
  }
  return sarif_log({.version = std::string(version),
                    .rules = std::move(rules),
                    .results = std::move(results),
                    .notes = result.notes});
}

}  // namespace inferlab::labs::lint
