// The findings for code scanning. Source: OASIS, "Static Analysis Results Interchange Format
// (SARIF) Version 2.1.0 Plus Errata 01"; which properties are read: GitHub documentation, "SARIF
// support for code scanning".
#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <map>

#include "engine/base/hash.h"
#include "labs/lint/output/formats.h"
#include "labs/lint/output/source_lines.h"
#include "labs/report/escape.h"
#include "sim/api/json.h"

namespace inferlab::labs::lint {
namespace {

using sim::Value;

constexpr const char* kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

// A message string: braces are doubled (section 3.11.5), and what would be a link of section 3.11.6
// is kept from being one, as strangers could make it lead anywhere.
Value message(std::string_view text) {
  std::string out;
  for (const char c : for_terminal(text, /*multiline=*/true)) {
    if (c == '(' && out.ends_with(']')) out += ' ';
    out += c;
    if (c == '{' || c == '}') out += c;
  }
  return Value::object({{"text", out}});
}

// A URI reference (RFC 3986): whatever is not unreserved is encoded, ':' too, so that no first
// folder is taken for a scheme.
std::string uri_of(const std::string& file) {
  const std::string path = std::filesystem::path(file).lexically_normal().generic_string();
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~' || c == '/';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Value rule(const Check& check) {
  Value::Object out = {
      {"id", check.id},
      {"shortDescription", message(check.title)},
      {"defaultConfiguration", Value::object({{"level", to_string(check.severity)}})},
      {"properties", Value::object({{"tags", Value::strings(rows_of(check))}})}};
  // Neither may be an empty text.
  out.push_back({"fullDescription", message(check.why.empty() ? check.title : check.why)});
  if (!check.mend.empty()) out.push_back({"help", message(check.mend)});
  return Value::object(std::move(out));
}

Value location(const Finding& finding, const SourceLines& sources) {
  Value::Object physical = {{"artifactLocation", Value::object({{"uri", uri_of(finding.file)}})}};
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
    hash.add(uri_of(finding.file));
    hash.add(finding.ns);
    hash.add(finding.object);
    hash.add(finding.path);
    return fmt::format("{}:{}", hash.hex(), ++seen_[hash.digest()]);
  }

 private:
  std::map<std::uint64_t, int> seen_;
};

Value invocation(const LintResult& result) {
  Value::Array notes;
  for (const std::string& note : result.notes) {
    notes.push_back(Value::object({{"level", "note"}, {"message", message(note)}}));
  }
  return Value::object({{"executionSuccessful", true},
                        {"toolExecutionNotifications", Value::array(std::move(notes))}});
}

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
         {"message", message(text)},
         {"locations", Value::array({location(finding, sources)})},
         // Not primaryLocationLineHash: that is GitHub's own, and its upload makes it.
         {"partialFingerprints",
          Value::object({{"inferlabFinding/v1", fingerprints.next(finding)}})}}));
  }
  Value::Object driver = {{"name", "inferlab"}, {"rules", Value::array(std::move(rules))}};
  if (!version.empty()) driver.push_back({"semanticVersion", version});
  const Value run =
      Value::object({{"tool", Value::object({{"driver", Value::object(std::move(driver))}})},
                     {"columnKind", "unicodeCodePoints"},
                     {"invocations", Value::array({invocation(result)})},
                     {"results", Value::array(std::move(results))}});
  return sim::to_json(
             Value::object(
                 {{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", Value::array({run})}}),
             2) +
         "\n";
}

}  // namespace inferlab::labs::lint
